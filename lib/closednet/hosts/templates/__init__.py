"""
The templates of the scripts that run on servers.
"""
