"""
The engine as an entry point: it is loaded when somebody asks for it.

papermill loads its entry points while it is being imported itself, so that an engine
made of papermill's own classes would stand in a circle.
"""

from __future__ import annotations

import importlib

from typing import Any, Final


class LateEngine:
    """
    Stands for the engine until one of its functions is wanted.
    """

    def __getattr__(self, name: str) -> Any:
        engine = importlib.import_module("closednet.batch.papermill_engine")
        return getattr(engine.ClosednetEngine, name)


ENGINE: Final = LateEngine()
