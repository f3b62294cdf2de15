"""
The way between the site and the VPC: what arrives, and what is lost on it.
"""
