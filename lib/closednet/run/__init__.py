"""
What a notebook says: open a run, inspect, plan, apply, verify, close.
"""

from __future__ import annotations

from closednet.run.opening import open_run
from closednet.run.run import Run


__all__ = ["Run", "open_run"]
