"""
What proves a run: journal, plans, approvals, receipts, reports, the sealed archive.
"""
