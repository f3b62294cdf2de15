"""
Interface endpoints: addresses, names, states.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.settings import SUBNETS, VPC_ID
from tests.rehearsal_aws.refusals import refusal


if TYPE_CHECKING:
    from tests.rehearsal_aws.conftest import Control

Create = Callable[..., dict[str, Any]]


def states(ec2: Any, *endpoint_ids: str) -> list[str]:
    """
    Return the states of endpoints.
    """
    shown = ec2.describe_vpc_endpoints(VpcEndpointIds=list(endpoint_ids))
    return [endpoint["State"] for endpoint in shown["VpcEndpoints"]]


def test_endpoint_is_pending_then_available(
    ec2: Any, create: Create, control: Control
) -> None:
    endpoint_id = create("ssm")["VpcEndpointId"]
    before = states(ec2, endpoint_id)
    control.advance()

    assert (["pending"], ["available"]) == (before, states(ec2, endpoint_id))


def test_endpoint_says_when_it_was_made(ec2: Any, create: Create) -> None:
    before = datetime.now(UTC).replace(microsecond=0)
    made = create("ssm")
    shown = ec2.describe_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])

    assert before <= made["CreationTimestamp"]
    assert made["CreationTimestamp"] == shown["VpcEndpoints"][0]["CreationTimestamp"]


def test_endpoint_keeps_its_interfaces_until_it_is_gone(
    ec2: Any, create: Create, control: Control
) -> None:
    endpoint = create("ssm")
    answer = ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    during = states(ec2, endpoint["VpcEndpointId"])
    control.advance()
    code, _ = refusal(
        ec2.describe_vpc_endpoints, VpcEndpointIds=[endpoint["VpcEndpointId"]]
    )

    assert [] == answer["Unsuccessful"]
    assert ["deleting"] == during
    assert "InvalidVpcEndpointId.NotFound" == code
    assert [] == ec2.describe_network_interfaces()["NetworkInterfaces"]


def test_interfaces_are_managed_and_stand_in_their_subnets(
    ec2: Any, create: Create, group: str
) -> None:
    endpoint = create("logs")
    shown = ec2.describe_network_interfaces(
        NetworkInterfaceIds=endpoint["NetworkInterfaceIds"]
    )["NetworkInterfaces"]
    seen = {each["SubnetId"]: each for each in shown}

    assert ["10.20.1.25", "10.20.2.25"] == sorted(
        each["PrivateIpAddress"] for each in shown
    )
    for subnet in SUBNETS:
        eni = seen[subnet.subnet_id]
        assert subnet.availability_zone == eni["AvailabilityZone"]
        assert "vpc_endpoint" == eni["InterfaceType"]
        assert eni["RequesterManaged"]
        assert [group] == [each["GroupId"] for each in eni["Groups"]]


def test_addresses_can_be_chosen_and_are_taken_once(ec2: Any, create: Create) -> None:
    wanted = [{"SubnetId": SUBNETS[0].subnet_id, "Ipv4": "10.20.1.77"}]
    only = [SUBNETS[0].subnet_id]
    endpoint = create("kms", SubnetIds=only, SubnetConfigurations=wanted)
    eni = ec2.describe_network_interfaces(
        NetworkInterfaceIds=endpoint["NetworkInterfaceIds"]
    )["NetworkInterfaces"][0]
    code, _ = refusal(
        create, service="sts", SubnetIds=only, SubnetConfigurations=wanted
    )

    assert "10.20.1.77" == eni["PrivateIpAddress"]
    assert "InvalidIPAddress.InUse" == code


def test_names_are_regional_zonal_and_private(create: Create) -> None:
    endpoint = create("ssm", PrivateDnsEnabled=True)
    names = [entry["DnsName"] for entry in endpoint["DnsEntries"]]
    stem, below = names[0].split(".", 1)

    assert stem.startswith(f"{endpoint['VpcEndpointId']}-")
    assert "ssm.ap-northeast-1.vpce.amazonaws.com" == below
    assert f"{stem}-ap-northeast-1a.{below}" == names[1]
    assert f"{stem}-ap-northeast-1c.{below}" == names[2]
    assert "ssm.ap-northeast-1.amazonaws.com" == names[3]
    assert 2 == len({entry["HostedZoneId"] for entry in endpoint["DnsEntries"]})


def test_s3_names_begin_with_a_star(create: Create) -> None:
    entries = create("s3")["DnsEntries"]

    assert all(entry["DnsName"].startswith("*.vpce-") for entry in entries)


def test_client_token_makes_one_endpoint(create: Create) -> None:
    first = create("ssm", ClientToken="one")
    again = create("ssm", ClientToken="one")
    code, _ = refusal(create, service="kms", ClientToken="one")

    assert first["VpcEndpointId"] == again["VpcEndpointId"]
    assert "IdempotentParameterMismatch" == code


def test_ids_follow_from_what_is_created(create: Create) -> None:
    """Unrelated calls in between do not shift an id."""
    first = create("monitoring")["VpcEndpointId"]

    assert first.startswith("vpce-0")
    assert len("vpce-") + 17 == len(first)


def test_modifying_changes_dns_policy_groups_and_subnets(
    ec2: Any, create: Create, group: str
) -> None:
    endpoint = create("ssm", SubnetIds=[SUBNETS[0].subnet_id])
    other = ec2.create_security_group(
        GroupName="other", Description="tests", VpcId=VPC_ID
    )["GroupId"]
    ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint["VpcEndpointId"],
        PrivateDnsEnabled=True,
        PolicyDocument='{"Statement": []}',
        AddSubnetIds=[SUBNETS[1].subnet_id],
        AddSecurityGroupIds=[other],
        RemoveSecurityGroupIds=[group],
    )
    shown = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint["VpcEndpointId"]])
    after = shown["VpcEndpoints"][0]
    ec2.modify_vpc_endpoint(
        VpcEndpointId=endpoint["VpcEndpointId"],
        AddSecurityGroupIds=[group],
        RemoveSecurityGroupIds=[other],
    )
    ec2.delete_security_group(GroupId=other)

    assert after["PrivateDnsEnabled"]
    assert '{"Statement": []}' == after["PolicyDocument"]
    assert [other] == [each["GroupId"] for each in after["Groups"]]
    assert 2 == len(after["SubnetIds"]) == len(after["NetworkInterfaceIds"])


def test_pages_are_small(ec2: Any, create: Create) -> None:
    services = ("ssm", "ssmmessages", "ec2messages", "logs", "monitoring", "kms")
    made = {create(service)["VpcEndpointId"] for service in services}
    first = ec2.describe_vpc_endpoints()
    pages = ec2.get_paginator("describe_vpc_endpoints").paginate()
    found = {each["VpcEndpointId"] for page in pages for each in page["VpcEndpoints"]}

    assert 5 == len(first["VpcEndpoints"])
    assert made == found


def test_tags_find_an_endpoint(ec2: Any, create: Create) -> None:
    tags = [{"Key": "closednet", "Value": "tests"}]
    made = create(
        "ssm", TagSpecifications=[{"ResourceType": "vpc-endpoint", "Tags": tags}]
    )
    found = ec2.describe_vpc_endpoints(
        Filters=[
            {"Name": "tag:closednet", "Values": ["tests"]},
            {"Name": "vpc-id", "Values": [VPC_ID]},
        ]
    )["VpcEndpoints"]

    assert [made["VpcEndpointId"]] == [each["VpcEndpointId"] for each in found]
    assert tags == found[0]["Tags"]


def test_services_are_offered_by_type(ec2: Any) -> None:
    shown = ec2.describe_vpc_endpoint_services(
        ServiceNames=["com.amazonaws.ap-northeast-1.s3"],
        Filters=[{"Name": "service-type", "Values": ["Interface"]}],
    )["ServiceDetails"]

    assert [["Interface"]] == [
        [kind["ServiceType"] for kind in each["ServiceType"]] for each in shown
    ]
