"""
Counting what a run proves and what it called.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from closednet.evidence.lines import CallLine, CheckLine, Coverage
from closednet.evidence.requirements import REQUIREMENTS


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.evidence.journal import Event


def coverage_of(checks: Iterable[CheckLine]) -> tuple[Coverage, ...]:
    """
    Return requirement by requirement which of them are proven.
    """
    made: Counter[str] = Counter()
    failed: Counter[str] = Counter()
    for check in checks:
        made.update(check.proves)
        failed.update(() if check.passed else check.proves)
    return tuple(
        Coverage(name, words, made[name], failed[name])
        for name, words in REQUIREMENTS.items()
    )


def calls_of(events: Iterable[Event]) -> tuple[CallLine, ...]:
    """
    Count the calls to AWS by account and operation.
    """
    calls: Counter[tuple[str, str, bool]] = Counter()
    errors: Counter[tuple[str, str, bool]] = Counter()
    for event in events:
        if event.kind == "aws-call":
            data = event.data
            operation = f"{data.get('service')}:{data.get('operation')}"
            account = str(data.get("account_id") or data.get("account") or "")
            line = (account, operation, bool(data.get("mutating")))
            calls[line] += 1
            errors[line] += bool(data.get("error_code"))
    return tuple(CallLine(*line, calls[line], errors[line]) for line in sorted(calls))
