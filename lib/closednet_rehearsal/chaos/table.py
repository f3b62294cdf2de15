"""
What chaos prints: a line for each case, and in the end what went wrong.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from closednet_rehearsal.chaos.trial import Verdict

NO_END = "no end"


def line(verdict: Verdict) -> str:
    """
    Return how one case ended.
    """
    end = "converged" if verdict.converged else "DID NOT CONVERGE"
    return f"{verdict.case}: {verdict.first or NO_END}, {end}"


def closing(verdicts: Sequence[Verdict], calls: int, took_s: float) -> Iterator[str]:
    """
    Yield the sums, then every case that did not converge, and why.
    """
    failed = [verdict for verdict in verdicts if not verdict.converged]
    good = len(verdicts) - len(failed)
    yield (
        f"{calls} calls, {len(verdicts)} cases, {good} converged,"
        f" {len(failed)} did not; {took_s:.0f} s"
    )
    for verdict in failed:
        yield f"{verdict.case} (first run: {verdict.first or NO_END})"
        for problem in verdict.problems:
            yield f"    {problem}"


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """
    Return 0 if something was tried, and all of it converged.
    """
    return 0 if verdicts and all(verdict.converged for verdict in verdicts) else 1
