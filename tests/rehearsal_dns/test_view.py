"""
The view of a VPC on moto's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest

from dns.rcode import NXDOMAIN
from moto import mock_aws
from moto.ec2.models import ec2_backends
from moto.route53resolver.models import route53resolver_backends

from closednet_rehearsal.dns.moto_state import MotoState
from closednet_rehearsal.dns.view import View
from closednet_rehearsal.settings import REGION
from closednet_rehearsal.world import World


if TYPE_CHECKING:
    from collections.abc import Iterator


ACCOUNT = "123456789012"
SSM = f"ssm.{REGION}.amazonaws.com"


@pytest.fixture(name="vpc_id")
def _vpc_id(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "rehearsal")
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with mock_aws():
        ec2 = boto3.client("ec2", REGION)
        yield ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]


@pytest.fixture(name="subnets")
def _subnets(vpc_id: str) -> list[str]:
    ec2 = boto3.client("ec2", REGION)
    return [
        ec2.create_subnet(
            VpcId=vpc_id, CidrBlock=f"10.20.{n}.0/24", AvailabilityZone=f"{REGION}{az}"
        )["Subnet"]["SubnetId"]
        for n, az in ((1, "a"), (2, "c"))
    ]


@pytest.fixture(name="endpoint_id")
def _endpoint_id(vpc_id: str, subnets: list[str]) -> str:
    """
    An endpoint whose names are as AWS gives them; moto alone gives others.
    """
    created = boto3.client("ec2", REGION).create_vpc_endpoint(
        VpcId=vpc_id,
        VpcEndpointType="Interface",
        ServiceName=f"com.amazonaws.{REGION}.ssm",
        SubnetIds=subnets,
        PrivateDnsEnabled=True,
    )
    endpoint_id = created["VpcEndpoint"]["VpcEndpointId"]
    endpoint = ec2_backends[ACCOUNT][REGION].vpc_end_points[endpoint_id]
    endpoint.dns_entries = [{"DnsName": SSM, "HostedZoneId": "Z1"}]
    endpoint.private_dns_enabled = True
    return endpoint_id


def view(vpc_id: str) -> View:
    """
    Return the view of the VPC under test.
    """
    return View(World(), ACCOUNT, REGION, vpc_id)


def test_an_available_endpoint_answers_with_its_interfaces(
    vpc_id: str, endpoint_id: str
) -> None:
    ec2 = boto3.client("ec2", REGION)
    described = ec2.describe_vpc_endpoints(VpcEndpointIds=[endpoint_id])
    enis = ec2.describe_network_interfaces(
        NetworkInterfaceIds=described["VpcEndpoints"][0]["NetworkInterfaceIds"]
    )

    answer = view(vpc_id).resolve(SSM, "A")

    assert {eni["PrivateIpAddress"] for eni in enis["NetworkInterfaces"]} == set(
        answer.addresses
    )


@pytest.mark.parametrize(
    ("state", "answers"),
    [("pending", False), ("available", True), ("deleting", True), ("deleted", False)],
)
def test_only_available_and_deleting_endpoints_answer(
    vpc_id: str, endpoint_id: str, state: str, *, answers: bool
) -> None:
    ec2_backends[ACCOUNT][REGION].vpc_end_points[endpoint_id].state = state

    addresses = view(vpc_id).resolve(SSM, "A").addresses

    assert answers == (not addresses[0].startswith("198.51.100."))


@pytest.mark.usefixtures("endpoint_id")
def test_without_dns_support_private_names_are_public(vpc_id: str) -> None:
    boto3.client("ec2", REGION).modify_vpc_attribute(
        VpcId=vpc_id, EnableDnsSupport={"Value": False}
    )

    assert view(vpc_id).resolve(SSM, "A").addresses[0].startswith("198.51.100.")


def test_a_zone_of_any_account_answers_once_it_is_associated(vpc_id: str) -> None:
    name = f"s3.{REGION}.amazonaws.com"
    route53 = boto3.client("route53", REGION)
    zone = route53.create_hosted_zone(
        Name=name,
        CallerReference="1",
        VPC={"VPCRegion": REGION, "VPCId": vpc_id},
        HostedZoneConfig={"PrivateZone": True},
    )["HostedZone"]
    route53.change_resource_record_sets(
        HostedZoneId=zone["Id"],
        ChangeBatch={
            "Changes": [
                {
                    "Action": "UPSERT",
                    "ResourceRecordSet": {
                        "Name": f"*.{name}",
                        "Type": "A",
                        "TTL": 60,
                        "ResourceRecords": [{"Value": "10.20.1.22"}],
                    },
                }
            ]
        },
    )

    assert view(vpc_id).resolve(f"bucket.{name}", "A").addresses == ("10.20.1.22",)
    assert view(vpc_id).resolve("*.nothing." + name, "A").rcode != NXDOMAIN
    assert view("vpc-other").resolve(name, "A").addresses[0].startswith("198.51.100.")


def test_an_operational_inbound_endpoint_listens(
    vpc_id: str, subnets: list[str]
) -> None:
    ec2 = boto3.client("ec2", REGION)
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc_id)
    created = boto3.client("route53resolver", REGION).create_resolver_endpoint(
        CreatorRequestId="1",
        SecurityGroupIds=[group["GroupId"]],
        Direction="INBOUND",
        IpAddresses=[
            {"SubnetId": subnet, "Ip": f"10.20.{n}.10"}
            for n, subnet in enumerate(subnets, 1)
        ],
    )["ResolverEndpoint"]
    seen = view(vpc_id)
    state = MotoState(World(), ACCOUNT, REGION, vpc_id)

    assert seen.listens()
    assert ("10.20.1.10", "10.20.2.10") == state.inbound_endpoint_ips()
    resolver = route53resolver_backends[ACCOUNT][REGION]
    resolver.resolver_endpoints[created["Id"]].status = "CREATING"
    assert not seen.listens()


def test_looking_creates_nothing() -> None:
    """Indexing moto's state would build an account with default resources."""
    with mock_aws():
        seen = View(World(), "999999999999", REGION, "vpc-none")

        assert not seen.listens()
        assert seen.resolve(SSM, "A").addresses[0].startswith("198.51.100.")
        assert "999999999999" not in dict.keys(ec2_backends)


def test_the_clock_runs_before_an_answer(vpc_id: str, endpoint_id: str) -> None:
    """An endpoint becomes available also when nobody calls the API."""
    world = World()
    endpoint = ec2_backends[ACCOUNT][REGION].vpc_end_points[endpoint_id]
    endpoint.state = "pending"
    world.clock.after(0.0, lambda: setattr(endpoint, "state", "available"))

    answer = View(world, ACCOUNT, REGION, vpc_id).resolve(SSM, "A")

    assert not answer.addresses[0].startswith("198.51.100.")


def test_faults_are_set_from_outside(vpc_id: str, endpoint_id: str) -> None:
    assert endpoint_id
    seen = view(vpc_id)
    seen.public_names = frozenset({SSM})
    seen.silent = True

    assert seen.resolve(SSM, "A").addresses[0].startswith("198.51.100.")
    assert not seen.listens()
