"""
Plans, and approval of exactly one plan by its digest.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closednet.errors import ApprovalError, StalePlanError
from closednet.model import canonical
from closednet.model.change import AnyChange, Kept, key_of


if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(frozen=True, slots=True)
class Scope:
    """
    Where a plan holds: an approval never carries over to another place.
    """

    site: str
    region: str
    network_account: str
    management_account: str
    params_digest: str


@dataclass(frozen=True, slots=True)
class Plan:
    """
    What one step would change, in order, and what it would leave alone.
    """

    step: str
    scope: Scope
    changes: tuple[AnyChange, ...]
    kept: tuple[Kept, ...] = ()
    undoes: str = ""

    @property
    def digest(self) -> str:
        """
        The digest of step, scope and changes; what is kept does not count.
        """
        return canonical.digest(
            {
                "step": self.step,
                "scope": self.scope,
                "undoes": self.undoes,
                "changes": self.changes,
            }
        )

    def approve(self, digest: str) -> ApprovedPlan:
        """
        Return the plan as approved if `digest` is its own.

        Raises:
            ApprovalError: No digest was given, or another one.
        """
        if not self.changes or digest == self.digest:
            return ApprovedPlan(self, digest or self.digest)
        if not digest:
            raise ApprovalError(
                f"nobody approved the plan of {self.step} yet",
                digest=self.digest,
                hint=f"read the plan; if every line is intended, set"
                f' approve = "{self.digest}"',
            )
        raise StalePlanError(
            f"the plan of {self.step} has digest {self.digest}, not {digest}",
            digest=self.digest,
            hint="something differs from what was approved: read this plan,"
            " and have it approved anew",
        )

    def approve_as_part(self, digest: str, approved: Sequence[Plan]) -> ApprovedPlan:
        """
        Return the plan as approved if all of it stands in `approved` plans.

        A run that was interrupted is resumed under its first approval: what is
        left to do must be part of what was approved.

        Raises:
            StalePlanError: A change was not approved; all of them are named.
        """
        allowed = {
            canonical.text(change)
            for plan in approved
            if (plan.step, plan.scope, plan.undoes)
            == (self.step, self.scope, self.undoes)
            for change in plan.changes
        }
        extra = [c for c in self.changes if canonical.text(c) not in allowed]
        if extra:
            names = ", ".join(key_of(change) for change in extra)
            raise StalePlanError(
                f"approval {digest} does not contain: {names}",
                digest=self.digest,
                hint="the world or the parameters moved since the approval:"
                " plan again and have the new plan approved",
            )
        return ApprovedPlan(self, digest)


@dataclass(frozen=True, slots=True)
class ApprovedPlan:
    """
    A plan that somebody approved; the only thing that `apply` accepts.
    """

    plan: Plan
    approved_by_digest: str


@dataclass(frozen=True, slots=True)
class RolloutPlan:
    """
    The plans of all steps of a site, approved by one digest.
    """

    scope: Scope
    plans: tuple[Plan, ...] = field(default=())

    @property
    def digest(self) -> str:
        """
        The digest over the plans of all steps.
        """
        return canonical.digest(
            {"scope": self.scope, "plans": [plan.digest for plan in self.plans]}
        )

    @property
    def changes(self) -> tuple[AnyChange, ...]:
        """
        All changes of all steps, in order.
        """
        return tuple(change for plan in self.plans for change in plan.changes)
