"""
Where a run did not go as planned: what failed, was refused, begun again, or is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.model import canonical
from closednet.model.change import Manual, key_of
from closednet.model.plan import RolloutPlan


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from closednet.evidence.handover_report.history import Made, Stage
    from closednet.evidence.journal import Event
    from closednet.model.plan import Plan

# What is refused while somebody only looks is no deviation, but for a lack of rights.
GRAVE: Final = ("Denied", "Unauthorized", "Throttl", "LimitExceeded")
# Events that are deviations by themselves; of scripts, those that failed.
TOLD: Final = {
    "apply-failed": "failed",
    "orphan": "orphan",
    "torn": "torn",
    "unscanned": "unscanned",
    "not-applied-again": "again",
    "host-transcript": "script",
}


@dataclass(frozen=True, slots=True)
class Deviation:
    """
    One of them: when, which sort, and the facts that its sentence needs.
    """

    at: str
    kind: str
    facts: dict[str, str]


def of(events: Sequence[Event], stages: Iterable[Stage]) -> tuple[Deviation, ...]:
    """
    Return what was not as planned, oldest first.
    """
    found = [*_told(events), *_refused_calls(events), *_again(stages)]
    return tuple(sorted(found, key=lambda one: one.at))


def not_made(
    approved: Iterable[Plan | RolloutPlan], made: Iterable[Made]
) -> tuple[tuple[str, str], ...]:
    """
    Return step and key of what was approved for this run and not made in it.
    """
    # Steps may share a resource: whichever comes first makes it.
    done = {canonical.text(one.change) for one in made}
    found = {
        (part.step, key_of(change)): None
        for plan in approved
        for part in (plan.plans if isinstance(plan, RolloutPlan) else (plan,))
        for change in part.changes
        if not isinstance(change, Manual) and canonical.text(change) not in done
    }
    return tuple(found)


def _told(events: Iterable[Event]) -> Iterator[Deviation]:
    """
    Yield what the journal itself calls by a name.
    """
    for event in events:
        if event.kind == "approvals-judged":
            yield from _void(event)
        elif event.kind in TOLD and event.data.get("exit_code") != 0:
            data = {name: str(value) for name, value in event.data.items()}
            yield Deviation(event.at, TOLD[event.kind], data)


def _void(event: Event) -> Iterator[Deviation]:
    for void in event.data.get("void", ()):
        facts = {"who": str(void.get("approver")), "why": str(void.get("why"))}
        yield Deviation(event.at, "void", facts)


def _refused_calls(events: Iterable[Event]) -> Iterator[Deviation]:
    """
    Yield each operation that AWS refused, once with how often.
    """
    first: dict[tuple[str, str], str] = {}
    count: dict[tuple[str, str], int] = {}
    for event in events:
        code = str(event.data.get("error_code") or "")
        grave = event.data.get("mutating") or any(word in code for word in GRAVE)
        if event.kind != "aws-call" or not code or not grave:
            continue
        key = (f"{event.data.get('service')}:{event.data.get('operation')}", code)
        first.setdefault(key, event.at)
        count[key] = count.get(key, 0) + 1
    for (operation, code), at in first.items():
        times = str(count[operation, code])
        facts = {"operation": operation, "code": code, "times": times}
        yield Deviation(at, "refused", facts)


def _again(stages: Iterable[Stage]) -> Iterator[Deviation]:
    for stage in stages:
        if stage.opened > 1:
            facts = {"step": stage.step, "times": str(stage.opened)}
            yield Deviation(stage.began, "reopened", facts)
        if not stage.closed:
            yield Deviation(stage.ended, "unclosed", {"step": stage.step})
