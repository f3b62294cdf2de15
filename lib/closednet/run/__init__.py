"""
What a notebook says: open a run, inspect, plan, apply, verify, close.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from closednet.run.opening import open_rollback, open_run
    from closednet.run.rollback import RollbackRun
    from closednet.run.run import Run


__all__ = ["RollbackRun", "Run", "open_rollback", "open_run"]
# Imported when asked for: they need all steps, and with them boto3. Who looks at an
# archive or signs an approval needs neither.
_PLACES: Final = {
    "RollbackRun": "rollback",
    "Run": "run",
    "open_rollback": "opening",
    "open_run": "opening",
}


def __getattr__(name: str) -> Any:
    if name not in _PLACES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)
