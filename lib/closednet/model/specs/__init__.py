"""
What single resources should be, area by area: frozen data, logical names.
"""
