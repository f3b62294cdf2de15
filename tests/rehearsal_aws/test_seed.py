"""
What the contract promises to be there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet_rehearsal.host.fleet import simulated_hosts
from closednet_rehearsal.settings import (
    KMS_ALIAS,
    KMS_KEY_ARN,
    ON_PREMISES_CIDR,
    OUTPUT_BUCKET,
    ROUTE_TABLE_ID,
    SUBNETS,
    TRANSIT_GATEWAY_ID,
    VPC_CIDR,
    VPC_ID,
)
from closednet_rehearsal.work_dir import networks


if TYPE_CHECKING:
    from tests.rehearsal_aws.conftest import Aws


def test_network_account_has_its_network(network: Aws) -> None:
    ec2 = network.client("ec2")
    vpcs = ec2.describe_vpcs()["Vpcs"]
    subnets = ec2.describe_subnets()["Subnets"]
    table = ec2.describe_route_tables(RouteTableIds=[ROUTE_TABLE_ID])["RouteTables"][0]
    routes = {
        route["DestinationCidrBlock"]: route.get("TransitGatewayId")
        for route in table["Routes"]
    }
    attribute = ec2.describe_vpc_attribute(VpcId=VPC_ID, Attribute="enableDnsHostnames")

    assert [(VPC_ID, VPC_CIDR)] == [(vpc["VpcId"], vpc["CidrBlock"]) for vpc in vpcs]
    assert [
        (subnet.subnet_id, subnet.cidr, subnet.availability_zone) for subnet in SUBNETS
    ] == [
        (each["SubnetId"], each["CidrBlock"], each["AvailabilityZone"])
        for each in subnets
    ]
    assert {subnet.subnet_id for subnet in SUBNETS} == {
        each["SubnetId"] for each in table["Associations"]
    }
    assert TRANSIT_GATEWAY_ID == routes[ON_PREMISES_CIDR]
    assert attribute["EnableDnsHostnames"]["Value"]


def test_transit_gateway_is_attached(network: Aws) -> None:
    shown = network.client("ec2").describe_transit_gateway_vpc_attachments()

    assert [(TRANSIT_GATEWAY_ID, VPC_ID)] == [
        (each["TransitGatewayId"], each["VpcId"])
        for each in shown["TransitGatewayVpcAttachments"]
    ]


def test_management_account_has_a_key_and_a_bucket(management: Aws) -> None:
    key = management.client("kms").describe_key(KeyId=KMS_ALIAS)["KeyMetadata"]
    buckets = management.client("s3").list_buckets()["Buckets"]

    assert KMS_KEY_ARN == key["Arn"]
    assert [OUTPUT_BUCKET] == [bucket["Name"] for bucket in buckets]


def test_networks_cover_the_servers_and_their_dns_server() -> None:
    assert (ON_PREMISES_CIDR,) == networks(simulated_hosts(3))
    assert (ON_PREMISES_CIDR, "192.168.11.0/24") == networks(simulated_hosts(300))
