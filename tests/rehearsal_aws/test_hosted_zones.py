"""
Private hosted zones: conflicts, records, changes, other accounts' VPCs.
"""

from __future__ import annotations

import itertools

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from closednet_rehearsal.settings import REGION, VPC_ID
from tests.rehearsal_aws.refusals import refusal


if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal_aws.conftest import Aws, Control

Create = Callable[..., dict[str, Any]]
NAME = f"s3.{REGION}.amazonaws.com"
VPC = {"VPCRegion": REGION, "VPCId": VPC_ID}
REFERENCES = itertools.count()


def batch(action: str, *records: dict[str, Any]) -> dict[str, Any]:
    """
    Return a change batch of one action for each record.
    """
    return {
        "Changes": [
            {"Action": action, "ResourceRecordSet": record} for record in records
        ]
    }


@pytest.fixture(name="zones")
def _zones(network: Aws, management: Aws) -> Iterator[Create]:
    made: list[tuple[Any, str]] = []

    def create(name: str = NAME, owner: str = "network", **others: Any) -> Any:
        client = {"network": network, "management": management}[owner].client("route53")
        asked = {
            "Name": name,
            "CallerReference": f"tests-{next(REFERENCES)}",
            "VPC": VPC,
            "HostedZoneConfig": {"Comment": "tests", "PrivateZone": True},
        }
        shown = client.create_hosted_zone(**asked | others)
        made.append((client, shown["HostedZone"]["Id"]))
        return shown

    yield create
    for client, zone_id in made:
        records = client.list_resource_record_sets(HostedZoneId=zone_id)
        doomed = [
            record
            for record in records["ResourceRecordSets"]
            if record["Type"] not in {"NS", "SOA"}
        ]
        if doomed:
            client.change_resource_record_sets(
                HostedZoneId=zone_id, ChangeBatch=batch("DELETE", *doomed)
            )
        client.delete_hosted_zone(Id=zone_id)


def alias(endpoint: dict[str, Any], name: str = NAME) -> dict[str, Any]:
    """
    Return an alias record to an endpoint.
    """
    entry = endpoint["DnsEntries"][0]
    target = {
        "HostedZoneId": entry["HostedZoneId"],
        "DNSName": entry["DnsName"],
        "EvaluateTargetHealth": False,
    }
    return {"Name": name, "Type": "A", "AliasTarget": target}


def test_change_is_pending_then_in_sync(
    network: Aws, zones: Create, control: Control
) -> None:
    route53 = network.client("route53")
    change = zones()["ChangeInfo"]
    control.advance()

    assert "PENDING" == change["Status"]
    assert "INSYNC" == route53.get_change(Id=change["Id"])["ChangeInfo"]["Status"]


def test_a_zone_with_a_vpc_is_private_without_being_told(
    network: Aws, zones: Create
) -> None:
    """As Terraform asks for it."""
    zone_id = zones(HostedZoneConfig={"Comment": "tests"})["HostedZone"]["Id"]
    shown = network.client("route53").get_hosted_zone(Id=zone_id)

    assert shown["HostedZone"]["Config"]["PrivateZone"]
    assert [VPC["VPCId"]] == [each["VPCId"] for each in shown["VPCs"]]


def test_star_is_shown_as_its_code(network: Aws, zones: Create, create: Create) -> None:
    route53 = network.client("route53")
    zone_id = zones()["HostedZone"]["Id"]
    endpoint = create("s3")
    changes = batch("CREATE", alias(endpoint), alias(endpoint, f"*.{NAME}"))
    route53.change_resource_record_sets(HostedZoneId=zone_id, ChangeBatch=changes)
    pages = route53.get_paginator("list_resource_record_sets").paginate(
        HostedZoneId=zone_id
    )
    shown = [record for page in pages for record in page["ResourceRecordSets"]]
    found = {each["Name"]: each for each in shown if each["Type"] == "A"}

    assert {f"{NAME}.", f"\\052.{NAME}."} == set(found)
    assert found[f"{NAME}."]["AliasTarget"]["DNSName"].startswith("\\052.vpce-")


def test_batch_is_refused_as_a_whole(
    network: Aws, zones: Create, create: Create
) -> None:
    route53 = network.client("route53")
    zone_id = zones()["HostedZone"]["Id"]
    endpoint = create("s3")
    nowhere = alias(endpoint, f"*.{NAME}")
    nowhere["AliasTarget"] |= {"DNSName": "vpce-gone.s3.example.com"}
    code, message = refusal(
        route53.change_resource_record_sets,
        HostedZoneId=zone_id,
        ChangeBatch=batch("CREATE", alias(endpoint), nowhere),
    )
    records = route53.list_resource_record_sets(HostedZoneId=zone_id)

    assert "InvalidChangeBatch" == code
    assert "Tried to create an alias that targets" in message
    assert {"NS", "SOA"} == {each["Type"] for each in records["ResourceRecordSets"]}


def test_existing_record_is_not_created_again(network: Aws, zones: Create) -> None:
    route53 = network.client("route53")
    zone_id = zones()["HostedZone"]["Id"]
    record = {
        "Name": f"x.{NAME}",
        "Type": "A",
        "TTL": 60,
        "ResourceRecords": [{"Value": "10.20.1.24"}],
    }
    change = route53.change_resource_record_sets
    change(HostedZoneId=zone_id, ChangeBatch=batch("UPSERT", record))
    code, message = refusal(
        change, HostedZoneId=zone_id, ChangeBatch=batch("CREATE", record)
    )
    other = record | {"TTL": 61}
    delete_code, _ = refusal(
        change, HostedZoneId=zone_id, ChangeBatch=batch("DELETE", other)
    )
    not_empty, _ = refusal(route53.delete_hosted_zone, Id=zone_id)

    assert "InvalidChangeBatch" == code == delete_code
    assert "already exists" in message
    assert "HostedZoneNotEmpty" == not_empty


def test_same_name_conflicts_in_one_vpc(zones: Create) -> None:
    zones()
    code, _ = refusal(zones)
    zones(f"deeper.{NAME}")

    assert "ConflictingDomainExists" == code


def test_zone_conflicts_with_private_dns_both_ways(
    zones: Create, create: Create
) -> None:
    name = f"kms.{REGION}.amazonaws.com"
    create("kms", PrivateDnsEnabled=True)
    zone_code, _ = refusal(zones, name=name)
    zones(f"sts.{REGION}.amazonaws.com")
    endpoint_code, _ = refusal(create, service="sts", PrivateDnsEnabled=True)

    assert "ConflictingDomainExists" == zone_code
    assert "InvalidParameter" == endpoint_code


def test_caller_reference_is_used_once(network: Aws, zones: Create) -> None:
    """Not even the deletion of the zone frees it."""
    route53 = network.client("route53")
    made = route53.create_hosted_zone(
        Name=NAME,
        CallerReference="used",
        VPC=VPC,
        HostedZoneConfig={"PrivateZone": True},
    )
    route53.delete_hosted_zone(Id=made["HostedZone"]["Id"])
    code, _ = refusal(zones, CallerReference="used")

    assert "HostedZoneAlreadyExists" == code


def test_vpc_must_exist(zones: Create) -> None:
    code, _ = refusal(zones, VPC=VPC | {"VPCId": "vpc-0000000000000dead"})

    assert "InvalidVPCId" == code


def test_zone_of_another_account_needs_an_authorization(
    network: Aws, management: Aws, zones: Create
) -> None:
    owner, user = management.client("route53"), network.client("route53")
    own_vpc = management.client("ec2").create_vpc(CidrBlock="10.99.0.0/16")
    own = {"VPCRegion": REGION, "VPCId": own_vpc["Vpc"]["VpcId"]}
    zone_id = zones(owner="management", VPC=own)["HostedZone"]["Id"]
    code, _ = refusal(
        user.associate_vpc_with_hosted_zone, HostedZoneId=zone_id, VPC=VPC
    )
    owner.create_vpc_association_authorization(HostedZoneId=zone_id, VPC=VPC)
    granted = owner.list_vpc_association_authorizations(HostedZoneId=zone_id)["VPCs"]
    user.associate_vpc_with_hosted_zone(HostedZoneId=zone_id, VPC=VPC)
    owner.delete_vpc_association_authorization(HostedZoneId=zone_id, VPC=VPC)
    gone, _ = refusal(
        owner.delete_vpc_association_authorization, HostedZoneId=zone_id, VPC=VPC
    )
    summaries = user.list_hosted_zones_by_vpc(VPCId=VPC_ID, VPCRegion=REGION)
    user.disassociate_vpc_from_hosted_zone(HostedZoneId=zone_id, VPC=VPC)
    last, _ = refusal(
        owner.disassociate_vpc_from_hosted_zone, HostedZoneId=zone_id, VPC=own
    )

    assert "NotAuthorizedException" == code
    assert [VPC] == granted
    assert "VPCAssociationAuthorizationNotFound" == gone
    assert ["222222222222"] == [
        each["Owner"]["OwningAccount"] for each in summaries["HostedZoneSummaries"]
    ]
    assert "LastVPCAssociation" == last


def test_listing_by_name_starts_there_and_does_not_filter(
    network: Aws, zones: Create
) -> None:
    zones("b.example.")
    zones("c.example.")
    shown = network.client("route53").list_hosted_zones_by_name(DNSName="b.example")

    assert ["b.example.", "c.example."] == [
        zone["Name"] for zone in shown["HostedZones"]
    ]


def test_zone_carries_tags(network: Aws, zones: Create) -> None:
    route53 = network.client("route53")
    zone_id = zones()["HostedZone"]["Id"].removeprefix("/hostedzone/")
    tags = [{"Key": "closednet", "Value": "tests"}]
    route53.change_tags_for_resource(
        ResourceType="hostedzone", ResourceId=zone_id, AddTags=tags
    )
    shown = route53.list_tags_for_resource(
        ResourceType="hostedzone", ResourceId=zone_id
    )

    assert tags == shown["ResourceTagSet"]["Tags"]
