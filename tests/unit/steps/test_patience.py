"""
Looking again, with a clock that nobody waits for.
"""

from __future__ import annotations

import itertools

from closednet.steps.patience import eventually
from closednet.waiting import Waiting


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def waiting(self) -> Waiting:
        return Waiting(1.0, 5.0, self.sleep, lambda: self.now)

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def test_the_first_good_answer_is_returned() -> None:
    time = Time()
    answers = iter([1, 2, 3, 4])

    assert eventually(time.waiting(), lambda: next(answers), good=lambda n: n > 2) == 3
    assert time.now == 2.0


def test_the_last_answer_is_returned_when_time_is_up() -> None:
    time = Time()
    counter = itertools.count(1)
    last = eventually(
        time.waiting(), lambda: next(counter), good=lambda count: count > 100
    )

    assert last == 6
    assert time.now == 5.0
