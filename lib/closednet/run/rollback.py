"""
Undoing a run from its receipts, step by step, newest first.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

from closednet import engine, registry
from closednet.aws.neighbours import Neighbours
from closednet.errors import PreconditionError
from closednet.evidence import archive
from closednet.evidence.listener import JournalListener
from closednet.model import sharing
from closednet.model.change import Create, Delete, Found, Manual, Spec, Update, key_of
from closednet.model.plan import Plan, RolloutPlan
from closednet.model.report import Check, Report
from closednet.render.closing import LinesView, ReceiptsView
from closednet.render.views import Inspection, RolloutView
from closednet.run import approvals, manual, remarks
from closednet.run.applied import Applied
from closednet.run.gate import Gate
from closednet.run.locking import site_lock
from closednet.run.run import calls_of
from closednet.run.viewing import evidence_place, header


if TYPE_CHECKING:
    from closednet.engine import Needed
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.approval import Judgement
    from closednet.model.receipt import Receipt
    from closednet.model.step import Step
    from closednet.render.pages import RunHeader
    from closednet.site import Site

NAME = "rollback"
NOTEBOOK = "90-rollback"


@dataclass
class RollbackRun:
    """
    The verbs of a rollback; `undone` is the folder of the run to undo.
    """

    site: Site
    folder: RunFolder
    undone: RunFolder
    applied: Applied[tuple[Receipt, ...]] = field(default_factory=Applied)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """
        The steps that did something in the run, newest first.
        """
        touched = {receipt.step for receipt in self._receipts()}
        names = [name for name in reversed(registry.NAMES) if name in touched]
        if not names:
            raise PreconditionError(
                f"run {self.undone.run_id} has no receipts: there is nothing to undo",
                hint="closednet status PARAMS lists the runs of the site",
            )
        return tuple(registry.build(name, self.site) for name in names)

    def inspect(self) -> Inspection:
        """
        Return what still exists of what the run made.
        """
        observed: dict[str, Found[Spec]] = {}
        made: list[Spec] = []
        for step in self.steps:
            specs = [engine.spec_of(d.change) for d in self._done(step)]
            observed |= engine.remaining(step, specs)
            made += specs
        return Inspection(observed, desired=tuple(made))

    def plan(self, observed: Inspection | None = None) -> RolloutView:
        """
        Return the inverse of every receipt, and what cannot be brought back.
        """
        rollout = self._plan()
        self.folder.write_plan(rollout)
        return RolloutView(
            rollout,
            costs=(),
            calls=self._calls(rollout),
            irreversible=self._irreversible(rollout),
        )

    def apply(self, plan: RolloutView, approve: str) -> ReceiptsView:
        """
        Undo exactly what was approved.

        Raises:
            ApprovalError: Nobody approved the plan; nothing was written.
            StalePlanError: What would be undone now is not what was approved.
        """
        before = self.applied.with_plan(plan)
        if before is not None:
            self.folder.journal.record("not-applied-again", step=NAME)
            return ReceiptsView(before, again=True)
        approvals.require(self.folder, plan.rollout, approve)
        judged = self._judged(plan.rollout, approve)
        with site_lock(self.folder):
            receipts = tuple(
                self._apply(step, part, approve, judged)
                for step, part in zip(self.steps, plan.rollout.plans, strict=True)
            )
        self.applied.remember(plan, receipts)
        return ReceiptsView(receipts)

    def verify(self) -> Report:
        """
        Look for every resource of the receipts again.
        """
        needed = self._needed()
        checks = [check for step in self.steps for check in self._checks(step, needed)]
        report = Report(NAME, tuple(checks))
        self.folder.write_report(report)
        return report

    def note(self, text: str) -> LinesView:
        """
        Keep what the operator has to say in the evidence.
        """
        return remarks.note(self.folder, NAME, text)

    def countersign(self, name: str, *, key: str = "") -> LinesView:
        """
        Keep that a second person saw what was undone; with an SSH key, signed.
        """
        return remarks.countersign(self.folder, NAME, name, key=key)

    def close(self) -> LinesView:
        """
        Say where the evidence is.
        """
        archive.scan(self.folder)
        self.folder.journal.record("step-closed", step=NAME)
        return evidence_place(self.folder)

    def _judged(self, rollout: RolloutPlan, approve: str) -> Judgement | None:
        steps = [plan.step for plan in rollout.plans if plan.changes]
        if not steps:
            return None
        gate = Gate(self.site, approve, rollback=True, notebook=NOTEBOOK)
        return gate.require(steps, self.folder)

    def _apply(
        self, step: Step, part: Plan, approve: str, judged: Judgement | None
    ) -> Receipt:
        stored = approvals.stored(self.folder, approve)
        approved = approvals.covered(part, approve, stored) if stored else None
        approved = approved or part.approve(approve)
        if part.changes:
            approvals.record(self.folder, approved, judged)
        self._tell_people(step, part)
        receipt = engine.apply(step, approved, JournalListener(self.folder.journal))
        receipt = manual.wait_for_people(self.site, step, receipt)
        if part.changes:
            self.folder.write_receipt(receipt)
        return receipt

    def _tell_people(self, step: Step, part: Plan) -> None:
        work = [change for change in part.changes if isinstance(change, Manual)]
        if not all(change.undo for change in work):
            for name, text in getattr(step, "handover", dict)().items():
                self.folder.write_handover(name, text)
        if work:
            lines = [f"- {c.who}: take back: {c.instruction}" for c in work]
            text = f"# Rollback of {step.name}\n\n" + "\n".join(lines) + "\n"
            self.folder.write_handover(f"rollback-{step.name}.md", text)

    def _plan(self) -> RolloutPlan:
        scope, run = self.site.scope, self.undone.run_id
        with self.site.reads.shared():
            needed = self._needed()
            plans = tuple(
                engine.rollback(step, self._receipts(step), scope, run, needed)
                for step in self.steps
            )
        return RolloutPlan(scope, plans)

    def _calls(self, rollout: RolloutPlan) -> tuple[str, ...]:
        pairs = zip(self.steps, rollout.plans, strict=True)
        return tuple(sorted({c for s, p in pairs for c in calls_of(s, p)}))

    def _irreversible(self, rollout: RolloutPlan) -> tuple[str, ...]:
        said = [
            f"{key_of(change)}: {text}"
            for step, plan in zip(self.steps, rollout.plans, strict=True)
            for change in plan.changes
            if (
                text := engine.kind_of(step, change).irreversible(
                    engine.spec_of(change)
                )
            )
        ]
        return tuple(said)

    def _checks(self, step: Step, needed: Needed) -> list[Check]:
        done = self._done(step)
        observed = engine.remaining(step, [engine.spec_of(d.change) for d in done])
        return [_check(d.change, observed.get(key_of(d.change)), needed) for d in done]

    def _needed(self) -> Needed:
        """
        Ask what other sites of the account use, once for all that is undone.
        """
        others = Neighbours(self.site.management).marks()
        return partial(sharing.needed, params=self.site.params, others=others)

    def _done(self, step: Step) -> list[Any]:
        return engine.net(d for r in self._receipts(step) for d in r.done)

    def _receipts(self, step: Step | None = None) -> tuple[Receipt, ...]:
        return tuple(
            receipt
            for receipt in self.undone.receipts()
            if (step is None or receipt.step == step.name) and not _is_undo(receipt)
        )

    def header(self) -> RunHeader:
        """
        Return what stands under the setup cell: where, who, which run.
        """
        return header(f"{NAME} of {self.undone.run_id}", self.site, self.folder)

    def __repr__(self) -> str:
        return self.header().text()

    def _repr_html_(self) -> str:
        return self.header().html()


def _is_undo(receipt: Receipt) -> bool:
    """
    Tell a rollback's own receipt, kept in the same run, from a rollout's.
    """
    return bool(receipt.undoes)


def _check(change: Any, found: Found[Spec] | None, needed: Needed) -> Check:
    key = key_of(change)
    if found is not None and (why := needed(found.spec)):
        return Check(f"{key} {why}", passed=True, evidence=_seen(found), subject=key)
    match change:
        case Create(new=spec):
            gone = found is None
            return Check(f"{spec.key} is gone", gone, _seen(found), subject=spec.key)
        case Update(old=spec) | Delete(old=spec):
            back = found is not None and found.spec == spec
            return Check(
                f"{spec.key} is as it was", back, _seen(found), subject=spec.key
            )
        case _:
            return Check(f"{key} was taken back", found is None, _seen(found))


def _seen(found: Found[Spec] | None) -> str:
    return "not found" if found is None else f"found {found.resource_id}"
