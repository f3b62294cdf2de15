"""
Real names over TLS: what an unmodified client meets on the rehearsed site.
"""
