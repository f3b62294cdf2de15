"""
`make policies`: every statement that closednet generates is taken away in turn.

A removal must stop a named step with the missing action in its hint; a statement that
nobody misses has no place in a generated policy.
"""
