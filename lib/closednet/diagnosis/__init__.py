"""
From symptoms to causes: what is read and asked, and the rules that name a cause.

First what stands in AWS is compared with what packets need of it; that is read off
the thing itself. Only where nothing is wrong there, the way between is blamed, and
only for what was seen to get lost. Nothing here writes.
"""
