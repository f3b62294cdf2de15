"""
Ctrl-C that loses nothing which happens at the same moment.
"""

from __future__ import annotations

import signal

from contextlib import contextmanager
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    import threading

    from collections.abc import Iterator


@contextmanager
def ctrl_c(asked: threading.Event) -> Iterator[None]:
    """
    Let the first Ctrl-C set `asked`, so that no event is lost; the second ends us.
    """

    def note(*_: object) -> None:
        asked.set()
        signal.signal(signal.SIGINT, signal.default_int_handler)

    before = signal.signal(signal.SIGINT, note)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
