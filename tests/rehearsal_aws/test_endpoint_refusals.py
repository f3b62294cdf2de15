"""
What AWS refuses of an endpoint, and how.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.settings import SUBNETS, VPC_ID
from tests.rehearsal_aws.refusals import refusal


if TYPE_CHECKING:
    from tests.rehearsal_aws.conftest import Control

Create = Callable[..., dict[str, Any]]


def test_second_private_dns_for_a_service_conflicts(create: Create) -> None:
    create("ssm", PrivateDnsEnabled=True)
    code, message = refusal(create, service="ssm", PrivateDnsEnabled=True)

    assert "InvalidParameter" == code
    assert (
        "private-dns-enabled cannot be set because there is already a conflicting DNS "
        f"domain for ssm.ap-northeast-1.amazonaws.com in the VPC {VPC_ID}"
    ) == message


def test_private_dns_needs_dns_in_the_vpc(ec2: Any, create: Create) -> None:
    ec2.modify_vpc_attribute(VpcId=VPC_ID, EnableDnsHostnames={"Value": False})
    code, message = refusal(create, service="ssm", PrivateDnsEnabled=True)
    ec2.modify_vpc_attribute(VpcId=VPC_ID, EnableDnsHostnames={"Value": True})

    assert "InvalidParameter" == code
    assert "enableDnsHostnames" in message


def test_s3_inbound_only_needs_a_gateway_endpoint(
    ec2: Any, create: Create, gateway: Callable[[], str]
) -> None:
    """It is what S3 gets when private DNS is on and nothing else is said."""
    code, message = refusal(create, service="s3", PrivateDnsEnabled=True)
    gateway_id = gateway()
    made = create("s3", PrivateDnsEnabled=True)
    kept = ec2.delete_vpc_endpoints(VpcEndpointIds=[gateway_id])["Unsuccessful"]

    assert "InvalidParameter" == code
    assert "must have a gateway endpoint for the service" in message
    assert made["DnsOptions"]["PrivateDnsOnlyForInboundResolverEndpoint"]
    assert [gateway_id] == [each["ResourceId"] for each in kept]


def test_gateway_endpoint_routes_once(ec2: Any, gateway: Callable[[], str]) -> None:
    gateway_id = gateway()
    code, _ = refusal(gateway)
    table = ec2.describe_route_tables(RouteTableIds=["rtb-0c1053d0000000001"])
    routes = table["RouteTables"][0]["Routes"]

    assert "RouteAlreadyExists" == code
    assert [gateway_id] == [
        each["GatewayId"] for each in routes if "DestinationPrefixListId" in each
    ]


def test_unknown_service_is_refused(create: Create) -> None:
    code, _ = refusal(create, service="nothing")

    assert "InvalidServiceName" == code


def test_two_subnets_of_one_zone_are_refused(ec2: Any, create: Create) -> None:
    other = ec2.create_subnet(
        VpcId=VPC_ID, CidrBlock="10.20.3.0/24", AvailabilityZone="ap-northeast-1a"
    )["Subnet"]["SubnetId"]
    code, _ = refusal(create, service="ssm", SubnetIds=[SUBNETS[0].subnet_id, other])
    ec2.delete_subnet(SubnetId=other)

    assert "DuplicateSubnetsInSameZone" == code


def test_dry_run_creates_nothing(create: Create, ec2: Any) -> None:
    code, _ = refusal(create, service="ssm", DryRun=True)

    assert "DryRunOperation" == code
    assert [] == ec2.describe_vpc_endpoints()["VpcEndpoints"]


def test_policy_must_be_json(create: Create) -> None:
    code, _ = refusal(create, service="ssm", PolicyDocument="allow everything")

    assert "InvalidPolicyDocument" == code


def test_unknown_endpoint_is_unsuccessful(ec2: Any) -> None:
    answer = ec2.delete_vpc_endpoints(VpcEndpointIds=["vpce-0000000000000dead"])

    assert ["InvalidVpcEndpointId.NotFound"] == [
        each["Error"]["Code"] for each in answer["Unsuccessful"]
    ]


def test_group_and_subnet_in_use_stay(
    ec2: Any, create: Create, group: str, control: Control
) -> None:
    endpoint_id = create("ssm")["VpcEndpointId"]
    group_code, _ = refusal(ec2.delete_security_group, GroupId=group)
    subnet_code, _ = refusal(ec2.delete_subnet, SubnetId=SUBNETS[0].subnet_id)
    ec2.delete_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    deleting_code, _ = refusal(ec2.delete_security_group, GroupId=group)
    control.advance()

    assert {"DependencyViolation"} == {group_code, subnet_code, deleting_code}


def test_group_name_and_rule_are_unique(ec2: Any, group: str) -> None:
    rule = {
        "GroupId": group,
        "IpPermissions": [
            {
                "IpProtocol": "tcp",
                "FromPort": 443,
                "ToPort": 443,
                "IpRanges": [{"CidrIp": "192.168.10.0/24"}],
            }
        ],
    }
    ec2.authorize_security_group_ingress(**rule)
    rule_code, _ = refusal(ec2.authorize_security_group_ingress, **rule)
    name_code, _ = refusal(
        ec2.create_security_group, GroupName="tests", Description="x", VpcId=VPC_ID
    )

    assert "InvalidPermission.Duplicate" == rule_code
    assert "InvalidGroup.Duplicate" == name_code
