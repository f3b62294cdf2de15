"""
Reaching the servers, reading facts from them and changing them.
"""
