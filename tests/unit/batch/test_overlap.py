"""
Which notebooks may run side by side.
"""

from __future__ import annotations

import pytest

from closednet.batch.execute import Outcome
from closednet.batch.overlap import groups, run


@pytest.mark.parametrize(
    ("busy", "expected"),
    [
        ("", [["a", "b", "c", "d"]]),
        ("abcd", [["a"], ["b"], ["c"], ["d"]]),
        ("c", [["a", "b"], ["c"], ["d"]]),
        ("ad", [["a"], ["b", "c"], ["d"]]),
    ],
)
def test_what_has_changes_is_alone(busy: str, expected: list[list[str]]) -> None:
    """
    Neighbours without changes are together; the order is that of the steps.
    """
    assert expected == groups("abcd", busy)


def test_nothing_follows_a_notebook_that_failed() -> None:
    """
    The first failure ends it.
    """
    seen: list[str] = []

    def one(name: str) -> Outcome:
        seen.append(name)
        return Outcome(name, "VerificationError" if name == "b" else "")

    outcome = run("abc", "abc", one)

    assert ("b", ["a", "b"]) == (outcome.notebook, seen)
