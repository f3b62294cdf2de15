"""
Who answers S3's names: each choice, and each move from one to another.
"""

from __future__ import annotations

import threading

from contextlib import contextmanager
from itertools import combinations
from typing import TYPE_CHECKING, Any

import pytest

from closednet import engine
from closednet.errors import ApplyError, UnsafePlanError
from closednet.lookup.resolver import Lookup
from closednet.model import s3_names
from closednet.model.change import Manual, key_of
from closednet.steps.hosted_zone import HostedZoneStep
from tests.rehearsal_network.test_network_steps import (
    SCOPE,
    Quiet,
    applied,
    failures,
    left_to_do,
    state_of,
    steps_of,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal_network.conftest import World

pytestmark = [pytest.mark.rehearsal, pytest.mark.layouts]
MODES = (s3_names.ZONE, s3_names.INBOUND, s3_names.VPC)
APEX = "s3.ap-northeast-1.amazonaws.com"
NAMES = (APEX, f"some-bucket.{APEX}")
OURS = ("10.20.1.24", "10.20.2.24")
DNS_SERVER = "192.168.10.53"
FILE = "s3-override-unbound.conf"


def choose(world: World, mode: str, *, minutes: float = 1) -> HostedZoneStep:
    """
    Return the step for a site that chose so.
    """
    params = world.params
    names = params.name_resolution.model_copy(
        update={"s3": mode, "dns_product": "unbound"}
    )
    rollout = params.rollout.model_copy(update={"manual_wait_minutes": minutes})
    world.params = params.model_copy(
        update={"name_resolution": names, "rollout": rollout}
    )
    site: Any = world
    return HostedZoneStep.of(site)


def begun(world: World, mode: str) -> HostedZoneStep:
    """
    Build the network side with a choice, forwarders included.
    """
    step = choose(world, mode)
    endpoints, inbound, _ = steps_of(world)
    applied(endpoints)
    applied(inbound)
    world.administrate(inbound.handover()["forwarder-unbound.conf"])
    applied(step)
    return step


@contextmanager
def asked_all_the_time(world: World) -> Iterator[set[tuple[str, ...]]]:
    """
    Ask the site's DNS server without a pause, and keep each different answer.
    """
    seen: set[tuple[str, ...]] = set()
    enough = threading.Event()
    lookup = Lookup(world.params.connection, timeout_s=5.0)

    def ask() -> None:
        while not enough.is_set():
            seen.update(lookup.at(DNS_SERVER, name).addresses for name in NAMES)
            enough.wait(0.01)

    thread = threading.Thread(target=ask)
    thread.start()
    try:
        yield seen
    finally:
        enough.set()
        thread.join()


@contextmanager
def administrator(world: World, step: HostedZoneStep) -> Iterator[None]:
    """
    Have the DNS administrator install the override, a moment after being asked.
    """
    timer = threading.Timer(0.2, lambda: world.administrate(step.handover()[FILE]))
    timer.start()
    try:
        yield
    finally:
        timer.join()


@pytest.mark.parametrize("mode", MODES)
def test_each_choice_answers_and_goes_again(world: World, mode: str) -> None:
    step = choose(world, mode)
    endpoints, inbound, _ = steps_of(world)
    applied(endpoints)
    applied(inbound)
    world.administrate(inbound.handover()["forwarder-unbound.conf"])
    before = state_of(world)
    receipt = applied(step)

    assert not receipt.waiting
    assert [] == failures(step.verify())
    assert [] == left_to_do(step) + left_to_do(endpoints)

    plan = engine.rollback(step, [receipt], SCOPE, "run")
    engine.apply(step, plan.approve(plan.digest), Quiet())
    assert before == state_of(world)
    assert [] == world.unsupported()


@pytest.mark.parametrize(("old", "new"), list(combinations(MODES, 2)))
def test_a_move_leaves_no_moment_without_an_answer(
    world: World, old: str, new: str
) -> None:
    """
    There and back again: the site's DNS server is asked without a pause.
    """
    begun(world, old)
    step = choose(world, new)
    with asked_all_the_time(world) as seen:
        with administrator(world, step):
            receipt = applied(step)
        forwarder = steps_of(world)[1].handover()["forwarder-unbound.conf"]
        world.administrate(forwarder)
        moved = failures(step.verify()), left_to_do(step)
        plan = engine.rollback(step, [receipt], SCOPE, "run")
        with administrator(world, step):
            engine.apply(step, plan.approve(plan.digest), Quiet())
        world.administrate(forwarder)
    back = choose(world, old)

    assert {OURS} == seen
    assert ([], []) == moved
    by_hand = [c for c in plan.changes if isinstance(c, Manual)]
    assert (2 if s3_names.ZONE in {old, new} else 0) == len(by_hand)
    assert [] == failures(back.verify())
    assert [] == left_to_do(back)


def test_nothing_is_taken_away_before_the_site_answers_itself(world: World) -> None:
    """
    Without the administrator the step stops, and goes on under the same approval.
    """
    begun(world, s3_names.ZONE)
    step = choose(world, s3_names.INBOUND, minutes=0)
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    with pytest.raises(ApplyError, match="override of s3") as caught:
        engine.apply(step, plan.approve(plan.digest), Quiet())

    assert FILE in caught.value.hint
    receipt: Any = caught.value.receipt
    assert ["gateway-endpoint/s3"] == [key_of(done.change) for done in receipt.done]
    world.administrate(step.handover()[FILE])
    rest = engine.plan(step, engine.inspect(step), SCOPE)
    receipt = engine.apply(step, rest.approve_as_part(plan.digest, [plan]), Quiet())
    assert ["name-override/" + APEX] == [key_of(each) for each in receipt.waiting]


def test_a_zone_of_others_is_not_pushed_aside(world: World) -> None:
    """
    Somebody else's zone answers the names already: the choice that fits is named.
    """
    step = choose(world, s3_names.INBOUND)
    endpoints, *_ = steps_of(world)
    applied(endpoints)
    world.network.route53.create_hosted_zone(
        Name=APEX,
        CallerReference="of-others",
        VPC={"VPCId": world.params.network.vpc_id, "VPCRegion": "ap-northeast-1"},
        HostedZoneConfig={"PrivateZone": True},
    )

    with pytest.raises(UnsafePlanError, match="answers S3's names already") as caught:
        left_to_do(step)
    assert s3_names.ZONE in caught.value.hint
