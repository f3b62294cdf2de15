"""
A change request as a page and as Markdown, in English and Japanese.
"""
