"""
The network side of a rollout on the rehearsal: up, proven, and down again.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any
from urllib.request import Request, urlopen

import pytest

from closednet import engine
from closednet.errors import ApplyError
from closednet.model.change import Manual, key_of
from closednet.model.plan import Scope
from closednet.steps.endpoints import EndpointsStep
from closednet.steps.hosted_zone import HostedZoneStep
from closednet.steps.inbound_endpoint import InboundEndpointStep
from closednet.steps.preflight import PreflightStep


if TYPE_CHECKING:
    from closednet.model.change import AnyChange
    from closednet.model.receipt import Done, Receipt
    from closednet.model.report import Check, Report
    from closednet.model.step import Step
    from tests.rehearsal_network.conftest import World

pytestmark = pytest.mark.rehearsal
SCOPE = Scope("tokyo-dc1", "ap-northeast-1", "1" * 12, "2" * 12, "test")


COUNTS = {
    "endpoints": 7,
    "hosted_zones": 1,
    "resolver_endpoints": 1,
    "security_groups": 3,  # one is the VPC's own
}


class Quiet:
    """
    Listens to nothing.
    """

    def change_started(self, step: str, change: AnyChange) -> None: ...

    def change_done(self, step: str, done: Done) -> None: ...


def steps_of(world: Any) -> tuple[Any, Any, Any]:
    return (
        EndpointsStep.of(world),
        InboundEndpointStep.of(world),
        HostedZoneStep.of(world),
    )


def applied(step: Step) -> Receipt:
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    return engine.apply(step, plan.approve(plan.digest), Quiet())


def left_to_do(step: Step) -> list[str]:
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    return [key_of(change) for change in plan.changes]


def undone(step: Step, receipt: Receipt) -> None:
    plan = engine.rollback(step, [receipt], SCOPE, "run")
    engine.apply(step, plan.approve(plan.digest), Quiet())


def asked(world: World, what: str, **request: str) -> Any:
    url = f"{world.server.endpoint_url}/rehearsal/{what}"
    body = json.dumps(request).encode() if request else None
    with urlopen(Request(url, body), timeout=5) as answer:  # noqa: S310 - loopback
        return json.load(answer)


def state_of(world: World) -> Any:
    return asked(world, "state")


def failures(report: Report) -> list[tuple[str, str]]:
    return [(check.claim, check.evidence) for check in report.failures]


def proven(checks: tuple[Check, ...]) -> set[str]:
    return {name for check in checks if check.passed for name in check.proves}


def test_preflight_passes_in_a_fresh_world(world: World) -> None:
    report = PreflightStep.of(world).verify()  # type: ignore[arg-type]

    assert [] == failures(report)
    assert {"S1", "S2"} <= proven(report.checks)
    assert [] == world.unsupported()
    assert not [call for call in world.server.world.calls if call.mutating]


def test_the_whole_network_side_comes_and_goes(world: World) -> None:
    endpoints, inbound, zone = steps_of(world)
    before = state_of(world)
    done = [applied(endpoints), applied(inbound)]
    manual = [c for c in done[1].waiting if isinstance(c, Manual)]
    assert 8 == len(manual)
    assert "handover/forwarder-bind.conf" in manual[0].instruction
    assert not inbound.verify().passed

    world.administrate(inbound.handover()["forwarder-bind.conf"])
    done.append(applied(zone))

    for step in (endpoints, inbound, zone, PreflightStep.of(world)):  # type: ignore[arg-type]
        assert [] == failures(step.verify())
        assert [] == left_to_do(step)
    checks = tuple(c for s in (endpoints, inbound, zone) for c in s.verify().checks)
    assert {"S1", "S4", "S5", "S6", "S7"} <= proven(checks)

    for step, receipt in reversed(
        list(zip((endpoints, inbound, zone), done, strict=True))
    ):
        undone(step, receipt)
    assert len(endpoints.desired()) == len(left_to_do(endpoints))
    assert [] == world.unsupported()
    assert before == state_of(world)


def test_a_second_life_after_a_rollback(world: World) -> None:
    """
    AWS remembers tokens and references of what was deleted.
    """
    endpoints, inbound, zone = steps_of(world)
    for _ in range(2):
        done = [applied(step) for step in (endpoints, inbound, zone)]
        assert [] == left_to_do(endpoints)
        for step, receipt in reversed(
            list(zip((endpoints, inbound, zone), done, strict=True))
        ):
            undone(step, receipt)
    assert [] == world.unsupported()


def test_evidence_is_the_same_every_time(world: World) -> None:
    endpoints, inbound, zone = steps_of(world)
    applied(endpoints)
    applied(inbound)
    applied(zone)

    assert endpoints.verify() == endpoints.verify()
    assert inbound.verify() == inbound.verify()
    assert zone.verify() == zone.verify()


def test_a_public_answer_is_caught(world: World) -> None:
    endpoints, inbound, _ = steps_of(world)
    applied(endpoints)
    applied(inbound)
    world.administrate(inbound.handover()["forwarder-unbound.conf"])
    assert inbound.verify().passed
    world.view.public_names = frozenset({"ssm.ap-northeast-1.amazonaws.com"})

    assert {"ssm.ap-northeast-1.amazonaws.com"} == {
        check.subject for check in inbound.verify().failures
    }


@pytest.mark.parametrize(
    "operation",
    [
        "CreateSecurityGroup",
        "AuthorizeSecurityGroupIngress",
        "CreateVpcEndpoint",
        "CreateResolverEndpoint",
        "CreateHostedZone",
        "ChangeResourceRecordSets",
        "ChangeTagsForResource",
    ],
)
def test_a_lost_answer_makes_nothing_twice(world: World, operation: str) -> None:
    steps = steps_of(world)
    asked(world, "fault", operation=operation, error="drop")
    for step in steps:
        applied(step)

    made = [c for c in world.server.world.calls if c.operation == operation]
    assert len(made) > 1
    assert [] == left_to_do(steps[0]) + left_to_do(steps[2])
    found = state_of(world)["accounts"][world.params.accounts.network.id]
    assert COUNTS == {kind: len(found[kind]) for kind in COUNTS}


def test_a_step_that_was_interrupted_is_resumed(world: World) -> None:
    """
    Whatever was made before the interruption is found again, and nothing else.
    """
    endpoints, inbound, zone = steps_of(world)
    wanted = engine.plan(endpoints, engine.inspect(endpoints), SCOPE)
    asked(world, "fault", operation="AuthorizeSecurityGroupIngress", error="Boom")
    with pytest.raises(ApplyError, match="Boom"):
        applied(endpoints)
    rest = engine.plan(endpoints, engine.inspect(endpoints), SCOPE)
    rest.approve_as_part(wanted.digest, [wanted])
    applied(endpoints)
    applied(inbound)
    asked(world, "fault", operation="ChangeTagsForResource", error="Boom")
    with pytest.raises(ApplyError, match="Boom"):
        applied(zone)
    applied(zone)

    assert [] == left_to_do(endpoints) + left_to_do(zone)
    assert not endpoints.verify().failures


def test_a_changed_site_is_changed_in_place(world: World) -> None:
    endpoints, inbound, zone = steps_of(world)
    for step in (endpoints, inbound, zone):
        applied(step)
    network = world.params.network
    first, second = network.subnets
    moved = first.model_copy(update={"inbound_ip": "10.20.1.20"})
    world.params = world.params.model_copy(
        update={
            "network": network.model_copy(
                update={
                    "subnets": (moved, second),
                    "on_premises_cidrs": ("192.168.10.0/24", "192.168.11.0/24"),
                }
            ),
            "output": world.params.output.model_copy(update={"bucket": "another"}),
        }
    )
    endpoints, inbound, zone = steps_of(world)

    assert ["security-group/endpoints", "interface-endpoint/s3"] == left_to_do(
        endpoints
    )
    applied(endpoints)
    applied(inbound)
    rest = left_to_do(endpoints) + left_to_do(zone)
    assert [] == [key for key in rest if not key.startswith("forwarding-rule/")]
    assert "resolver-endpoint/inbound" not in left_to_do(inbound)
