"""
Approvals in the archives of a site: was this change allowed by anybody, and by whom?
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet.errors import EvidenceError
from closednet.evidence import archive, codec, portrait, runs
from closednet.model.change import Delete, Manual, key_of
from closednet.model.plan import RolloutPlan


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from closednet.evidence.journal import Event
    from closednet.evidence.portrait import Thing
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.change import AnyChange
    from closednet.model.plan import Plan


@dataclass(frozen=True, slots=True)
class Approved:
    """
    A change that somebody approved: which, by whom, when, under which digest.
    """

    key: str
    change: AnyChange
    params_digest: str
    digest: str
    by: str
    at: str
    run: str

    def __str__(self) -> str:
        return f"{self.digest} by {self.by}, {self.at[:16].replace('T', ' ')}, run {self.run}"

    def explains(self, now: Mapping[str, str] | None) -> bool:
        """
        Tell whether a resource that is now so is what was approved.
        """
        if isinstance(self.change, Delete):
            return now is None
        if isinstance(self.change, Manual):
            return (now is None) == self.change.undo
        return now is not None and _fits(portrait.thing(self.change.new, ""), now)


@dataclass(frozen=True, slots=True)
class Register:
    """
    Everything that was approved at a site, and archives that do not count.
    """

    changes: tuple[Approved, ...]
    broken: tuple[str, ...]

    def since(self, moment: str) -> Register:
        """
        Return what was approved after a moment.
        """
        later = tuple(one for one in self.changes if one.at > moment)
        return Register(later, self.broken)

    def of(self, keys: Iterable[str]) -> tuple[Approved, ...]:
        """
        Return what was approved for any of these resources, newest first.
        """
        wanted = set(keys)
        found = [one for one in self.changes if one.key in wanted]
        return tuple(sorted(found, key=lambda one: one.at, reverse=True))


def read(root: Path, site: str) -> Register:
    """
    Return what the archives of a site hold; one that does not verify does not count.
    """
    found: list[Approved] = []
    broken: list[str] = []
    for run in runs.runs(root, site):
        approvals = [e for e in run.events() if e.kind == "approval"]
        problems = archive.verify(run.path) if approvals else ()
        if problems:
            broken.append(f"{run.run_id}: {problems[0]}")
        else:
            found += _of_run(run)
    return Register(tuple(found), tuple(broken))


def _of_run(run: RunFolder) -> list[Approved]:
    first: dict[str, Event] = {}
    for event in run.events():
        if event.kind == "approval":
            first.setdefault(str(event.data["file"]), event)
    return [
        Approved(
            key_of(change),
            change,
            plan.scope.params_digest,
            str(event.data["digest"]),
            str(event.data.get("by", "")),
            event.at,
            run.run_id,
        )
        for name, event in first.items()
        for plan in _plans(run.path / name)
        for change in plan.changes
    ]


def _plans(path: Path) -> tuple[Plan, ...]:
    try:
        plan: Any = codec.read_plan(path)
    except EvidenceError:
        return ()
    return plan.plans if isinstance(plan, RolloutPlan) else (plan,)


def _fits(wanted: Thing, now: Mapping[str, str]) -> bool:
    return all(now.get(name) == value for name, value in wanted.items())
