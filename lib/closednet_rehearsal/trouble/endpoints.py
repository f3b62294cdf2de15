"""
Troubles with what the rollout makes in the VPC: endpoints, resolver, hosted zone.
"""

from __future__ import annotations

import json

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.settings import SUBNETS, VPC_ID
from closednet_rehearsal.trouble import vpc
from closednet_rehearsal.trouble.trouble import Trouble


if TYPE_CHECKING:
    from closednet_rehearsal.trouble.trouble import Scene, Undo

BOTH: Final = 2
FOR_EVER: Final = 1e9
NARROW: Final = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": "*",
                "Action": "ssm:DescribeDocument",
                "Resource": "*",
            }
        ],
    }
)


def _private_dns_off(_: Scene) -> Undo | None:
    endpoint = vpc.endpoint("ssm")
    if endpoint is None:
        return None
    endpoint.private_dns_enabled = False
    endpoint.name_itself()

    def undo() -> None:
        endpoint.private_dns_enabled = True
        endpoint.name_itself()

    return undo


def _pending_for_ever(scene: Scene) -> Undo:
    world = scene.world
    before = world.delays
    world.delays = type(before)(
        **{
            name: getattr(before, name)
            for name in before.__dataclass_fields__
            if name != "endpoint_pending"
        },
        endpoint_pending=FOR_EVER,
    )

    def undo() -> None:
        world.delays = before
        for endpoint in vpc.endpoints():
            endpoint.state = "available"

    return undo


def _failed(_: Scene) -> Undo | None:
    endpoint = vpc.endpoint("logs")
    return None if endpoint is None else vpc.put(endpoint, "state", "failed")


def _gone(_: Scene) -> Undo | None:
    endpoint = vpc.endpoint("ssmmessages")
    if endpoint is None:
        return None
    held = vpc.ec2().vpc_end_points
    del held[endpoint.id]
    return lambda: held.update({endpoint.id: endpoint})


def _one_subnet(_: Scene) -> Undo | None:
    endpoint, second = vpc.endpoint("kms"), SUBNETS[1].subnet_id
    if endpoint is None or endpoint.state != "available":
        return None
    address = next(
        eni.private_ip_address for eni in endpoint.interfaces if eni.subnet.id == second
    )
    endpoint.leave_subnet(second)
    endpoint.name_itself()

    def undo() -> None:
        # closednet may have mended it meanwhile.
        if second not in endpoint.subnet_ids:
            endpoint.enter_subnet(second, address)
        endpoint.name_itself()

    return undo


def _narrow(_: Scene) -> Undo | None:
    endpoint = vpc.endpoint("ssm")
    if endpoint is None:
        return None
    return vpc.put(endpoint, "policy_document", NARROW)


def _without_record(_: Scene, *, wild: bool) -> Undo | None:
    zone = vpc.zone()
    kept = [] if zone is None else list(zone.rrsets)
    records = [r for r in kept if str(r.type) == "A" and _is_wild(r) is wild]
    if not records:
        return None
    zone.rrsets = [r for r in kept if r not in records]

    def undo() -> None:
        names = {(r.name, str(r.type)) for r in zone.rrsets}
        zone.rrsets += [r for r in records if (r.name, str(r.type)) not in names]

    return undo


def _is_wild(record: Any) -> bool:
    return str(record.name).startswith(("*", "\\052"))


def _not_associated(_: Scene) -> Undo | None:
    zone = vpc.zone()
    # Not before the rollout has written both records.
    if zone is None or sum(str(r.type) == "A" for r in zone.rrsets) < BOTH:
        return None
    kept = list(zone.vpcs)
    zone.vpcs = [one for one in kept if one["vpc_id"] != VPC_ID]
    return lambda: setattr(zone, "vpcs", kept)


def _action_needed(_: Scene) -> Undo | None:
    endpoint = vpc.inbound()
    if endpoint is None:
        return None
    undo = vpc.put(endpoint, "status", "ACTION_NEEDED")
    message = vpc.put(endpoint, "status_message", "[Rehearsal] A subnet is gone.")
    return lambda: (undo(), message())


def _no_inbound(_: Scene) -> Undo | None:
    endpoint = vpc.inbound()
    if endpoint is None:
        return None
    held = vpc.resolver().resolver_endpoints
    del held[endpoint.id]
    return lambda: held.update({endpoint.id: endpoint})


TROUBLES: Final[tuple[Trouble, ...]] = (
    Trouble(
        "endpoint-private-dns-off",
        "Private DNS is off at the endpoint of ssm.",
        "inbound-endpoint",
        "endpoint-private-dns-off",
        _private_dns_off,
    ),
    Trouble(
        "endpoints-pending-for-ever",
        "AWS never finishes building the endpoints.",
        "endpoints",
        "endpoint-not-available",
        _pending_for_ever,
    ),
    Trouble(
        "endpoint-failed",
        "The endpoint of logs fails before the agents are installed.",
        "ssm-agent",
        "endpoint-not-available",
        _failed,
    ),
    Trouble(
        "endpoint-removed",
        "Somebody removes the endpoint of ssmmessages.",
        "ssm-agent",
        "endpoint-missing",
        _gone,
    ),
    Trouble(
        "endpoint-in-one-subnet",
        "Somebody takes the endpoint of kms out of one subnet.",
        "endpoints",
        "endpoint-in-other-subnets",
        _one_subnet,
    ),
    Trouble(
        "endpoint-policy-narrow",
        "A guardrail replaces the policy of the ssm endpoint by a narrow one.",
        "endpoints",
        "endpoint-policy-too-narrow",
        _narrow,
    ),
    Trouble(
        "endpoint-policy-narrowed-later",
        "The policy of the ssm endpoint is narrowed before servers register.",
        "ssm-agent",
        "endpoint-policy-too-narrow",
        _narrow,
    ),
    Trouble(
        "zone-without-wildcard",
        "Somebody removes the wildcard record of the hosted zone.",
        "hosted-zone",
        "zone-wildcard-missing",
        partial(_without_record, wild=True),
    ),
    Trouble(
        "zone-without-apex",
        "Somebody removes the record at the apex of the hosted zone.",
        "hosted-zone",
        "zone-apex-missing",
        partial(_without_record, wild=False),
    ),
    Trouble(
        "zone-not-associated",
        "Somebody takes the hosted zone's association with the VPC away.",
        "hosted-zone",
        "zone-not-associated",
        _not_associated,
    ),
    Trouble(
        "inbound-endpoint-needs-action",
        "The inbound endpoint loses a subnet and needs action.",
        "hosted-zone",
        "inbound-endpoint-not-operational",
        _action_needed,
    ),
    Trouble(
        "inbound-endpoint-removed",
        "Somebody removes the inbound endpoint.",
        "hosted-zone",
        "inbound-endpoint-missing",
        _no_inbound,
    ),
)
