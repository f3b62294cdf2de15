"""
What closednet costs, and what a user would pick instead.
"""
