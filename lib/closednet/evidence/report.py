"""
What a run comes to: checks, requirements, calls, changes, work that waits.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, fields
from typing import TYPE_CHECKING, Any

from closednet.evidence.counting import calls_of, coverage_of
from closednet.evidence.lines import CallLine, CheckLine, Coverage, StepLine
from closednet.evidence.receipts import of as receipts_of
from closednet.model import canonical
from closednet.model.change import Manual, key_of
from closednet.render import words
from closednet.render.tables import Table


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from closednet.evidence.journal import Event
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.canonical import Json
    from closednet.model.receipt import Receipt


@dataclass(frozen=True, slots=True)
class RunReport:
    """
    All of a run, as far as it got.
    """

    site: str
    run_id: str
    sealed: bool
    began: str
    ended: str
    about: dict[str, Any]
    steps: tuple[StepLine, ...]
    checks: tuple[CheckLine, ...]
    coverage: tuple[Coverage, ...]
    calls: tuple[CallLine, ...]
    changes: tuple[tuple[str, str, str], ...]
    waiting: tuple[tuple[str, str, str], ...]

    @property
    def passed(self) -> bool:
        """
        Whether something was checked and all of it holds.
        """
        return bool(self.checks) and all(check.passed for check in self.checks)

    @property
    def calls_made(self) -> int:
        """
        How many calls AWS got.
        """
        return sum(line.calls for line in self.calls)

    @property
    def mutating_calls(self) -> int:
        """
        How many of them write.
        """
        return sum(line.calls for line in self.calls if line.mutating)

    def to_json(self) -> Json:
        """
        Return the report as JSON data.
        """
        return canonical.to_json(
            {field.name: getattr(self, field.name) for field in fields(self)}
            | {
                "passed": self.passed,
                "calls_made": self.calls_made,
                "mutating_calls": self.mutating_calls,
                "verdicts": {line.step: line.verdict for line in self.steps},
                "requirements": {c.requirement: c.verdict for c in self.coverage},
            }
        )

    def text(self) -> str:
        """
        Return the report for a terminal.
        """
        failures = [check for check in self.checks if not check.passed]
        missing = [c for c in self.coverage if c.verdict != "proven"]
        parts = [
            f"{self.site}, run {self.run_id}",
            steps_table(self.steps).text(),
            *(f"⛔ {c.step}: {c.claim}: {c.evidence}" for c in failures),
            *(f"{c.verdict}: {c.requirement} {c.words}" for c in missing),
            *(f"✋ {who}: {what}" for _, who, what in self.waiting),
            self._sum(),
        ]
        return "\n".join(parts)

    def _sum(self) -> str:
        passed = sum(check.passed for check in self.checks)
        return (
            f"{passed} of {len(self.checks)} checks passed,"
            f" {self.calls_made} calls to AWS of which {self.mutating_calls} write,"
            f" {len(self.changes)} changes made"
        )


def load_run(folder: RunFolder, events: Sequence[Event] | None = None) -> RunReport:
    """
    Return what the run in `folder` comes to, by `events` if its journal was read.
    """
    if events is None:
        events = folder.events()
    checks = _checks(folder)
    receipts = receipts_of(folder.path, events)
    about: dict[str, Any] = {}
    for event in events:
        if event.kind == "run":
            about |= event.data
    return RunReport(
        folder.site,
        folder.run_id,
        folder.sealed,
        events[0].at if events else "",
        events[-1].at if events else "",
        about,
        _steps(events, checks, receipts),
        checks,
        coverage_of(checks),
        calls_of(events),
        _changes(receipts),
        _waiting(receipts),
    )


def steps_table(steps: Iterable[StepLine]) -> Table:
    """
    Return the steps as a table.
    """
    symbols = {"verified": "✅", "failed": "⛔", "not verified": words.NONE}
    return Table(
        ("", "step", "planned", "done", "by people", "open", "checks", "verdict"),
        tuple(
            (
                symbols[line.verdict],
                line.step,
                "" if line.planned is None else str(line.planned),
                str(line.done),
                str(line.by_people),
                str(line.waiting),
                f"{line.checks - line.failures} of {line.checks}",
                line.verdict,
            )
            for line in steps
        ),
    )


def _checks(folder: RunFolder) -> tuple[CheckLine, ...]:
    return tuple(
        CheckLine(step, c.claim, c.passed, c.evidence, c.proves, c.subject, c.remedy)
        for step, report in folder.reports().items()
        for c in report.checks
    )


def _steps(
    events: Iterable[Event],
    checks: tuple[CheckLine, ...],
    receipts: Iterable[Receipt],
) -> tuple[StepLine, ...]:
    planned: dict[str, int | None] = {}
    people: dict[str, set[str]] = defaultdict(set)
    for event in events:
        step = str(event.data.get("step", ""))
        if event.kind == "plan" and step != "rollout":
            planned[step] = int(event.data["changes"])
        elif event.kind == "work-of-people-seen":
            people[step].update(event.data["keys"])
        elif event.kind in ("report", "receipt"):
            planned.setdefault(step, None)
    done: Counter[str] = Counter()
    waiting: dict[str, int] = {}
    for receipt in receipts:
        planned.setdefault(receipt.step, None)
        done[receipt.step] += len(receipt.done)
        waiting[receipt.step] = len(receipt.waiting)
    return tuple(
        StepLine(
            step,
            count,
            done[step],
            len(people[step]),
            waiting.get(step, 0),
            sum(check.step == step for check in checks),
            sum(check.step == step and not check.passed for check in checks),
        )
        for step, count in planned.items()
    )


def _changes(receipts: Iterable[Receipt]) -> tuple[tuple[str, str, str], ...]:
    return tuple(
        (receipt.step, key_of(done.change), done.resource_id)
        for receipt in receipts
        for done in receipt.done
    )


def _waiting(receipts: Iterable[Receipt]) -> tuple[tuple[str, str, str], ...]:
    """
    Return who has to do what; the newest receipt of a step counts.
    """
    newest = {receipt.step: receipt for receipt in receipts}
    return tuple(
        (receipt.step, change.who, change.instruction)
        for receipt in newest.values()
        for change in receipt.waiting
        if isinstance(change, Manual)
    )
