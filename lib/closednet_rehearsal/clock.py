"""
The rehearsal's clock: wall time plus what was skipped, and events due in it.

Held, it moves only by what is skipped, so that tests need not wait for anything.
"""

from __future__ import annotations

import heapq
import itertools
import threading
import time

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Callable


class Clock:
    """
    Wall time that can be advanced; events run when somebody looks (`settle`).
    """

    def __init__(self) -> None:
        self._skipped = 0.0
        self._held: float | None = None
        self._events: list[tuple[float, int, Callable[[], None]]] = []
        self._order = itertools.count()
        self._lock = threading.RLock()

    def now(self) -> float:
        """
        Return seconds since the epoch as the rehearsed world counts them.
        """
        wall = time.time() if self._held is None else self._held
        return wall + self._skipped

    def hold(self) -> None:
        """
        Stand still from now on; only `advance` moves time.
        """
        if self._held is None:
            self._held = time.time()

    def release(self) -> None:
        """
        Run with the wall clock again, without ever going back.
        """
        if self._held is not None:
            self._skipped -= time.time() - self._held
            self._held = None

    def advance(self, seconds: float) -> None:
        """
        Skip `seconds` and run what has come due.
        """
        self._skipped += seconds
        self.settle()

    def after(self, delay: float, event: Callable[[], None]) -> None:
        """
        Run `event` once `delay` seconds of this clock have passed.
        """
        with self._lock:
            due = self.now() + delay
            heapq.heappush(self._events, (due, next(self._order), event))

    def settle(self) -> None:
        """
        Run every event that is due; called before each request is answered.
        """
        while (event := self._next_due()) is not None:
            event()

    def _next_due(self) -> Callable[[], None] | None:
        # An event takes locks of its own: running it under ours could deadlock.
        with self._lock:
            if self._events and self._events[0][0] <= self.now():
                return heapq.heappop(self._events)[2]
            return None
