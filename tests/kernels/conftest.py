"""
Spares these tests what no notebook needs.
"""

from __future__ import annotations

from importlib import import_module


# Before any module here imports nbformat.
import_module("closednet.batch.light")
