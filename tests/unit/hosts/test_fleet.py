"""
Many servers: waves, an error budget, quarantine, and going on afterwards.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet import engine
from closednet.errors import ApplyError, HostError
from closednet.hosts.quarantine import Quarantine
from closednet.hosts.results import MOST_LINES
from closednet.model.change import key_of
from closednet.model.plan import Scope
from tests.unit.hosts.fleets import WAYS, SmallStep, small_fleet


if TYPE_CHECKING:
    from closednet.model.receipt import Done, Receipt


SCOPE = Scope("dc1", "eu-west-1", "1", "1", "digest")
TEN = {f"srv{n * 97 + 5:04}": way for n, way in enumerate(WAYS)}


class Silent:
    def change_started(self, step: str, change: object) -> None:
        """
        Ignore it.
        """

    def change_done(self, step: str, done: Done) -> None:
        """
        Ignore it.
        """


def apply(step: SmallStep) -> Receipt:
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    return engine.apply(step, plan.approve(plan.digest), Silent())


@pytest.mark.slow
def test_a_thousand_servers_of_which_ten_fail_in_ten_ways() -> None:
    """
    All others are online, the ten are quarantined with their causes, and mended.
    """
    fleet = small_fleet(1000, TEN)
    step = SmallStep(fleet, budget=10, sizes=(1, 10, 100))

    with pytest.raises(ApplyError, match="10 servers are quarantined") as caught:
        apply(step)

    assert set(TEN) == set(step.quarantine.causes)
    for name, way in TEN.items():
        assert WAYS[way][3] in step.quarantine.causes[name].message
        assert name in caught.value.message
    assert {host.name for host in fleet.hosts} - set(TEN) == fleet.running - set(TEN)

    counts = fleet.counted()
    mute = {name for name, way in TEN.items() if way == "mute"}
    fleet.ways.clear()
    again = engine.plan(step, engine.inspect(step), SCOPE)
    touched = {key_of(change).partition("/")[2] for change in again.changes}
    assert set(TEN) - mute == touched
    fleet.counted()
    engine.apply(step, again.approve(again.digest), Silent())

    assert {host.name for host in fleet.hosts} == fleet.running
    assert len(touched) >= fleet.counted()["install-ssm-agent"] > 0
    assert counts["install-ssm-agent"] <= 1000


@pytest.mark.slow
def test_what_aws_is_asked_grows_with_pages_not_with_servers() -> None:
    fleet = small_fleet(1000, {})
    step = SmallStep(fleet, sizes=(1, 10, 100))
    apply(step)
    waves = 2 + 10

    # Two inspections' worth of lists, and one look a page while a wave comes online.
    assert sum(step.nodes.pages) <= 2 * waves + 4 * 1000 // 50 + waves * 20
    assert waves >= step.codes.asked


def test_a_wave_is_online_before_the_next_one_begins() -> None:
    fleet = small_fleet(5, {})
    apply(SmallStep(fleet, sizes=(1, 2)))

    did = [
        (s, h) for s, h in fleet.asked if s in {"install-ssm-agent", "start-ssm-agent"}
    ]
    firsts = [h for s, h in did if s == "install-ssm-agent"]
    assert did.index(("start-ssm-agent", "srv0000")) < did.index(
        ("install-ssm-agent", "srv0001")
    )
    assert 5 == len(firsts)


def test_servers_of_one_wave_go_together() -> None:
    """A step that makes new kinds each time must not be worked through one by one."""
    fleet = small_fleet(20, {})
    step = SmallStep(fleet)
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    fleet.asked.clear()
    engine.apply(step, plan.approve(plan.digest), Silent())

    scripts = [s for s, _ in fleet.asked]
    assert ["install-ssm-agent"] * 20 == scripts[:20]


def test_more_failures_than_allowed_stop_everything() -> None:
    fleet = small_fleet(30, {f"srv{n:04}": "refused" for n in range(3)})
    step = SmallStep(fleet, budget=2, sizes=(10,))

    with pytest.raises(ApplyError, match="not started, because of them: srv0003"):
        apply(step)

    assert not [h for s, h in fleet.asked if s == "install-ssm-agent" and h > "srv0009"]


def test_without_a_budget_the_canary_saves_the_others() -> None:
    fleet = small_fleet(30, {"srv0000": "forged"})

    with pytest.raises(
        ApplyError, match=r"not started, because of them: srv0001.*srv0029"
    ):
        apply(SmallStep(fleet))

    assert set() == fleet.packages


def test_a_server_that_does_not_answer_is_not_gone() -> None:
    """A rollback must not take silence for work undone."""
    fleet = small_fleet(3, {})
    step = SmallStep(fleet, budget=2)
    receipt = apply(step)
    fleet.ways["srv0001"] = "down"

    with pytest.raises(HostError, match="srv0001"):
        engine.rollback(step, [receipt], SCOPE, "run-1")


def test_a_long_list_stays_readable_and_names_everybody() -> None:
    quarantine = Quarantine(100)
    for n in range(60):
        error = HostError(f"h{n}: broken", host=f"h{n}", hint="mend it")
        quarantine.put(f"h{n}", "trying", error)

    with pytest.raises(HostError) as caught:
        quarantine.conclude()

    lines = caught.value.message.splitlines()
    assert MOST_LINES + 2 == len(lines)
    assert "and 35 more" in lines[-1]
    assert "h59" in lines[-1]
    assert "mend it" == caught.value.hint
