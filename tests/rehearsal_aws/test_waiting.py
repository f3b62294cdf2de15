"""
The product at AWS's own pace: it waits as long as it must, and never busily.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from closednet.aws.endpoints import InterfaceEndpoints
from closednet.aws.resolver import ResolverEndpoints
from closednet.aws.roles import RolePolicies, Roles
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.settings import ServiceSettings
from closednet.aws.users import CloudWatchUsers
from closednet.aws.zone_records import ZoneRecords
from closednet.aws.zones import HostedZones
from closednet.errors import AdapterError
from closednet.model import network_design
from closednet.model.specs.management import (
    CloudWatchUser,
    Role,
    RolePolicy,
    ServiceSetting,
)
from closednet_rehearsal.settings import VPC_ID
from tests.rehearsal_aws.sites import POLL_S, account_of, site_of
from tests.rehearsal_aws.test_delays import TIER
from tests.rehearsal_aws.test_identity import TRUST


if TYPE_CHECKING:
    from closednet.model.step import AnyKind
    from closednet_rehearsal.clock import Clock
    from closednet_rehearsal.server import Server

PUT = {"Effect": "Allow", "Action": "cloudwatch:PutMetricData", "Resource": "*"}
POLICY = json.dumps({"Version": "2012-10-17", "Statement": [PUT]})


def network_kinds(
    server: Server, clock: Clock
) -> list[tuple[AnyKind, tuple[Any, ...]]]:
    account = account_of(server, "network", clock)
    groups, zones = SecurityGroups(account), HostedZones(account)
    params = site_of(server)
    return [
        (groups, network_design.security_groups(params)),
        (
            InterfaceEndpoints(account, groups),
            network_design.interface_endpoints(params),
        ),
        (
            ResolverEndpoints(account, groups),
            (network_design.inbound_endpoint(params),),
        ),
        (zones, network_design.hosted_zones(params)),
        (ZoneRecords(account, zones, VPC_ID), network_design.zone_records(params)),
    ]


def made(kinds: list[tuple[AnyKind, tuple[Any, ...]]]) -> None:
    for kind, specs in kinds:
        for spec in specs:
            kind.create(spec)
        kind.settle(specs)


def removed(kinds: list[tuple[AnyKind, tuple[Any, ...]]]) -> None:
    for kind, specs in reversed(kinds):
        found = kind.find(specs)
        for spec in reversed(specs):
            kind.delete(spec, found[spec.key].resource_id)
        kind.settle_deleted(specs)


def test_the_network_side_waits_for_aws_and_never_busily(
    server: Server, at_aws: Clock, sleeps: list[float]
) -> None:
    kinds = network_kinds(server, at_aws)
    start, calls = at_aws.now(), len(server.world.calls)
    made(kinds)
    took, asked = at_aws.now() - start, len(server.world.calls) - calls
    found = [kind.find(specs) for kind, specs in kinds]
    removed(kinds)

    assert [len(specs) for _, specs in kinds] == [len(each) for each in found]
    # Two groups, endpoints, the inbound endpoint and two changes of a zone.
    assert 380 <= took <= 600
    assert sleeps  # Route 53 was asked too often, and asked again later
    # A look while waiting is a few calls, and a pause without any.
    assert asked <= 150 + 5 * took / POLL_S


def test_roles_users_and_settings_are_waited_for(server: Server, at_aws: Clock) -> None:
    account = account_of(server, "management", at_aws)
    user = CloudWatchUser("closednet-late", POLICY)
    role = Role("closednet-late", TRUST, "late")
    kinds: list[tuple[AnyKind, tuple[Any, ...]]] = [
        (Roles(account), (role,)),
        (RolePolicies(account), (RolePolicy(role.name, "late", POLICY),)),
        (CloudWatchUsers(account), (user,)),
        (ServiceSettings(account), (ServiceSetting(TIER, "advanced"),)),
    ]
    start = at_aws.now()
    made(kinds)
    took = at_aws.now() - start
    made(kinds[:1])
    found = [kind.find(specs) for kind, specs in kinds]
    removed(kinds)
    at_aws.advance(300)

    assert [1, 1, 1, 1] == [len(each) for each in found]
    assert 320 <= took <= 400


def test_what_never_comes_ends_with_the_limit(server: Server, at_aws: Clock) -> None:
    account = account_of(server, "management", at_aws)
    calls = len(server.world.calls)
    with pytest.raises(AdapterError, match="did not come true within 900 s"):
        Roles(account).settle((Role("closednet-never", TRUST, ""),))

    # Who is asking, who that is, and a look after every pause.
    assert 2 + 1 + 900 / POLL_S == len(server.world.calls) - calls
