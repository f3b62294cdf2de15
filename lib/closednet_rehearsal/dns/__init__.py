"""
Real DNS over UDP and TCP that answers from the rehearsed AWS state.
"""
