"""
One step in one run: what the cells of a notebook call.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closednet import engine, registry
from closednet.errors import ApplyError, PreconditionError, StalePlanError
from closednet.evidence import archive, codec
from closednet.evidence.journal import stamp
from closednet.evidence.listener import JournalListener
from closednet.model import costs
from closednet.params.profiles import ARTICLE
from closednet.render.closing import table_view
from closednet.render.pages import (
    Handover,
    HandoverFile,
    RunHeader,
    SeriesView,
    TopologyView,
)
from closednet.render.series import Series
from closednet.render.views import Inspection, PlanView, ReceiptView
from closednet.run import approvals, manual, remarks
from closednet.run.applied import Applied
from closednet.run.explaining import explain_error, explain_report
from closednet.run.gate import Gate
from closednet.run.locking import site_lock
from closednet.run.viewing import evidence_place, header


if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from closednet.engine import Listener
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.plan import ApprovedPlan, Plan
    from closednet.model.receipt import Receipt
    from closednet.model.report import Report
    from closednet.model.step import Step
    from closednet.params.site import SiteParams
    from closednet.render.closing import LinesView, TableView
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
    applied: Applied[Receipt] = field(default_factory=Applied)

    def __post_init__(self) -> None:
        self.folder.journal.record("step-opened", step=self.name)

    def header(self) -> RunHeader:
        """
        Return what stands under the setup cell: where, who, which run.
        """
        return header(self.name, self.site, self.folder)

    def inspect(self) -> Inspection:
        """
        Return what exists of what this step desires.
        """
        with self.site.reads.shared():
            observed = engine.inspect(self.step)
        self.folder.journal.record(
            "inspected",
            step=self.name,
            found=sorted(observed),
            resources={key: codec.encode(found) for key, found in observed.items()},
        )
        return Inspection(observed, desired=self.step.desired())

    def plan(self, observed: Inspection) -> PlanView:
        """
        Return what would change, with the digest that approves it.
        """
        plan = engine.plan(self.step, dict(observed.observed), self.site.scope)
        self.folder.write_plan(plan)
        return PlanView(
            plan,
            costs=cost_lines(self.site.params, self.name),
            calls=calls_of(self.step, plan),
        )

    def apply(self, plan: PlanView, approve: str) -> ReceiptView:
        """
        Write exactly the approved plan; run again, it finishes what is left.

        A cell that succeeded does nothing when it is run again with the same plan.

        Raises:
            ApprovalError: Nobody approved the plan; nothing was written.
            StalePlanError: What would be done now is not what was approved.
            ApplyError: A change failed; what was done before it is kept.
        """
        before = self.applied.with_plan(plan)
        if before is not None:
            self.folder.journal.record("not-applied-again", step=self.name)
            return ReceiptView(self._wait_for_people(before), again=True)
        approved = approvals.resolve(self.folder, plan.plan, approve)
        with site_lock(self.folder), self.site.reads.shared():
            receipt = self._apply(approved)
        self.applied.remember(plan, receipt)
        return ReceiptView(receipt)

    def _apply(self, approved: ApprovedPlan) -> Receipt:
        observed = engine.inspect(self.step)
        fresh = engine.plan(self.step, observed, self.site.scope)
        if fresh.digest != approved.plan.digest:
            raise StalePlanError(
                f"the world moved since the plan of {self.name} was made",
                digest=fresh.digest,
                hint="run the notebook again from the top and read the new plan",
            )
        self._settle(fresh)
        if not fresh.changes:
            return engine.apply(self.step, approved, self._listener)
        notebook = registry.entry(self.name).notebook
        gate = Gate(self.site, approved.approved_by_digest, notebook=notebook)
        judged = gate.require((self.name,), self.folder)
        self._write_handover()
        approvals.record(self.folder, approved, judged)
        return self._write(approved)

    def _settle(self, plan: Plan) -> None:
        """
        Close what this run waited for and people did before it went on.
        """
        receipts = self.folder.receipts()
        closed = manual.done_since(self.site, self.step, receipts, plan)
        if closed:
            self.folder.write_receipt(closed)

    def _write(self, approved: ApprovedPlan) -> Receipt:
        try:
            receipt = engine.apply(self.step, approved, self._listener)
        except ApplyError as err:
            self.folder.journal.record(
                "apply-failed", step=self.name, message=err.message
            )
            explain_error(self.site, self.name, err)
            raise
        receipt = self._wait_for_people(receipt)
        self.folder.write_receipt(receipt)
        return receipt

    def _wait_for_people(self, receipt: Receipt) -> Receipt:
        return manual.wait_for_people(self.site, self.step, receipt)

    def verify(self) -> Report:
        """
        Check every claim of this step by another road than the writer's.
        """
        # Nothing that was read before the write counts here.
        with self.site.reads.shared():
            report = self.step.verify()
        report = explain_report(self.site, report)
        self.folder.write_report(report)
        return report

    def handover(self) -> Handover:
        """
        Return the files for people outside AWS, and keep them.
        """
        texts = self._write_handover()
        return Handover(
            tuple(
                HandoverFile(f"handover/{name}", _audience(name), _purpose(name), text)
                for name, text in texts.items()
            )
        )

    def topology(self) -> TopologyView:
        """
        Return the drawing of the site.
        """
        return TopologyView.of(self.site.params)

    def firewall(self) -> TableView:
        """
        Return the firewall matrix, and keep it for the firewall team.
        """
        self._write_handover()
        return table_view(
            "Firewall matrix",
            ("from", "to", "protocol", "port", "why"),
            [
                (r.source, r.destination, r.protocol, str(r.port), r.why)
                for r in self._ask("firewall")
            ],
        )

    def profile(self) -> TableView:
        """
        Return where the article's way and today's differ, and why.
        """
        other = "current" if self.site.params.profile == ARTICLE else ARTICLE
        columns = ("parameter", "this site", f"profile {other}", "why", "source")
        title = f"Profile {self.site.params.profile}"
        return table_view(title, columns, list(self._ask("profile")))

    def series(self) -> SeriesView:
        """
        Return what arrived in CloudWatch, drawn.
        """
        found = self._ask("series")
        plotted = [
            {"host": one.host, "metric": one.metric, "points": _points(one.points)}
            for one in found
        ]
        self.folder.journal.record("series", step=self.name, series=plotted)
        return SeriesView(
            tuple(
                Series(one.host, one.metric, tuple(value for _, value in one.points))
                for one in found
            )
        )

    def note(self, text: str) -> LinesView:
        """
        Keep what the operator has to say, under this step, in the evidence.
        """
        return remarks.note(self.folder, self.name, text)

    def countersign(self, name: str, *, key: str = "") -> LinesView:
        """
        Keep that a second person saw what was done; with an SSH key, signed.
        """
        return remarks.countersign(self.folder, self.name, name, key=key)

    def close(self) -> LinesView:
        """
        Say where the evidence is.
        """
        archive.scan(self.folder)
        self.folder.journal.record("step-closed", step=self.name)
        return evidence_place(self.folder)

    @property
    def _listener(self) -> Listener:
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

    def __repr__(self) -> str:
        return self.header().text()

    def _repr_html_(self) -> str:
        return self.header().html()


def cost_lines(params: SiteParams, step: str = "") -> tuple[str, ...]:
    """
    Return the monthly cost of the site, or of one step, in lines for people.
    """
    lines = costs.monthly(params)
    shown = [line for line in lines if step in ("", line.step)]
    priced = [
        f"{line.quantity} x {line.item}: {line.monthly_usd:,.2f} USD a month"
        for line in shown
    ]
    if len(shown) > 1:
        total = costs.total(tuple(shown))
        priced.append(
            f"together: {total:,.2f} USD a month, prices of {params.prices.as_of}"
        )
    return tuple(priced)


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


def _points(points: Iterable[tuple[datetime, float]]) -> list[list[str | float]]:
    return [[stamp(moment), value] for moment, value in points]


def _audience(name: str) -> str:
    if "firewall" in name:
        return "firewall team"
    is_dns = "forwarder" in name or "override" in name
    return "DNS administrator" if is_dns else "server administrator"


def _purpose(name: str) -> str:
    if "removal" in name:
        return "how to take the forwarding rules back"
    if "override" in name:
        return "answers of the site's own while AWS's answer moves"
    if "forwarder" in name:
        return "forwarding rules to install"
    return "ports to open" if "firewall" in name else "script to carry to the server"
