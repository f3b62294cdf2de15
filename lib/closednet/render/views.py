"""
What a notebook shows of the model: as text for terminals, as HTML for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.model.sharing import STAYS
from closednet.render import words
from closednet.render.changes import changes_table, listed
from closednet.render.tables import Table
from closednet.render.view import NO, WAITS, YES, Part, View


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.model.change import Found, Spec
    from closednet.model.plan import Plan, RolloutPlan
    from closednet.model.receipt import Receipt
    from closednet.model.report import Check, Report


AGAIN = "this plan was applied already: nothing was done again"


@dataclass(frozen=True, slots=True, repr=False)
class Inspection(View):
    """
    What exists of what a step is about; `desired` tells what is missing.
    """

    observed: Mapping[str, Found[Spec]]
    desired: tuple[Spec, ...] = ()

    def parts(self) -> tuple[Part, ...]:
        """
        A table of resources, whose they are, and how many are missing.
        """
        keys = list(dict.fromkeys([*(s.key for s in self.desired), *self.observed]))
        rows = tuple(self._row(key) for key in keys)
        missing = sum(key not in self.observed for key in keys)
        line = f"{words.count(len(self.observed), 'resource')} found"
        return (
            Table(("", "resource", "id", "whose"), rows, empty="nothing exists yet"),
            line + (f", {missing} missing" if self.desired else ""),
        )

    def _row(self, key: str) -> tuple[str, ...]:
        found = self.observed.get(key)
        if found is None:
            return (words.NONE, key, "", "does not exist")
        owner = "made by this runbook" if found.owned else "of others"
        return (YES, key, found.resource_id, owner)


@dataclass(frozen=True, slots=True, repr=False)
class PlanView(View):
    """
    A plan as people approve it: changes, what stays, costs, calls, the digest.
    """

    plan: Plan
    costs: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    irreversible: tuple[str, ...] = ()

    def title(self) -> str:
        """
        Step, place and sum.
        """
        scope = self.plan.scope
        what = f"undo run {self.plan.undoes}" if self.plan.undoes else "plan"
        return (
            f"{self.plan.step}: {what} for {scope.site} ({scope.region}):"
            f" {words.summary(self.plan.changes)}"
        )

    def parts(self) -> tuple[Part, ...]:
        """
        Tables of changes, kept resources, costs and calls; the digest at the end.
        """
        kept = tuple((k.key, k.reason) for k in self.plan.kept)
        return (
            changes_table(self.plan.changes),
            *([Table(("stays as it is", "because"), kept)] if kept else []),
            *(f"cannot be undone: {line}" for line in self.irreversible),
            *listed("cost", self.costs),
            *listed("IAM actions that it uses", self.calls),
            f"digest: {self.plan.digest}",
        )


@dataclass(frozen=True, slots=True, repr=False)
class RolloutView(View):
    """
    The plans of all steps, and the one digest that approves them together.
    """

    rollout: RolloutPlan
    costs: tuple[str, ...] = ()
    calls: tuple[str, ...] = ()
    irreversible: tuple[str, ...] = ()

    def title(self) -> str:
        """
        Site, accounts and sum.
        """
        scope = self.rollout.scope
        return (
            f"rollout of {scope.site} ({scope.region}, network account"
            f" {scope.network_account}, management account"
            f" {scope.management_account}): {words.summary(self.rollout.changes)}"
        )

    def parts(self) -> tuple[Part, ...]:
        """
        The steps, then every change of every step, then the digest.
        """
        steps = tuple(
            (plan.step, words.summary(plan.changes), str(len(plan.kept)), plan.digest)
            for plan in self.rollout.plans
        )
        return (
            Table(("step", "changes", "kept", "digest"), steps),
            *(
                changes_table(p.changes, p.step)
                for p in self.rollout.plans
                if p.changes
            ),
            *self._for_others(),
            *(f"cannot be undone: {line}" for line in self.irreversible),
            *listed("cost", self.costs),
            *listed("IAM actions that it uses", self.calls),
            f"digest: {self.rollout.digest}",
        )

    def _for_others(self) -> tuple[Part, ...]:
        """
        Return what a rollback leaves standing because another site uses it.
        """
        kept = [k for plan in self.rollout.plans for k in plan.kept]
        rows = tuple((k.key, k.reason) for k in kept if k.reason.startswith(STAYS))
        return (Table(("stays as it is", "because"), rows),) if rows else ()


@dataclass(frozen=True, slots=True, repr=False)
class ReceiptView(View):
    """
    What one apply did, and what waits for people; `again` if it was done before.
    """

    receipt: Receipt
    again: bool = False

    def title(self) -> str:
        """
        Step and sum.
        """
        done = words.count(len(self.receipt.done), "change")
        waiting = len(self.receipt.waiting)
        return f"{self.receipt.step}: {done} made" + (
            f", {waiting} waiting for people" if waiting else ""
        )

    def parts(self) -> tuple[Part, ...]:
        """
        A table of what was done, with ids, and of what waits.
        """
        done = tuple(
            (YES, words.sentence(item.change), item.resource_id)
            for item in self.receipt.done
        )
        waiting = tuple((WAITS, words.sentence(w), "") for w in self.receipt.waiting)
        return (
            Table(("", "done", "id"), done + waiting, empty="nothing had to be done"),
            *([AGAIN] if self.again else []),
            f"approved by digest: {self.receipt.approved_by_digest}",
        )


@dataclass(frozen=True, slots=True, repr=False)
class ReportView(View):
    """
    The checks of a step, each with what was seen.
    """

    report: Report

    def parts(self) -> tuple[Part, ...]:
        """
        A table of checks, remedies of failed ones, and the verdict.
        """
        checks = self.report.checks
        rows = tuple(
            (
                YES if c.passed else NO,
                c.claim,
                c.subject,
                c.evidence,
                " ".join(c.proves),
            )
            for c in checks
        )
        return (
            Table(
                ("", "claim", "about", "seen", "proves"),
                rows,
                empty="there was nothing to check",
            ),
            *(f"{NO} {c.claim}: {_why(c)}" for c in self.report.failures if _why(c)),
            self._verdict(),
        )

    def _verdict(self) -> str:
        checks = len(self.report.checks)
        sign = YES if self.report.passed else NO
        passed = f"{checks - len(self.report.failures)} of {checks} checks passed"
        return f"{sign} {self.report.step}: {passed}"


def _why(check: Check) -> str:
    """
    Return the remedy of a failed check, after its causes where it names any.
    """
    return check.advice if check.causes else check.remedy
