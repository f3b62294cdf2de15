"""
The plans of every step of the rehearsed site, before anything is asked.
"""

from __future__ import annotations

import os
import subprocess
import sys

from pathlib import Path

import pytest

from closednet import engine, registry
from closednet.model.change import Create, Found, Manual, key_of
from closednet.recorder import NullRecorder
from closednet.site import Site
from tests.unit.model.sites import FILE, params_with


ROOT = Path(__file__).parents[2]
DIGESTS = """
from tests.laws.test_step_plans import digests
print(*digests())
"""


def site() -> Site:
    """
    Return the rehearsed site; a site asks nobody before it must.
    """
    return Site(params_with(), FILE, NullRecorder(), "")


def digests() -> list[str]:
    """
    Return the digest of every step's plan for an empty network.
    """
    here = site()
    return [
        engine.plan(registry.build(name, here), {}, here.scope).digest
        for name in registry.NAMES
    ]


@pytest.mark.parametrize("name", registry.NAMES)
def test_an_empty_world_lacks_everything_once(name: str) -> None:
    """
    Every desired resource is one line of the plan, in the step's own order.
    """
    here = site()
    step = registry.build(name, here)
    plan = engine.plan(step, {}, here.scope)

    assert [spec.key for spec in step.desired()] == [key_of(c) for c in plan.changes]
    assert len(plan.changes) == len({key_of(change) for change in plan.changes})
    assert all(isinstance(change, Create | Manual) for change in plan.changes)
    assert () == plan.kept


@pytest.mark.parametrize("name", registry.NAMES)
def test_a_world_as_desired_needs_nothing_and_says_why(name: str) -> None:
    """
    The second plan is empty, with a reason for each resource.
    """
    here = site()
    step = registry.build(name, here)
    as_desired = {s.key: Found(s, f"id-{s.key}", owned=True) for s in step.desired()}
    plan = engine.plan(step, as_desired, here.scope)

    assert () == plan.changes
    assert list(as_desired) == [kept.key for kept in plan.kept if kept.reason]


@pytest.mark.parametrize("name", registry.NAMES)
def test_every_change_has_a_kind_that_says_what_it_calls(name: str) -> None:
    """
    Whoever approves a plan can be told the IAM actions that it uses.
    """
    here = site()
    step = registry.build(name, here)
    plan = engine.plan(step, {}, here.scope)
    kinds = [engine.kind_of(step, change) for change in plan.changes]

    assert {type(kind) for kind in kinds} <= {type(kind) for kind in step.kinds()}
    assert all(kind.actions.find or kind.actions.account == "hosts" for kind in kinds)


def test_two_machines_find_the_same_digests() -> None:
    """
    Neither the seed of Python's hashes nor the process matters.
    """
    other = subprocess.run(
        [sys.executable, "-c", DIGESTS],
        env=os.environ | {"PYTHONHASHSEED": "1", "PYTHONPATH": f"{ROOT}"},
        cwd=ROOT,
        check=True,
        capture_output=True,
        text=True,
    )

    assert " ".join(digests()) + "\n" == other.stdout
