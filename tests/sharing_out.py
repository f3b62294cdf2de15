"""
How tests are shared out to workers: what uses one expensive world stays together.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from xdist.scheduler import LoadFileScheduling


if TYPE_CHECKING:
    import pytest

# The tests of each of these folders share what a fixture of the session made.
TOGETHER: Final = ("tests/rehearsal_laws/", "tests/rehearsal_tls/")

LONG: Final = frozenset({"browser", "notebooks", "rehearsal"})


def _marks(item: pytest.Item) -> set[str]:
    return {mark.name for mark in item.iter_markers()}


def unit_of(nodeid: str) -> str:
    """
    Return the name of what goes to a worker as a whole: a file, or such a folder.
    """
    folder = next((name for name in TOGETHER if nodeid.startswith(name)), None)
    return folder or nodeid.split("::", 1)[0]


class Scheduling(LoadFileScheduling):  # type: ignore[misc]
    """
    Gives each unit to one worker.
    """

    def _split_scope(self, nodeid: str) -> str:
        return unit_of(nodeid)


def longest_first(items: list[pytest.Item]) -> None:
    """
    Let units that need a whole rehearsal begin, those with few tests, which are long
    ones, before others; short ones fill the end.
    """
    tests = Counter(unit_of(item.nodeid) for item in items)
    long = {unit_of(item.nodeid) for item in items if LONG & _marks(item)}

    def rank(item: pytest.Item) -> tuple[bool, bool, int]:
        unit = unit_of(item.nodeid)
        return unit not in TOGETHER, unit not in long, tests[unit]

    items.sort(key=rank)
