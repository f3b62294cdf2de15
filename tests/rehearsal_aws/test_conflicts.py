"""
What is in the way, in AWS's words, and what the product makes of it.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from closednet.aws.endpoints import InterfaceEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.surroundings import Surroundings
from closednet.aws.translate import HINTS
from closednet.aws.zones import HostedZones
from closednet.errors import AdapterError
from closednet.model import network_design
from closednet_rehearsal.settings import REGION, SUBNETS, VPC_ID
from tests.rehearsal_aws.refusals import refusal
from tests.rehearsal_aws.sites import account_of, site_of


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet_rehearsal.server import Server
    from tests.rehearsal_aws.conftest import Aws

VPC = {"VPCRegion": REGION, "VPCId": VPC_ID}
S3 = f"s3.{REGION}.amazonaws.com"
SSM = f"ssm.{REGION}.amazonaws.com"


@pytest.fixture(name="zone")
def _zone(network: Aws) -> Iterator[Callable[[str, str], str]]:
    route53 = network.client("route53")
    made: list[str] = []

    def create(name: str, reference: str) -> str:
        answer = route53.create_hosted_zone(
            Name=name,
            CallerReference=reference,
            VPC=VPC,
            HostedZoneConfig={"PrivateZone": True},
        )
        made.append(answer["HostedZone"]["Id"].removeprefix("/hostedzone/"))
        return made[-1]

    yield create
    for zone_id in made:
        route53.delete_hosted_zone(Id=zone_id)


def record(name: str, kind: str, value: str) -> dict[str, Any]:
    """
    Return a record set.
    """
    values = [{"Value": value}]
    return {"Name": name, "Type": kind, "TTL": 60, "ResourceRecords": values}


def change(network: Aws, zone_id: str, action: str, what: dict[str, Any]) -> Any:
    """
    Change one record set of a zone.
    """
    return network.client("route53").change_resource_record_sets(
        HostedZoneId=zone_id,
        ChangeBatch={"Changes": [{"Action": action, "ResourceRecordSet": what}]},
    )


def test_a_zone_hinders_private_dns_and_the_other_way_round(
    zone: Callable[[str, str], str], create: Callable[..., dict[str, Any]]
) -> None:
    zone(SSM, "conflict-1")
    code, message = refusal(create, service="ssm", PrivateDnsEnabled=True)
    made = create("kms", PrivateDnsEnabled=True)
    name = f"kms.{REGION}.amazonaws.com"
    taken, text = refusal(zone, name=name, reference="conflict-2")

    assert "InvalidParameter" == code
    assert (
        "private-dns-enabled cannot be set because there is already a conflicting DNS "
        f"domain for {SSM} in the VPC {VPC_ID}"
    ) == message
    assert "ConflictingDomainExists" == taken
    assert text.startswith(f"The VPC {VPC_ID} in region {REGION} has already been")
    assert made["VpcEndpointId"]


def test_two_zones_of_one_name_and_one_reference(
    zone: Callable[[str, str], str],
) -> None:
    first = zone("conflict.test", "conflict-3")
    twice = refusal(zone, name="conflict.test", reference="conflict-4")
    again, _ = refusal(zone, name="other.test", reference="conflict-3")

    text = f"The VPC {VPC_ID} in region {REGION} has already been associated with the"
    assert (
        "ConflictingDomainExists",
        f"{text} hosted zone {first} with the same domain name.",
    ) == twice
    assert "HostedZoneAlreadyExists" == again


def test_the_product_tells_whose_zone_is_in_the_way(
    server: Server, zone: Callable[[str, str], str]
) -> None:
    """It finds the foreign zone before it would make its own."""
    zone(S3, "conflict-5")
    account = account_of(server, "network", server.world.clock)
    (spec,) = network_design.hosted_zones(site_of(server))
    found = HostedZones(account).find((spec,))[spec.key]
    code, _ = refusal(zone, name=S3, reference="conflict-6")

    assert not found.owned
    assert "remove it or the association" in HINTS[code]


def test_a_zone_with_records_stays(
    network: Aws, zone: Callable[[str, str], str]
) -> None:
    zone_id = zone("full.test", "conflict-7")
    what = record("a.full.test", "A", "10.0.0.1")
    change(network, zone_id, "CREATE", what)
    route53 = network.client("route53")
    full = refusal(route53.delete_hosted_zone, Id=zone_id)
    last, _ = refusal(
        route53.disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=VPC
    )
    change(network, zone_id, "DELETE", what)

    text = "The specified hosted zone contains non-required resource record sets and"
    assert ("HostedZoneNotEmpty", f"{text} so cannot be deleted.") == full
    assert "LastVPCAssociation" == last


def test_records_that_cannot_stand_beside_each_other(
    network: Aws, zone: Callable[[str, str], str]
) -> None:
    zone_id = zone("rival.test", "conflict-8")
    address = record("a.rival.test", "A", "10.0.0.1")
    change(network, zone_id, "CREATE", address)

    def refused(action: str, what: dict[str, Any]) -> tuple[str, str]:
        return refusal(
            change, network=network, zone_id=zone_id, action=action, what=what
        )

    seen = [
        refused("CREATE", address),
        refused("CREATE", record("a.rival.test", "CNAME", "b.test")),
        refused("CREATE", record("rival.test", "CNAME", "b.test")),
        refused("CREATE", record("a.other.test", "A", "10.0.0.1")),
        refused("DELETE", record("a.rival.test", "A", "10.0.0.2")),
        refused("DELETE", record("b.rival.test", "A", "10.0.0.1")),
    ]
    change(network, zone_id, "DELETE", address)

    what = "resource record set [name='{}.rival.test.', type='A']"
    assert {"InvalidChangeBatch"} == {code for code, _ in seen}
    cname = "RRSet of type CNAME with DNS name"
    rival = "a conflicting RRSet of type A with the same DNS name already exists"
    values = "the values provided do not match the current values"
    assert [
        f"[Tried to create {what.format('a')} but it already exists]",
        f"[{cname} a.rival.test. is not permitted because {rival} in zone rival.test.]",
        f"[{cname} rival.test. is not permitted at apex in zone rival.test.]",
        "[RRSet with DNS name a.other.test. is not permitted in zone rival.test.]",
        f"[Tried to delete {what.format('a')} but {values}]",
        f"[Tried to delete {what.format('b')} but it was not found]",
    ] == [message for _, message in seen]


def test_a_subnet_in_a_zone_without_the_service(
    server: Server, ec2: Any, create: Callable[..., dict[str, Any]]
) -> None:
    subnet = SUBNETS[1].subnet_id
    seen = refusal(create, service="xray", SubnetIds=[subnet])
    made = create("xray", SubnetIds=[SUBNETS[0].subnet_id])["VpcEndpointId"]
    later = refusal(ec2.modify_vpc_endpoint, VpcEndpointId=made, AddSubnetIds=[subnet])
    name = f"com.amazonaws.{REGION}.xray"
    account = account_of(server, "network", server.world.clock)
    offered = Surroundings(account).offered([name])

    text = f"The VPC endpoint service {name} does not support the availability zone"
    assert ("InvalidParameter", f"{text} of the subnet: {subnet}.") == seen == later
    assert {name: frozenset({f"{REGION}a"})} == offered


def test_a_group_in_use_is_waited_for_until_the_limit(
    server: Server, create: Callable[..., dict[str, Any]], at_aws: Any
) -> None:
    groups = SecurityGroups(account_of(server, "network", at_aws))
    (spec, *_) = network_design.security_groups(site_of(server))
    at_aws.advance(20)
    group_id = groups.create(spec)
    endpoint = create("kms", SecurityGroupIds=[group_id])
    with pytest.raises(AdapterError, match="another network interface still uses"):
        groups.delete(spec, group_id)
    kind = InterfaceEndpoints(account_of(server, "network", at_aws), groups)
    (about, *_) = network_design.interface_endpoints(site_of(server))
    kind.delete(about, endpoint["VpcEndpointId"])
    groups.delete(spec, group_id)

    assert {} == groups.find((spec,))


def test_what_belongs_to_aws_or_is_misnamed(ec2: Any, management: Aws) -> None:
    (default,) = [
        each["GroupId"]
        for each in ec2.describe_security_groups()["SecurityGroups"]
        if each["GroupName"] == "default"
    ]
    misnamed = {"GroupName": "sg-x", "Description": "d", "VpcId": VPC_ID}
    iam = management.client("iam")
    trust = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": "sts:AssumeRole"}],
    }

    def trusted(document: str) -> tuple[str, str]:
        return refusal(iam.create_role, RoleName="x", AssumeRolePolicyDocument=document)

    assert (
        "CannotDelete",
        f'the specified group: "{default}" name: "default" cannot be deleted by a user',
    ) == refusal(ec2.delete_security_group, GroupId=default)
    text = "Value (sg-x) for parameter GroupName is invalid. Group names may not be"
    assert (
        "InvalidParameterValue",
        f"{text} in the format sg-*.",
    ) == refusal(ec2.create_security_group, **misnamed)
    malformed = "MalformedPolicyDocument"
    assert (malformed, "Missing required field Principal") == trusted(json.dumps(trust))
    assert (malformed, "This policy contains invalid Json") == trusted("{")
    statement = {
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Principal": {"Service": "ssm.amazonaws.com"},
        "Resource": "*",
    }
    prohibited = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    assert (malformed, "Has prohibited field Resource") == trusted(prohibited)


def test_what_is_not_there(network: Aws, ec2: Any) -> None:
    vpc, subnet = "vpc-0123456789abcdef0", "subnet-0123456789abcdef0"
    route53 = network.client("route53")

    assert (
        "InvalidVpcID.NotFound",
        f"The vpc ID '{vpc}' does not exist",
    ) == refusal(ec2.describe_vpcs, VpcIds=[vpc])
    assert (
        "InvalidSubnetID.NotFound",
        f"The subnet ID '{subnet}' does not exist",
    ) == refusal(ec2.describe_subnets, SubnetIds=[subnet])
    assert (
        "NoSuchChange",
        "A change with the specified change ID does not exist.",
    ) == refusal(route53.get_change, Id="C1")
    with pytest.raises(route53.exceptions.NoSuchHostedZone) as caught:
        route53.get_hosted_zone(Id="ZNOPE")
    assert 404 == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
