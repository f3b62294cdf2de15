"""
What a person reads while a batch is at work: a line a site, and now and then where
all of it stands.
"""

from __future__ import annotations

import time

from typing import TYPE_CHECKING, Final

from closednet.batch.sites import rows


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import TextIO

    from closednet.batch.sites.rows import Row

EVERY_S: Final = 10.0
MOST_NAMED: Final = 4
LONGEST: Final = 160
MINUTE_S: Final = 60


class Progress:
    """
    Writes to a terminal or a log of a pipeline; lines only, each whole.
    """

    def __init__(
        self,
        stream: TextIO,
        every: Iterable[Row],
        workers: int,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._stream = stream
        self._rows = tuple(every)
        self._workers = workers
        self._clock = clock
        self._began = self._said = clock()

    def begun(self, row: Row) -> None:
        """
        Say that a site begins, or begins again.
        """
        again = f", for the {row.begun}. time" if row.begun > 1 else ""
        self._say(f"{row.site}: begins{again} ({row.where})")

    def stepped(self, row: Row) -> None:
        """
        Single notebooks are told with all of it, now and then.
        """

    def lost(self, row: Row, why: str) -> None:
        """
        Say that a site is begun again.
        """
        self._say(f"{row.site}: ⚠️ {why}; it is begun again and goes on from there")

    def ended(self, row: Row) -> None:
        """
        Say how a site ended.
        """
        took = f" ({row.result.seconds:.1f} s)" if row.result else ""
        why = f": {_short(row.reason)}" if row.reason else ""
        self._say(f"{row.site}: {row.sign} {row.state}{took}{why}")

    def ticked(self, every: Iterable[Row]) -> None:
        """
        Say where all of it stands, every ten seconds.
        """
        if self._clock() - self._said >= EVERY_S:
            self._said = self._clock()
            self._say(self.standing())

    def standing(self) -> str:
        """
        Return where all of it stands, and about how long it still takes.
        """
        running = [row for row in self._rows if row.state == rows.RUNNING]
        named = ", ".join(
            f"{row.site} at {row.step}" if row.step else row.site
            for row in running[:MOST_NAMED]
        )
        more = len(running) - MOST_NAMED
        others = f" and {more} more" if more > 0 else ""
        return f"now: {named or 'no site'}{others}{self._left()}"

    def _left(self) -> str:
        ended = sum(row.result is not None for row in self._rows)
        open_ = len(self._rows) - ended
        if not ended:
            return ""
        seconds = (self._clock() - self._began) / ended * open_
        return f"; about {duration(seconds)} left"

    def _say(self, text: str) -> None:
        done = sum(row.state == rows.DONE for row in self._rows)
        print(f"[{done}/{len(self._rows)}] {text}", file=self._stream, flush=True)


def _short(text: str) -> str:
    line = text.splitlines()[0]
    return line if len(line) <= LONGEST else f"{line[:LONGEST]} ..."


def duration(seconds: float) -> str:
    """
    Return a time in the unit in which people think of it.
    """
    if seconds < MINUTE_S:
        return f"{seconds:.0f} s"
    minutes = round(seconds / MINUTE_S)
    return f"{minutes} min" if minutes < MINUTE_S else f"{minutes / MINUTE_S:.1f} h"
