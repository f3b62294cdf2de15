"""
The same work, each in its own way.
"""
