"""
Tables and pictures of plans, receipts and reports, the same in every run.
"""
