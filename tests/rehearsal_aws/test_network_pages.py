"""
Lists of the network account come in small pages, and are whole over all pages.
"""

from __future__ import annotations

import json

from functools import partial
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.settings import PAGE_SIZE, REGION, SUBNETS, VPC_ID
from tests.rehearsal_aws.listings import MANY, Listing, judged
from tests.rehearsal_aws.refusals import refusal


if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.rehearsal_aws.conftest import Aws, Control

SERVICES = "ServiceDetails[].ServiceId"
VPC = [{"Name": "vpc-id", "Values": [VPC_ID]}]


def test_pages_of_the_network(
    network: Aws, ec2: Any, create: Callable[..., dict[str, Any]], group: str
) -> None:
    services = ("ssm", "ssmmessages", "ec2messages", "kms", "logs", "monitoring")
    for service in services:
        create(service, PrivateDnsEnabled=True)
    subnets = [
        ec2.create_subnet(VpcId=VPC_ID, CidrBlock=f"10.20.{100 + n}.0/28")["Subnet"][
            "SubnetId"
        ]
        for n in range(PAGE_SIZE)
    ]
    tables = [
        ec2.create_route_table(VpcId=VPC_ID)["RouteTable"]["RouteTableId"]
        for _ in range(PAGE_SIZE)
    ]
    acls = [
        ec2.create_network_acl(VpcId=VPC_ID)["NetworkAcl"]["NetworkAclId"]
        for _ in range(PAGE_SIZE)
    ]
    groups = [
        ec2.create_security_group(GroupName=f"p{n}", Description="d", VpcId=VPC_ID)
        for n in range(PAGE_SIZE)
    ]
    for listing in (
        Listing("ec2", "describe_vpc_endpoints", "VpcEndpoints[].VpcEndpointId"),
        Listing(
            *("ec2", "describe_network_interfaces"),
            "NetworkInterfaces[].NetworkInterfaceId",
        ),
        Listing("ec2", "describe_subnets", "Subnets[].SubnetId", {"Filters": VPC}),
        Listing("ec2", "describe_route_tables", "RouteTables[].RouteTableId"),
        Listing("ec2", "describe_security_groups", "SecurityGroups[].GroupId"),
        Listing("ec2", "describe_network_acls", "NetworkAcls[].NetworkAclId"),
        Listing("ec2", "describe_vpc_endpoint_services", SERVICES, by_hand=True),
        Listing(
            *("route53", "list_hosted_zones_by_vpc"),
            "HostedZoneSummaries[].HostedZoneId",
            {"VPCId": VPC_ID, "VPCRegion": REGION},
            by_hand=True,
        ),
    ):
        pages = listing.pages(network.client(listing.service))
        items = {json.dumps(item) for page in pages for item in page}
        assert len(pages) > 1, listing.operation
        assert PAGE_SIZE == max(map(len, pages)), listing.operation
        assert len(items) == sum(map(len, pages)), listing.operation
    for subnet in subnets:
        ec2.delete_subnet(SubnetId=subnet)
    for table in tables:
        ec2.delete_route_table(RouteTableId=table)
    for acl in acls:
        ec2.delete_network_acl(NetworkAclId=acl)
    for made in groups:
        ec2.delete_security_group(GroupId=made["GroupId"])
    assert group


def test_what_goes_while_pages_are_turned_hides_nothing(
    ec2: Any, create: Callable[..., dict[str, Any]], control: Control
) -> None:
    services = ("ssm", "ssmmessages", "ec2messages", "kms", "logs", "monitoring")
    made = [create(service)["VpcEndpointId"] for service in services]
    first = ec2.describe_vpc_endpoints()
    ec2.delete_vpc_endpoints(VpcEndpointIds=made[:1])
    control.advance()
    second = ec2.describe_vpc_endpoints(NextToken=first["NextToken"])

    seen = [e["VpcEndpointId"] for p in (first, second) for e in p["VpcEndpoints"]]
    assert made == seen
    assert "NextToken" not in second


def test_a_zone_of_an_endpoint_that_goes_hides_no_other(
    network: Aws, ec2: Any, create: Callable[..., dict[str, Any]], control: Control
) -> None:
    services = ("ssm", "ssmmessages", "ec2messages", "kms", "logs", "monitoring")
    made = [create(s, PrivateDnsEnabled=True)["VpcEndpointId"] for s in services]
    ask = partial(
        network.client("route53").list_hosted_zones_by_vpc,
        VPCId=VPC_ID,
        VPCRegion=REGION,
    )
    first = ask()
    ec2.delete_vpc_endpoints(VpcEndpointIds=made[:1])
    control.advance()
    second = ask(NextToken=first["NextToken"])

    seen = [z["Name"] for p in (first, second) for z in p["HostedZoneSummaries"]]
    assert [f"{s}.{REGION}.amazonaws.com." for s in services] == seen


def test_a_token_that_was_never_given_is_refused(ec2: Any) -> None:
    code, _ = refusal(ec2.describe_vpc_endpoints, NextToken="nonsense")

    assert "InvalidNextToken" == code


def test_pages_of_resolver_and_records(network: Aws, group: str, control: Any) -> None:
    resolver, route53 = network.client("route53resolver"), network.client("route53")
    addresses = [
        {
            "SubnetId": subnet.subnet_id,
            "Ip": subnet.cidr.replace(".0/24", f".{200 + n}"),
        }
        for n in range(3)
        for subnet in SUBNETS
    ]
    asked = {"Direction": "INBOUND", "SecurityGroupIds": [group]}
    made = resolver.create_resolver_endpoint(
        CreatorRequestId="pages", Name="pages", IpAddresses=addresses, **asked
    )["ResolverEndpoint"]["Id"]
    listing = Listing(
        *("route53resolver", "list_resolver_endpoint_ip_addresses", "IpAddresses[].Ip"),
        {"ResolverEndpointId": made},
        expected=6,
    )
    judged(listing, listing.pages(resolver))
    resolver.delete_resolver_endpoint(ResolverEndpointId=made)
    zone = route53.create_hosted_zone(
        Name="pages.test",
        CallerReference="pages",
        VPC={"VPCRegion": REGION, "VPCId": VPC_ID},
        HostedZoneConfig={"PrivateZone": True},
    )["HostedZone"]["Id"]
    records = [
        {
            "Name": f"h{n}.pages.test",
            "Type": "A",
            "TTL": 60,
            "ResourceRecords": [{"Value": "10.0.0.1"}],
        }
        for n in range(MANY)
    ]
    for action in ("CREATE", "DELETE"):
        changes = [{"Action": action, "ResourceRecordSet": each} for each in records]
        route53.change_resource_record_sets(
            HostedZoneId=zone, ChangeBatch={"Changes": changes}
        )
        if action == "CREATE":
            listing = Listing(
                *("route53", "list_resource_record_sets"),
                "ResourceRecordSets[].[Name, Type]",
                {"HostedZoneId": zone},
            )
            judged(listing, listing.pages(route53))
    route53.delete_hosted_zone(Id=zone)
    control.advance()
