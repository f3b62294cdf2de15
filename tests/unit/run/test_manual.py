"""
Work of people that was done while no run was waiting for it.
"""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from closednet.model.change import Manual
from closednet.model.plan import Plan
from closednet.model.receipt import Receipt
from closednet.model.specs.network import ForwardingRule
from closednet.run import manual


if TYPE_CHECKING:
    from closednet.model.step import Step
    from closednet.site import Site

STEP = cast("Step", SimpleNamespace(name="inbound-endpoint"))
ONE, OTHER = (
    Manual("DNS", f"forward {name}", ForwardingRule(name, ("10.0.0.1",), ("10.1.0.1",)))
    for name in ("ssm.example", "kms.example")
)
WAITS = Receipt(STEP.name, "d", "d", (), (ONE, OTHER))


@pytest.fixture(name="told")
def _told() -> list[dict[str, Any]]:
    return []


@pytest.fixture(name="site")
def _site(told: list[dict[str, Any]]) -> Site:
    recorder = SimpleNamespace(
        record=lambda kind, **data: told.append(data | {"kind": kind})
    )
    return cast("Site", SimpleNamespace(recorder=recorder))


def plan(*changes: Manual[Any]) -> Plan:
    """
    Return a plan of the step; its scope is of no matter here.
    """
    return Plan(STEP.name, cast("Any", None), changes)


def test_what_the_plan_misses_is_done(site: Site, told: list[dict[str, Any]]) -> None:
    """The DNS administrator did one of two; the receipt keeps the other."""
    closed = manual.done_since(site, STEP, [WAITS], plan(OTHER))

    assert closed is not None
    assert ((), (OTHER,)) == (closed.done, closed.waiting)
    assert [("work-of-people-seen", [ONE.spec.key])] == [
        (event["kind"], event["keys"]) for event in told
    ]


@pytest.mark.parametrize(
    ("receipts", "left"),
    [
        ([], ()),
        ([WAITS], (ONE, OTHER)),
        ([WAITS, Receipt(STEP.name, "d", "d")], ()),
        ([Receipt("endpoints", "d", "d", (), (ONE,))], ()),
    ],
    ids=["no receipt", "nothing was done", "closed before", "another step"],
)
def test_there_is_nothing_to_close(
    site: Site,
    told: list[dict[str, Any]],
    receipts: list[Receipt],
    left: tuple[Manual[Any], ...],
) -> None:
    assert manual.done_since(site, STEP, receipts, plan(*left)) is None
    assert [] == told
