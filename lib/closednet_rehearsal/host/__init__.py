"""
Simulated servers: a directory, a real shell, stand-in tools, and stand-in agents.
"""
