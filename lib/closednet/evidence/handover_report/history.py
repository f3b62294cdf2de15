"""
What happened in a run, in order: steps, changes, answers, the work of people.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import HostError
from closednet.evidence import codec
from closednet.hosts import facts
from closednet.model.change import Manual, key_of
from closednet.model.receipt import Done


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from closednet.evidence.journal import Event
    from closednet.hosts.facts import HostFacts
    from closednet.model.change import AnyChange, Spec
    from closednet.model.plan import Plan, RolloutPlan
    from closednet.model.receipt import Receipt

ADDRESS: Final = "A"
OPENED, CLOSED = "step-opened", "step-closed"


@dataclass(frozen=True, slots=True)
class Stage:
    """
    One step's time in a run; `opened` counts how often it was begun.
    """

    step: str
    began: str
    ended: str
    opened: int = 1
    closed: bool = False


@dataclass(frozen=True, slots=True)
class Made:
    """
    A change that was made, when, and the id of what it was made to.
    """

    step: str
    at: str
    change: AnyChange
    resource_id: str


@dataclass(frozen=True, slots=True)
class Answer:
    """
    How a DNS server answered a question first and last in a run.
    """

    name: str
    server: str
    before: tuple[str, ...]
    after: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Work:
    """
    Work of people: whose, what, and when it was seen to be done; "" while it waits.
    """

    step: str
    change: Manual[Spec]
    seen_at: str


def stages(events: Iterable[Event]) -> tuple[Stage, ...]:
    """
    Return the steps in the order in which they were begun.
    """
    found: dict[str, Stage] = {}
    for event in events:
        step = str(event.data.get("step", ""))
        if event.kind == OPENED:
            first = found.get(step)
            again = first and replace(first, opened=first.opened + 1, closed=False)
            found[step] = again or Stage(step, event.at, event.at)
        elif step in found:
            found[step] = replace(
                found[step],
                ended=event.at,
                closed=found[step].closed or event.kind == CLOSED,
            )
    return tuple(found.values())


def changes(events: Iterable[Event]) -> tuple[Made, ...]:
    """
    Return what was changed, oldest first.
    """
    found: list[Made] = []
    for event in events:
        if event.kind == "change-done":
            done = codec.decode(event.data["done"], Done)
            step = str(event.data.get("step", ""))
            found.append(Made(step, event.at, done.change, done.resource_id))
    return tuple(found)


def answers(events: Iterable[Event]) -> tuple[Answer, ...]:
    """
    Return the first and the last answer to each question for addresses.
    """
    found: dict[tuple[str, str], Answer] = {}
    for event in events:
        if event.kind != "dns-question":
            continue
        said: dict[str, Any] = event.data.get("answer") or event.data
        if said.get("rdtype", ADDRESS) != ADDRESS:
            continue
        server = said.get("server") or event.data.get("server")
        key = (str(said.get("name", "")), str(server or ""))
        seen = tuple(sorted(said.get("addresses") or ())) or (_refusal(said),)
        found[key] = (
            replace(found[key], after=seen) if key in found else _new(key, seen)
        )
    return tuple(found.values())


def _new(key: tuple[str, str], seen: tuple[str, ...]) -> Answer:
    return Answer(*key, before=seen, after=seen)


def _refusal(said: Mapping[str, Any]) -> str:
    rcode = str(said.get("rcode", ""))
    return "NODATA" if rcode == "NOERROR" else rcode


def servers(events: Iterable[Event]) -> dict[str, HostFacts]:
    """
    Return the last facts about each server.
    """
    found: dict[str, HostFacts] = {}
    for event in events:
        data = event.data
        if event.kind == "host-transcript" and data.get("script") == "facts":
            try:
                one = facts.parse(str(data.get("host")), str(data.get("stdout")))
            except HostError:
                continue
            found[one.host] = one
    return found


def scripts(events: Iterable[Event]) -> dict[str, tuple[int, int]]:
    """
    Return how many scripts ran on each server, and how many of them failed.
    """
    found: dict[str, tuple[int, int]] = {}
    for event in events:
        if event.kind == "host-transcript":
            ran, failed = found.get(host := str(event.data.get("host")), (0, 0))
            found[host] = (ran + 1, failed + (event.data.get("exit_code") != 0))
    return found


def measurements(events: Iterable[Event]) -> tuple[dict[str, Any], ...]:
    """
    Return what was plotted last of the metrics that arrived.
    """
    drawn = [event.data.get("series") for event in events if event.kind == "series"]
    return tuple(drawn[-1] or ()) if drawn else ()


def work_of_people(
    plans: Iterable[Plan | RolloutPlan],
    receipts: Sequence[Receipt],
    events: Sequence[Event],
) -> tuple[Work, ...]:
    """
    Return what people were asked to do, and when it showed that they had.
    """
    newest = {receipt.step: receipt for receipt in receipts}
    when = {str(e.data.get("step")): e.at for e in events if e.kind == "receipt"}
    seen = {
        (str(e.data.get("step")), str(key)): e.at
        for e in events
        if e.kind == "work-of-people-seen"
        for key in e.data.get("keys", ())
    }
    found: dict[tuple[str, str], Work] = {}
    for plan in plans:
        for step, change in _by_hand(plan):
            receipt, key = newest.get(step), key_of(change)
            waits = receipt is None or change in receipt.waiting
            at = "" if waits else seen.get((step, key), when.get(step, ""))
            found[step, key] = Work(step, change, at)
    return tuple(found.values())


def _by_hand(plan: Plan | RolloutPlan) -> list[tuple[str, Manual[Spec]]]:
    plans: Iterable[Any] = getattr(plan, "plans", (plan,))
    return [
        (part.step, change)
        for part in plans
        for change in part.changes
        if isinstance(change, Manual)
    ]
