"""
Change requests of example sites, made without asking anybody.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from closednet import engine, registry
from closednet.model.change import Create, Manual, inverse
from closednet.model.change_request import NameUse
from closednet.model.plan import Plan, RolloutPlan
from closednet.model.risks import Surrounding
from closednet.run.change_request import assemble
from closednet.site import open_site


if TYPE_CHECKING:
    from closednet.evidence.change_request import RequestFile
    from closednet.site import Site

ROOT = Path(__file__).parents[3]
NAMES = (
    NameUse("ssm.ap-northeast-1.amazonaws.com", "endpoint", "public"),
    NameUse("s3.ap-northeast-1.amazonaws.com", "zone", "none"),
)
AROUND = Surrounding((("instance", 12), ("lambda", 3)), ("example.jp (333333333333)",))


def site_of(name: str) -> Site:
    """
    Return an example site; nothing is called.
    """
    return open_site(ROOT / "params" / f"example-{name}.yaml")


def whole_rollout(site: Site) -> RolloutPlan:
    """
    Return the rollout of a site where nothing exists yet.
    """
    steps = [registry.build(name, site) for name in registry.NAMES]
    return RolloutPlan(
        site.scope, tuple(engine.plan(step, {}, site.scope) for step in steps)
    )


def undoing(rollout: RolloutPlan, run: str) -> RolloutPlan:
    """
    Return the rollout that takes all of it back.
    """
    plans = tuple(
        Plan(
            plan.step,
            plan.scope,
            tuple(
                inverse(change)
                for change in reversed(plan.changes)
                if isinstance(change, Create | Manual)
            ),
            undoes=run,
        )
        for plan in reversed(rollout.plans)
    )
    return RolloutPlan(rollout.scope, plans)


def request_of(name: str = "two-accounts") -> RequestFile:
    """
    Return the change request of an example site.
    """
    site = site_of(name)
    return assemble(site, whole_rollout(site), names=NAMES, around=AROUND)
