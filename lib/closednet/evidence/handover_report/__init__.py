"""
The hand-over report: one page that tells a run from its approval to its open points.
"""
