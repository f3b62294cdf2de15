"""
What a rollout is made of: frozen data and pure functions, no input or output.
"""
