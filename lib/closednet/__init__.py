"""
A runbook that puts servers in a closed network under Systems Manager.

Notebooks need only what is named here.
"""

from __future__ import annotations


__version__ = "0.1.0"
