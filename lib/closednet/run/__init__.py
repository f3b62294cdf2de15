"""
What a notebook says: open a run, inspect, plan, apply, verify, close.
"""

from __future__ import annotations

from closednet.run.opening import open_rollback, open_run
from closednet.run.rollback import RollbackRun
from closednet.run.run import Run


__all__ = ["RollbackRun", "Run", "open_rollback", "open_run"]
