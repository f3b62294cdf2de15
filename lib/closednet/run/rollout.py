"""
All steps of a site at once: planned, verified, and told where they stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet import engine, registry
from closednet.errors import ClosednetError
from closednet.model.plan import Plan, RolloutPlan
from closednet.model.report import Check, Report
from closednet.run.instructed import refuse_instruct
from closednet.run.run import calls_of


if TYPE_CHECKING:
    from closednet.site import Site


@dataclass(frozen=True, slots=True)
class Planned:
    """
    The plan of a whole rollout and the IAM actions that it will use.
    """

    rollout: RolloutPlan
    calls: tuple[str, ...]


def plan_rollout(site: Site) -> Planned:
    """
    Return the plans of all steps; reads only.

    Raises:
        WrongAccountError: The credentials belong to another account.
        UnsafePlanError: Something that is not ours is in the way.
    """
    site.confirm_accounts()
    plans: list[Plan] = []
    calls: set[str] = set()
    with site.reads.shared():
        for name in registry.NAMES:
            step = registry.build(name, site)
            plan = engine.plan(step, engine.inspect(step), site.scope)
            calls.update(calls_of(step, plan))
            plans.append(plan)
    return Planned(RolloutPlan(site.scope, tuple(plans)), tuple(sorted(calls)))


def verify_rollout(site: Site) -> tuple[Report, ...]:
    """
    Return the reports of all steps; what cannot be asked is a failed check.
    """
    refuse_instruct(site)
    site.confirm_accounts()
    # Of one look at the site, as the plan is; waiting and writing forget it.
    with site.reads.shared():
        return tuple(_verified(name, site) for name in registry.NAMES)


def _verified(name: str, site: Site) -> Report:
    try:
        return registry.build(name, site).verify()
    except ClosednetError as err:
        check = Check(
            f"{name} can be verified",
            passed=False,
            evidence=err.message,
            remedy=err.hint,
        )
        return Report(name, (check,))
