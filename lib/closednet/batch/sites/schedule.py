"""
Which order begins next, what is begun again, and when no further site begins.
"""

from __future__ import annotations

import errno
import os
import threading

from collections import deque
from dataclasses import replace
from typing import TYPE_CHECKING, Final, Protocol, assert_never

from closednet.batch.sites import rows
from closednet.batch.sites.interrupting import ctrl_c
from closednet.batch.sites.orders import INTERRUPTED, Result
from closednet.batch.sites.pool import Begun, Ended, Event, Lost, Stepped
from closednet.errors import AdapterError


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from closednet.batch.sites.pool import Pool
    from closednet.batch.sites.rows import Row

TICK_S: Final = 1.0
# A site on which three workers or kernels died is looked at by a person.
MOST_BEGINNINGS: Final = 3
PATIENCE_S: Final = 30.0
FULL: Final = (os.strerror(errno.ENOSPC), os.strerror(errno.EDQUOT))
LOST_EXIT: Final = 5
KERNEL_DIED: Final = "kernel died"
DISK_FULL: Final = "the disk is full"
BY_HAND: Final = "interrupted"


class Watcher(Protocol):
    """
    Who is told what happens: a record on the disk, or a person at a terminal.
    """

    def begun(self, row: Row) -> None:
        """
        A worker has begun with a site, perhaps not for the first time.
        """

    def stepped(self, row: Row) -> None:
        """
        The next notebook of a site begins.
        """

    def lost(self, row: Row, why: str) -> None:
        """
        A worker or a kernel is gone; the site is begun again, or given up.
        """

    def ended(self, row: Row) -> None:
        """
        A site has come to an end, well or not.
        """

    def ticked(self, every: Iterable[Row]) -> None:
        """
        Some time has passed.
        """


class Schedule:
    """
    Takes the rows of a batch to their ends with the workers of a pool.

    `budget` is how many sites may fail before no further one begins; None: all may.
    """

    def __init__(
        self,
        pool: Pool,
        every: Iterable[Row],
        watchers: Iterable[Watcher],
        *,
        budget: int | None = None,
    ) -> None:
        self._pool = pool
        self._rows = {row.site: row for row in every}
        self._watchers = tuple(watchers)
        self._budget = budget
        ready = [row for row in self._rows.values() if row.state == rows.WAITING]
        self._waiting = deque(ready)
        self._interrupt = threading.Event()
        # Why no further site begins; `broken` if that lies in no site.
        self.stopped = ""
        self.broken = False

    def run(self) -> None:
        """
        Go on until every site has ended, or none begins any more.

        Ctrl-C stops the sites that run, each where it is; the second waits for none.
        """
        try:
            with ctrl_c(self._interrupt):
                while self._begin():
                    self._hear()
        except AdapterError as err:
            self._break(err.message)
        finally:
            for row in self._running():
                row.state = rows.UNKNOWN

    def _running(self) -> list[Row]:
        return [row for row in self._rows.values() if row.state == rows.RUNNING]

    def _begin(self) -> bool:
        """
        Start what may start, and tell whether anything is being worked on.
        """
        while self._waiting and len(self._running()) < self._pool.size:
            row = self._waiting[0]
            # A site that was begun is brought to an end, whatever others do.
            if (self.stopped and not row.begun) or not self._started(row):
                break
        return bool(self._running())

    def _started(self, row: Row) -> bool:
        if row.order is None:
            raise ValueError(f"nothing is ordered for {row.site}")
        again = row.begun > 0
        patience_s = PATIENCE_S if again else row.order.patience_s
        try:
            self._pool.start(replace(row.order, patience_s=patience_s))
        except OSError as err:
            self._break(f"no worker can be started: {err}")
            return False
        self._waiting.popleft()
        row.state = rows.RUNNING
        row.begun += 1
        return True

    def _hear(self) -> None:
        if self._interrupt.is_set() and self.stopped != BY_HAND:
            self.stopped = BY_HAND
            self._pool.interrupt()
        for event in self._pool.events(TICK_S):
            self._on(event)
        self._tell(lambda watcher: watcher.ticked(self._rows.values()))

    def _on(self, event: Event) -> None:
        row = self._rows[event.site]
        match event:
            case Begun():
                row.where = event.where
                if event.instead:
                    row.begun += 1
                    row.remarks.append(event.instead)
                self._tell(lambda watcher: watcher.begun(row))
            case Stepped():
                row.step = f"{event.step} ({event.number}/{event.of})"
                self._tell(lambda watcher: watcher.stepped(row))
            case Ended():
                self._ended(row, event.result)
            case Lost():
                self._again(row, event.why, None)
            case _:
                assert_never(event)

    def _ended(self, row: Row, result: Result) -> None:
        died = KERNEL_DIED in result.message.lower()
        if died and self.stopped != BY_HAND:
            self._again(row, f"a kernel died at {row.step}", result)
            return
        row.result = result
        if result.code == 0:
            row.state = rows.DONE
        elif result.error == INTERRUPTED:
            row.state = rows.INTERRUPTED
            self._stop(BY_HAND)
        else:
            row.state = rows.FAILED
        if is_full(result.message):
            self._break(DISK_FULL)
        self._close(row)

    def _again(self, row: Row, why: str, result: Result | None) -> None:
        """
        Begin a site again whose worker or kernel died; three times, then no more.
        """
        row.remarks.append(why)
        if row.begun < MOST_BEGINNINGS and self.stopped != BY_HAND:
            row.state = rows.WAITING
            self._waiting.appendleft(row)
            self._tell(lambda watcher: watcher.lost(row, why))
            return
        by_hand = self.stopped == BY_HAND
        row.state = rows.INTERRUPTED if by_hand else rows.FAILED
        given_up = "" if by_hand else f"given up when begun {row.begun} times"
        row.result = result or Result(row.site, LOST_EXIT, message=given_up)
        self._close(row)

    def _close(self, row: Row) -> None:
        failed = sum(one.state == rows.FAILED for one in self._rows.values())
        spent = self._budget is not None and failed > self._budget
        if spent and self._waiting:
            self._stop(f"{failed} failed, and {self._budget} may")
        self._tell(lambda watcher: watcher.ended(row))

    def _break(self, why: str) -> None:
        self.broken = True
        self._stop(why)

    def _stop(self, why: str) -> None:
        self.stopped = self.stopped or why

    def _tell(self, tell: Callable[[Watcher], object]) -> None:
        for watcher in self._watchers:
            try:
                tell(watcher)
            except OSError as err:
                # Nothing begins that could not be recorded; sites know by themselves.
                full = is_full(str(err))
                self._break(DISK_FULL if full else f"no record can be kept: {err}")


def is_full(said: str) -> bool:
    """
    Tell whether an error says that a disk is full.
    """
    return any(text in said for text in FULL)
