"""
What a person reads while a batch is at work.
"""

from __future__ import annotations

import io

from closednet.batch.sites import rows
from closednet.batch.sites.orders import Result
from closednet.batch.sites.progress import EVERY_S, MOST_NAMED, Progress
from closednet.batch.sites.rows import Row


class Clock:
    """
    Seconds that pass when the test says so.
    """

    now = 0.0

    def __call__(self) -> float:
        return self.now


def _row(site: str, state: str = rows.WAITING, step: str = "") -> Row:
    return Row(site, f"{site}.yaml", state=state, step=step)


def test_where_it_stands_names_who_is_at_work_and_how_long_it_takes() -> None:
    clock, stream = Clock(), io.StringIO()
    every = [_row("a"), _row("b", rows.RUNNING, "endpoints"), _row("c", rows.RUNNING)]
    progress = Progress(stream, every, workers=2, clock=clock)
    every[0].state, every[0].result = rows.DONE, Result("a", 0)
    progress.ticked(every)
    clock.now = EVERY_S
    progress.ticked(every)

    assert "[1/3] now: b at endpoints, c; about 20 s left\n" == stream.getvalue()


def test_more_sites_than_a_line_holds_are_counted() -> None:
    every = [_row(f"s{n}", rows.RUNNING) for n in range(MOST_NAMED + 2)]
    progress = Progress(io.StringIO(), every, workers=9)

    assert "now: s0, s1, s2, s3 and 2 more" == progress.standing()


def test_between_two_sites_it_says_that_none_is_at_work() -> None:
    progress = Progress(io.StringIO(), [_row("a")], workers=1)

    assert "now: no site" == progress.standing()
