"""
The view of a VPC on moto's state.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from dns.rcode import NXDOMAIN
from moto.ec2.models import ec2_backends

from closednet_rehearsal.dns.moto_state import MotoState
from closednet_rehearsal.dns.view import View
from closednet_rehearsal.server import Server, start_server
from closednet_rehearsal.settings import NETWORK_ACCOUNT as ACCOUNT
from closednet_rehearsal.settings import OPERATOR_KEY_ID, REGION
from closednet_rehearsal.world import World


if TYPE_CHECKING:
    from collections.abc import Iterator


SSM = f"ssm.{REGION}.amazonaws.com"


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[Server]:
    server = start_server()
    yield server
    server.stop()


def client(server: Server, name: str) -> Any:
    """
    Return a client of the network account.
    """
    session: Any = boto3.Session(OPERATOR_KEY_ID, "rehearsal", region_name=REGION)
    return session.client(name, endpoint_url=server.endpoint_url)


@pytest.fixture(name="vpc_id")
def _vpc_id(server: Server) -> str:
    ec2 = client(server, "ec2")
    vpc_id: str = ec2.create_vpc(CidrBlock="10.20.0.0/16")["Vpc"]["VpcId"]
    ec2.modify_vpc_attribute(VpcId=vpc_id, EnableDnsHostnames={"Value": True})
    return vpc_id


@pytest.fixture(name="subnets")
def _subnets(server: Server, vpc_id: str) -> list[str]:
    ec2 = client(server, "ec2")
    return [
        ec2.create_subnet(
            VpcId=vpc_id, CidrBlock=f"10.20.{n}.0/24", AvailabilityZone=f"{REGION}{az}"
        )["Subnet"]["SubnetId"]
        for n, az in ((1, "a"), (2, "c"))
    ]


@pytest.fixture(name="endpoint_id")
def _endpoint_id(server: Server, vpc_id: str, subnets: list[str]) -> str:
    endpoint_id: str = client(server, "ec2").create_vpc_endpoint(
        VpcId=vpc_id,
        VpcEndpointType="Interface",
        ServiceName=f"com.amazonaws.{REGION}.ssm",
        SubnetIds=subnets,
        PrivateDnsEnabled=True,
    )["VpcEndpoint"]["VpcEndpointId"]
    server.world.clock.advance(60)
    return endpoint_id


def view(vpc_id: str) -> View:
    """
    Return the view of the VPC under test.
    """
    return View(World(), ACCOUNT, REGION, vpc_id)


def test_an_available_endpoint_answers_with_its_interfaces(
    server: Server, vpc_id: str, endpoint_id: str
) -> None:
    ec2 = client(server, "ec2")
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
def test_without_dns_support_private_names_are_public(
    server: Server, vpc_id: str
) -> None:
    client(server, "ec2").modify_vpc_attribute(
        VpcId=vpc_id, EnableDnsSupport={"Value": False}
    )

    assert view(vpc_id).resolve(SSM, "A").addresses[0].startswith("198.51.100.")


def test_a_zone_of_any_account_answers_once_it_is_associated(
    server: Server, vpc_id: str
) -> None:
    name = f"s3.{REGION}.amazonaws.com"
    route53 = client(server, "route53")
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
    server: Server, vpc_id: str, subnets: list[str]
) -> None:
    ec2 = client(server, "ec2")
    group = ec2.create_security_group(GroupName="g", Description="d", VpcId=vpc_id)
    client(server, "route53resolver").create_resolver_endpoint(
        CreatorRequestId="1",
        SecurityGroupIds=[group["GroupId"]],
        Direction="INBOUND",
        IpAddresses=[
            {"SubnetId": subnet, "Ip": f"10.20.{n}.10"}
            for n, subnet in enumerate(subnets, 1)
        ],
    )
    seen = view(vpc_id)
    state = MotoState(World(), ACCOUNT, REGION, vpc_id)
    assert not seen.listens()
    server.world.clock.advance(600)

    assert seen.listens()
    assert ("10.20.1.10", "10.20.2.10") == state.inbound_endpoint_ips()


@pytest.mark.usefixtures("server")
def test_looking_creates_nothing() -> None:
    """Indexing moto's state would build an account with default resources."""
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
