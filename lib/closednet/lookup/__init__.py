"""
Questions to DNS servers, the way the site's own machines ask them.
"""
