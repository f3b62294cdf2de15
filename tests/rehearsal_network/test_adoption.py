"""
A network that others built: used as it is, or with the least of changes.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from closednet import engine
from closednet.aws.endpoint_reads import EndpointReads
from closednet.model import network_design, s3_names
from closednet.model.change import Manual, key_of
from closednet.steps.preflight import PreflightStep
from tests.rehearsal_network.test_network_steps import (
    SCOPE,
    applied,
    failures,
    left_to_do,
    state_of,
    steps_of,
)
from tests.rehearsal_network.test_s3_names import choose


if TYPE_CHECKING:
    from tests.rehearsal_network.conftest import World

pytestmark = [pytest.mark.rehearsal, pytest.mark.layouts]
ZONE = "s3.ap-northeast-1.amazonaws.com"


def group(world: World, name: str, *rules: tuple[str, int, str]) -> str:
    ec2: Any = world.network.ec2
    made = ec2.create_security_group(
        GroupName=name, Description=name, VpcId=world.params.network.vpc_id
    )
    ec2.authorize_security_group_ingress(
        GroupId=made["GroupId"],
        IpPermissions=[
            {
                "IpProtocol": protocol,
                "FromPort": port,
                "ToPort": port,
                "IpRanges": [{"CidrIp": cidr}],
            }
            for protocol, port, cidr in rules
        ],
    )
    return str(made["GroupId"])


def endpoint(world: World, service: str, group_id: str, **other: Any) -> str:
    """
    Make an endpoint as somebody else would: in more places, open to more.
    """
    params = world.params
    asked: dict[str, Any] = {
        "VpcEndpointType": "Interface",
        "VpcId": params.network.vpc_id,
        "ServiceName": f"com.amazonaws.{params.region}.{service}",
        "SubnetIds": [subnet.id for subnet in params.network.subnets],
        "SecurityGroupIds": [group_id],
        "PrivateDnsEnabled": service != "s3",
    }
    made = world.network.ec2.create_vpc_endpoint(**asked | other)
    return str(made["VpcEndpoint"]["VpcEndpointId"])


def built_by_others(world: World) -> None:
    """
    Build what the site needs, zone and inbound endpoint included.
    """
    params = world.params
    open_to_all = group(world, "everybody", ("tcp", 443, "0.0.0.0/0"))
    for service in params.endpoints.services:
        endpoint(world, service, open_to_all)
    names = group(
        world, "names", ("tcp", 53, "192.168.0.0/16"), ("udp", 53, "192.168.0.0/16")
    )
    world.network.route53resolver.create_resolver_endpoint(
        CreatorRequestId="of-others",
        Name="shared",
        Direction="INBOUND",
        SecurityGroupIds=[names],
        IpAddresses=[
            {"SubnetId": subnet.id, "Ip": subnet.inbound_ip}
            for subnet in params.network.subnets
        ],
    )
    zone = world.network.route53.create_hosted_zone(
        Name=ZONE,
        CallerReference="of-others",
        VPC={"VPCId": params.network.vpc_id, "VPCRegion": "ap-northeast-1"},
        HostedZoneConfig={"PrivateZone": True},
    )
    states = EndpointReads(world.network).states(params.network.vpc_id, ("s3",))
    alias: Any = states["s3"].alias
    record: Any = {
        "Type": "A",
        "AliasTarget": {
            "HostedZoneId": alias.zone_id,
            "DNSName": alias.name,
            "EvaluateTargetHealth": False,
        },
    }
    world.network.route53.change_resource_record_sets(
        HostedZoneId=zone["HostedZone"]["Id"].rpartition("/")[2],
        ChangeBatch={
            "Changes": [
                {"Action": "CREATE", "ResourceRecordSet": record | {"Name": name}}
                for name in (ZONE, f"*.{ZONE}")
            ]
        },
    )


def test_a_fully_adopted_network_needs_nothing_and_keeps_everything(
    world: World,
) -> None:
    """
    Not even a security group: the plan says of each resource that it is adopted.
    """
    built_by_others(world)
    step = choose(world, s3_names.ZONE)
    endpoints, inbound, _ = steps_of(world)
    site: Any = world
    world.administrate(inbound.handover()["forwarder-unbound.conf"])
    world.waiting.until(
        lambda: not failures(PreflightStep.of(site).verify()) or None,
        what="a network that is there",
    )
    before = state_of(world)
    plans = [
        engine.plan(each, engine.inspect(each), SCOPE)
        for each in (endpoints, inbound, step)
    ]

    assert [()] * 3 == [plan.changes for plan in plans]
    reasons = {kept.reason for plan in plans for kept in plan.kept}
    assert "is as desired (adopted, not ours)" in reasons
    assert 7 == len([k for k in plans[0].kept if "adopted" in k.reason])
    for each in (endpoints, inbound, step):
        assert [] == failures(each.verify())
    assert before == state_of(world)


def test_what_does_not_suit_is_its_owners_work_and_no_more_than_needed(
    world: World,
) -> None:
    """
    Wrong subnets, private DNS off, a policy too narrow: each named, none touched.
    """
    first, second = (subnet.id for subnet in world.params.network.subnets)
    closed = group(world, "others", ("tcp", 443, "10.20.0.0/16"))
    good = group(world, "site", ("tcp", 443, "192.168.10.0/24"))
    narrow = {"Effect": "Allow", "Principal": "*", "Action": "kms:Encrypt"}
    text = json.dumps(
        {"Version": "2012-10-17", "Statement": [narrow | {"Resource": "*"}]}
    )
    made = [
        endpoint(world, "ssm", closed),
        endpoint(world, "logs", good, SubnetIds=[first]),
        endpoint(world, "monitoring", good, PrivateDnsEnabled=False),
        endpoint(world, "kms", good, PolicyDocument=text),
        endpoint(world, "ssmmessages", good),
    ]
    before = {k: v for k, v in endpoints_of(world).items() if k in made}
    step, *_ = steps_of(world)
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    work = {
        key_of(each): each.instruction
        for each in plan.changes
        if isinstance(each, Manual)
    }

    assert {
        "interface-endpoint/ssm": "admit tcp 443 from 192.168.10.0/24 in one of its"
        " security groups",
        "interface-endpoint/logs": f"add subnets {second}",
        "interface-endpoint/monitoring": "switch private DNS on",
        "interface-endpoint/kms": "allow in its policy kms:Decrypt",
    } == {
        key: said.partition(": ")[2].partition(" on arn")[0]
        for key, said in work.items()
    }
    assert made[1] in work["interface-endpoint/logs"]
    receipt = applied(step)
    assert set(work) == {key_of(each) for each in receipt.waiting}
    assert before == {k: v for k, v in endpoints_of(world).items() if k in made}

    world.network.ec2.modify_vpc_endpoint(VpcEndpointId=made[1], AddSubnetIds=[second])
    assert "interface-endpoint/logs" not in left_to_do(step)


def endpoints_of(world: World) -> dict[str, Any]:
    account = world.params.accounts.network.id
    found: dict[str, Any] = state_of(world)["accounts"][account]["endpoints"]
    return {
        name: {key: value for key, value in about.items() if key != "state"}
        for name, about in found.items()
    }


def test_an_inbound_endpoint_that_lacks_an_address_is_told_apart(world: World) -> None:
    names = group(world, "dns", ("tcp", 53, "192.168.10.53/32"))
    first, second = world.params.network.subnets
    world.network.route53resolver.create_resolver_endpoint(
        CreatorRequestId="of-others",
        Direction="INBOUND",
        SecurityGroupIds=[names],
        IpAddresses=[
            {"SubnetId": first.id, "Ip": first.inbound_ip},
            {"SubnetId": second.id, "Ip": "10.20.2.99"},
        ],
    )
    endpoints, inbound, _ = steps_of(world)
    applied(endpoints)
    plan = engine.plan(inbound, engine.inspect(inbound), SCOPE)
    (work,) = [c for c in plan.changes if key_of(c) == "resolver-endpoint/inbound"]

    assert isinstance(work, Manual)
    assert f"add address {second.inbound_ip} in {second.id}" in work.instruction
    assert "udp 53" in work.instruction
    groups = {spec.key for spec in network_design.security_groups(world.params)}
    found = engine.inspect(endpoints)
    assert groups - {"security-group/resolver"} == groups & set(found)
