"""
A whole closed network on one machine: simulated AWS, DNS, and hosts.

Nothing here is AWS; everything that it shows a person says "rehearsal".
"""
