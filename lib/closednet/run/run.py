"""
One step in one run: what the cells of a notebook call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet import engine
from closednet.errors import ApplyError, PreconditionError, StalePlanError
from closednet.evidence.listener import JournalListener
from closednet.model import costs
from closednet.render import views
from closednet.run import approvals, manual, resuming
from closednet.run.locking import site_lock


if TYPE_CHECKING:
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.plan import ApprovedPlan, Plan
    from closednet.model.receipt import Receipt
    from closednet.model.step import Step
    from closednet.site import Site


@dataclass
class Run:
    """
    The five verbs of one step, each told to the evidence as it happens.
    """

    name: str
    site: Site
    folder: RunFolder
    step: Step

    def __post_init__(self) -> None:
        self.folder.journal.record("step-opened", step=self.name)

    def header(self) -> views.RunHeader:
        """
        Return what stands under the setup cell: where, who, which run.
        """
        return header(self.name, self.site, self.folder)

    def inspect(self) -> views.Inspection:
        """
        Return what exists of what this step desires.
        """
        observed = engine.inspect(self.step)
        self.folder.journal.record("inspected", step=self.name, found=sorted(observed))
        return views.Inspection(observed, desired=self.step.desired())

    def plan(self, observed: views.Inspection) -> views.PlanView:
        """
        Return what would change, with the digest that approves it.
        """
        plan = engine.plan(self.step, dict(observed.observed), self.site.scope)
        self.folder.write_plan(plan)
        lines = costs.for_step(self.name, self.site.params)
        return views.PlanView(plan, costs=lines, calls=calls_of(self.step, plan))

    def apply(self, plan: views.PlanView, approve: str) -> views.ReceiptView:
        """
        Write exactly the approved plan; run again, it finishes what is left.

        Raises:
            ApprovalError: Nobody approved the plan; nothing was written.
            StalePlanError: What would be done now is not what was approved.
            ApplyError: A change failed; what was done before it is kept.
        """
        approved = approvals.resolve(self.folder, plan.plan, approve)
        with site_lock(self.folder):
            return views.ReceiptView(self._apply(approved))

    def _apply(self, approved: ApprovedPlan) -> Receipt:
        observed = engine.inspect(self.step)
        fresh = engine.plan(self.step, observed, self.site.scope)
        if fresh.digest != approved.plan.digest:
            raise StalePlanError(
                f"the world moved since the plan of {self.name} was made",
                digest=fresh.digest,
                hint="run the notebook again from the top and read the new plan",
            )
        resuming.reconcile(self.folder, self.name, observed)
        if not fresh.changes:
            return engine.apply(self.step, approved, self._listener)
        self._write_handover()
        approvals.record(self.folder, approved)
        return self._write(approved)

    def _write(self, approved: ApprovedPlan) -> Receipt:
        try:
            receipt = engine.apply(self.step, approved, self._listener)
        except ApplyError as err:
            self.folder.journal.record(
                "apply-failed", step=self.name, message=err.message
            )
            raise
        receipt = manual.wait_for_people(self.site, self.step, receipt)
        self.folder.write_receipt(receipt)
        return receipt

    def verify(self) -> views.ReportView:
        """
        Check every claim of this step by another road than the writer's.
        """
        report = self.step.verify()
        self.folder.write_report(report)
        return views.ReportView(report)

    def handover(self) -> views.Handover:
        """
        Return the files for people outside AWS, and keep them.
        """
        return views.Handover(self._write_handover())

    def topology(self) -> views.TopologyView:
        """
        Return the drawing of the site.
        """
        return views.TopologyView(self._ask("topology"))

    def firewall(self) -> Any:
        """
        Return the firewall matrix, and keep it for the firewall team.
        """
        self._write_handover()
        return views.Table(self._ask("firewall"))

    def series(self) -> views.SeriesView:
        """
        Return what arrived in CloudWatch, drawn.
        """
        return views.SeriesView(self._ask("series"))

    def close(self) -> views.Closed:
        """
        Say where the evidence is.
        """
        self.folder.journal.record("step-closed", step=self.name)
        return views.Closed(self.folder.site, self.folder.run_id)

    @property
    def _listener(self) -> JournalListener:
        return JournalListener(self.folder.journal)

    def _write_handover(self) -> dict[str, str]:
        texts: dict[str, str] = getattr(self.step, "handover", dict)()
        for name, text in texts.items():
            self.folder.write_handover(name, text)
        return texts

    def _ask(self, what: str) -> Any:
        answer = getattr(self.step, what, None)
        if answer is None:
            raise PreconditionError(
                f"step {self.name} has no {what}", hint="use the notebook that has it"
            )
        return answer()

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return views.bundle(self.header())


def header(name: str, site: Site, folder: RunFolder) -> views.RunHeader:
    """
    Return where a notebook acts, as whom, and in which run.
    """
    params = site.params
    return views.RunHeader(
        step=name,
        site=params.site,
        region=params.region,
        accounts={
            "network": params.accounts.network.id,
            "management": params.accounts.management.id,
        },
        run_id=folder.run_id,
        simulated=params.connection.simulated,
    )


def calls_of(step: Step, plan: Plan) -> tuple[str, ...]:
    """
    Return the IAM actions that applying `plan` will use, sorted.
    """
    actions: set[str] = set()
    for change in plan.changes:
        kind = engine.kind_of(step, change)
        verb = type(change).__name__.lower()
        actions.update(getattr(kind.actions, verb, ()))
    return tuple(sorted(actions))
