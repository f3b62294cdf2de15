"""
The kinds of the network side, one by one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from closednet.aws.account import Account
from closednet.aws.endpoints import InterfaceEndpoints
from closednet.aws.resolver import ResolverEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.zone_records import ZoneRecords
from closednet.aws.zones import HostedZones
from closednet.errors import AwsError, PreconditionError, WrongAccountError
from closednet.model import network_design
from closednet.model.change import diff
from closednet.model.specs.network import Ingress


if TYPE_CHECKING:
    from closednet.model.step import AnyKind
    from tests.contract.network.conftest import World


def kinds_and_specs(world: World) -> list[tuple[AnyKind, tuple[Any, ...]]]:
    groups = SecurityGroups(world.account)
    params = world.params
    zones = HostedZones(world.account)
    return [
        (groups, network_design.security_groups(params)),
        (
            InterfaceEndpoints(world.account, groups),
            network_design.interface_endpoints(params),
        ),
        (
            ResolverEndpoints(world.account, groups),
            (network_design.inbound_endpoint(params),),
        ),
        (zones, network_design.hosted_zones(params)),
        (
            ZoneRecords(world.account, zones, params.network.vpc_id),
            network_design.zone_records(params),
        ),
    ]


def make_all(world: World) -> None:
    for kind, specs in kinds_and_specs(world):
        for spec in specs:
            kind.create(spec)
        kind.settle(specs)


pytestmark = pytest.mark.rehearsal


def test_nothing_exists_at_first(world: World) -> None:
    assert [{}] * 5 == [k.find(s) for k, s in kinds_and_specs(world)]
    assert [] == world.writes


def test_what_was_made_is_found_as_it_was_wanted(world: World) -> None:
    make_all(world)

    for kind, specs in kinds_and_specs(world):
        found = kind.find(specs)
        assert () == diff(specs, found).changes
        assert all(item.owned for item in found.values())


def test_making_twice_makes_once(world: World) -> None:
    make_all(world)
    first = [
        {k: f.resource_id for k, f in kind.find(s).items()}
        for kind, s in kinds_and_specs(world)
    ]
    make_all(world)

    again = [
        {k: f.resource_id for k, f in kind.find(s).items()}
        for kind, s in kinds_and_specs(world)
    ]
    assert first == again


def test_what_is_deleted_is_gone_and_can_be_made_anew(world: World) -> None:
    make_all(world)
    for kind, specs in reversed(kinds_and_specs(world)):
        for spec in specs:
            found = kind.find([spec])[spec.key]
            kind.delete(spec, found.resource_id)
            kind.delete(spec, found.resource_id)
        kind.settle_deleted(specs)
        assert {} == kind.find(specs)
    make_all(world)

    assert all(set(k.find(s)) == {x.key for x in s} for k, s in kinds_and_specs(world))


def test_a_group_whose_creation_was_interrupted_is_completed(world: World) -> None:
    groups = SecurityGroups(world.account)
    spec, _ = network_design.security_groups(world.params)
    group_id = groups.create(spec)
    raw: Any = world.account.ec2
    found = raw.describe_security_groups(GroupIds=[group_id])["SecurityGroups"][0]
    raw.revoke_security_group_ingress(
        GroupId=group_id, IpPermissions=found["IpPermissions"]
    )

    assert {} == groups.find([spec])
    assert group_id == groups.create(spec)
    assert spec == groups.find([spec])[spec.key].spec


def test_a_changed_group_is_updated_in_place(world: World) -> None:
    groups = SecurityGroups(world.account)
    wanted, _ = network_design.security_groups(world.params)
    old = type(wanted)(
        wanted.name,
        wanted.vpc_id,
        wanted.description,
        frozenset({Ingress("tcp", 443, ("10.0.0.0/8",))}),
    )
    group_id = groups.create(old)

    assert group_id == groups.update(old, wanted)
    assert wanted == groups.find([wanted])[wanted.key].spec


def test_an_endpoint_of_others_is_adopted_and_not_ours(world: World) -> None:
    groups = SecurityGroups(world.account)
    for group in network_design.security_groups(world.params):
        groups.create(group)
    endpoints = InterfaceEndpoints(world.account, groups)
    spec = network_design.interface_endpoints(world.params)[0]
    request = endpoints.request(spec)
    del request["TagSpecifications"]
    world.account.ec2.create_vpc_endpoint(**request)

    found = endpoints.find([spec])[spec.key]
    assert spec == found.spec
    assert not found.owned


def test_endpoints_need_their_group_first(world: World) -> None:
    endpoints = InterfaceEndpoints(world.account, SecurityGroups(world.account))
    spec = network_design.interface_endpoints(world.params)[0]

    with pytest.raises(PreconditionError, match="security group 'endpoints'"):
        endpoints.create(spec)


def test_every_call_is_told_without_secrets(world: World) -> None:
    make_all(world)

    created = [c for c in world.calls if c.operation == "CreateVpcEndpoint"]
    assert 7 == len(created)
    assert {200} == {call.status for call in created}
    assert {world.account.id} == {call.account_id for call in created}


def test_the_wrong_account_is_refused_before_the_first_call(world: World) -> None:
    accounts = world.params.accounts
    other = accounts.network.model_copy(update={"id": "9" * 12})
    params = world.params.model_copy(
        update={"accounts": accounts.model_copy(update={"network": other})}
    )
    account = Account("network", params, world.account.waiting, world.calls.append)

    with pytest.raises(WrongAccountError, match="network account should be 999"):
        _ = account.ec2
    assert ["sts:GetCallerIdentity"] == [call.action for call in world.calls]


def test_a_value_that_breaks_the_model_is_never_sent(world: World) -> None:
    with pytest.raises(AwsError, match="not one of INBOUND"):
        world.account.route53resolver.create_resolver_endpoint(
            CreatorRequestId="x",
            Direction="SIDEWAYS",  # type: ignore[arg-type]
            SecurityGroupIds=["sg-1"],
            IpAddresses=[{"SubnetId": "subnet-1"}, {"SubnetId": "subnet-2"}],
        )
    assert [] == world.writes
