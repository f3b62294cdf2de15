"""
What must be there before the first step: read, never written.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import AwsDenied, AwsError


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account

ENDPOINTS_PER_VPC: Final = "L-29B6F2EB"
TARGETS: Final = (
    *("TransitGatewayId", "GatewayId", "VpcPeeringConnectionId"),
    *("NetworkInterfaceId", "InstanceId", "NatGatewayId"),
)


@dataclass(frozen=True, slots=True)
class Vpc:
    """
    A VPC as it is.
    """

    cidrs: tuple[str, ...]
    dns_support: bool
    dns_hostnames: bool


@dataclass(frozen=True, slots=True)
class SubnetState:
    """
    A subnet as it is.
    """

    vpc_id: str
    availability_zone: str
    cidr: str
    free_addresses: int


@dataclass(frozen=True, slots=True)
class Route:
    """
    A route of a subnet: where it leads, and whether it works.
    """

    destination: str
    target: str
    active: bool


class Surroundings:
    """
    Reads the VPC in the network account.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def vpc(self, vpc_id: str) -> Vpc | None:
        """
        Return the VPC, or None if the account has none of this id.
        """
        client = self._account.ec2
        with self._account.call("ec2:DescribeVpcs", vpc_id):
            found = client.describe_vpcs(Filters=[_filter("vpc-id", vpc_id)])["Vpcs"]
        if not found:
            return None
        with self._account.call("ec2:DescribeVpcAttribute", vpc_id):
            support = client.describe_vpc_attribute(
                VpcId=vpc_id, Attribute="enableDnsSupport"
            )
            names = client.describe_vpc_attribute(
                VpcId=vpc_id, Attribute="enableDnsHostnames"
            )
        blocks = found[0].get("CidrBlockAssociationSet", ())
        more = [block["CidrBlock"] for block in blocks]
        return Vpc(
            tuple(dict.fromkeys([found[0]["CidrBlock"], *more])),
            bool(support["EnableDnsSupport"].get("Value")),
            bool(names["EnableDnsHostnames"].get("Value")),
        )

    def subnets(self, vpc_id: str) -> dict[str, SubnetState]:
        """
        Return the subnets of a VPC by id.
        """
        with self._account.call("ec2:DescribeSubnets", vpc_id):
            pages = self._account.ec2.get_paginator("describe_subnets")
            found = pages.paginate(
                Filters=[_filter("vpc-id", vpc_id)]
            ).build_full_result()
        return {
            raw["SubnetId"]: SubnetState(
                raw["VpcId"],
                raw["AvailabilityZone"],
                raw["CidrBlock"],
                raw["AvailableIpAddressCount"],
            )
            for raw in found["Subnets"]
        }

    def routes(self, vpc_id: str, subnets: Iterable[str]) -> dict[str, list[Route]]:
        """
        Return the routes of each subnet; without a table of its own, the main one.
        """
        with self._account.call("ec2:DescribeRouteTables", vpc_id):
            pages = self._account.ec2.get_paginator("describe_route_tables")
            found = pages.paginate(
                Filters=[_filter("vpc-id", vpc_id)]
            ).build_full_result()
        main: list[Route] = []
        own: dict[str, list[Route]] = {}
        for raw in found["RouteTables"]:
            routes = [_route(item) for item in raw["Routes"]]
            for association in raw.get("Associations", ()):
                if association.get("Main"):
                    main = routes
                if "SubnetId" in association:
                    own[association["SubnetId"]] = routes
        return {subnet: own.get(subnet, main) for subnet in subnets}

    def users_of(self, vpc_id: str, addresses: Iterable[str]) -> dict[str, str]:
        """
        Return who uses each of these addresses, as far as somebody does.
        """
        wanted = set(addresses)
        with self._account.call("ec2:DescribeNetworkInterfaces", vpc_id):
            pages = self._account.ec2.get_paginator("describe_network_interfaces")
            found = pages.paginate(
                Filters=[_filter("vpc-id", vpc_id)]
            ).build_full_result()
        return {
            item["PrivateIpAddress"]: raw.get("Description")
            or raw["NetworkInterfaceId"]
            for raw in found["NetworkInterfaces"]
            for item in raw.get("PrivateIpAddresses", ())
            if item.get("PrivateIpAddress") in wanted
        }

    def offered(self, services: Iterable[str]) -> dict[str, frozenset[str]]:
        """
        Return the zones in which each endpoint service is offered, by full name.
        """
        request: dict[str, Any] = {
            "Filters": [
                _filter("service-name", *services),
                _filter("service-type", "Interface"),
            ]
        }
        offers: dict[str, frozenset[str]] = {}
        while True:
            with self._account.call("ec2:DescribeVpcEndpointServices"):
                answer = self._account.ec2.describe_vpc_endpoint_services(**request)
            for item in answer.get("ServiceDetails", ()):
                zones = frozenset(item.get("AvailabilityZones", ()))
                offers[item["ServiceName"]] = zones
            if not answer.get("NextToken"):
                return offers
            request["NextToken"] = answer["NextToken"]

    def endpoint_quota(self) -> int | None:
        """
        Return how many interface endpoints a VPC may have, if that is readable.

        Raises:
            AwsDenied: The operator has other policies than those that we print.
        """
        try:
            with self._account.call("servicequotas:GetServiceQuota", "vpc"):
                answer = self._account.service_quotas.get_service_quota(
                    ServiceCode="vpc", QuotaCode=ENDPOINTS_PER_VPC
                )
        except AwsDenied:
            raise
        except AwsError:
            return None
        return int(answer["Quota"]["Value"])

    def forward_rules(self, vpc_id: str) -> dict[str, str]:
        """
        Return the names that Resolver rules of the VPC send elsewhere, by name.
        """
        client = self._account.route53resolver
        with self._account.call("route53resolver:ListResolverRules", vpc_id):
            pages = client.get_paginator("list_resolver_rules").paginate()
            rules = pages.build_full_result()["ResolverRules"]
        with self._account.call("route53resolver:ListResolverRuleAssociations", vpc_id):
            links = client.get_paginator("list_resolver_rule_associations").paginate()
            found = links.build_full_result()["ResolverRuleAssociations"]
        used = {link["ResolverRuleId"] for link in found if link["VPCId"] == vpc_id}
        return {
            rule["DomainName"].rstrip("."): rule["Id"]
            for rule in rules
            if rule["RuleType"] == "FORWARD" and rule["Id"] in used
        }


def _filter(name: str, *values: str) -> Any:
    return {"Name": name, "Values": list(values)}


def _route(raw: Any) -> Route:
    target = next((str(raw[name]) for name in TARGETS if raw.get(name)), "nowhere")
    return Route(
        str(raw.get("DestinationCidrBlock", "")),
        target,
        raw.get("State", "active") == "active",
    )
