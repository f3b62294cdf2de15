"""
The steps of a rollout, one module a notebook; no step imports another.
"""
