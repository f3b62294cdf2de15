"""
The command line: the same verbs as the notebooks, for shells and pipelines.
"""
