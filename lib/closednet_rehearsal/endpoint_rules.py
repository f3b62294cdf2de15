"""
What AWS refuses when an endpoint is created or modified.
"""

from __future__ import annotations

import json

from ipaddress import IPv4Address
from typing import Any, Final

from closednet_rehearsal.dns_domains import (
    endpoints_of_vpc,
    private_name_owner,
    zone_named,
)
from closednet_rehearsal.endpoint import taken_addresses
from closednet_rehearsal.endpoint_services import Service, find_service
from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.quotas import within


_POLICY_LIMIT: Final = 20_480


def checked_service(name: str, kind: str, region: str) -> Service:
    """
    Return the service, or refuse a name that the Region does not offer.
    """
    service = find_service(name, kind, region)
    if service is None:
        raise Refusal(
            "InvalidServiceName", f"The Vpc Endpoint Service '{name}' does not exist"
        )
    return service


def check_policy(document: str | None) -> None:
    """
    Refuse a policy that is not a JSON object of statements, or too long.
    """
    if document is None:
        return
    try:
        policy = json.loads(document)
    except ValueError:
        policy = None
    valid = isinstance(policy, dict) and "Statement" in policy
    if not valid or len(document) > _POLICY_LIMIT:
        raise Refusal("InvalidPolicyDocument", "Invalid policy document")


def check_groups(backend: Any, vpc_id: str, group_ids: list[str]) -> None:
    """
    Refuse security groups that the VPC does not have.
    """
    within(
        "security_groups_per_interface",
        len(group_ids),
        "SecurityGroupsPerInterfaceLimitExceeded",
        "The maximum number of security groups per interface has been reached.",
    )
    for group_id in group_ids:
        if group_id not in backend.groups[vpc_id]:
            raise Refusal(
                "InvalidSecurityGroupID.NotFound",
                f"The security group '{group_id}' does not exist in VPC '{vpc_id}'",
            )


def check_subnets(backend: Any, vpc_id: str, subnet_ids: list[str]) -> None:
    """
    Refuse unknown subnets, subnets of other VPCs, and two in one zone.
    """
    zones: set[str] = set()
    for subnet_id in subnet_ids:
        subnet = backend.get_subnet(subnet_id)
        if subnet.vpc_id != vpc_id:
            raise Refusal(
                "InvalidParameter",
                f"The subnet '{subnet_id}' does not belong to VPC '{vpc_id}'",
            )
        if subnet.availability_zone in zones:
            raise Refusal(
                "DuplicateSubnetsInSameZone",
                "Found another VPC endpoint subnet in the availability zone of "
                f"{subnet_id}. VPC endpoint subnets should be in different "
                "availability zones supported by the VPC endpoint service.",
            )
        zones.add(subnet.availability_zone)


def check_zones(backend: Any, service: Service, subnet_ids: list[str]) -> None:
    """
    Refuse subnets in zones where the service is not offered.
    """
    for subnet_id in subnet_ids:
        zone = backend.get_subnet(subnet_id).availability_zone
        if zone not in service.availability_zones:
            raise Refusal(
                "InvalidParameter",
                f"The VPC endpoint service {service.name} does not support the "
                f"availability zone of the subnet: {subnet_id}.",
            )


def check_quota(backend: Any, vpc_id: str, kind: str) -> None:
    """
    Refuse one endpoint more than the VPC, or for gateways the Region, may have.
    """
    alike = [
        each for each in backend.vpc_end_points.values() if each.service.kind == kind
    ]
    if kind == "Gateway":
        quota, count = "gateway_endpoints_per_region", len(alike)
    else:
        quota = "interface_endpoints_per_vpc"
        count = sum(each.vpc_id == vpc_id for each in alike)
    within(
        quota,
        count + 1,
        "VpcEndpointLimitExceeded",
        "The maximum number of VPC endpoints has been reached.",
    )


def check_address(backend: Any, subnet_id: str, address: str) -> None:
    """
    Refuse an address that is outside its subnet, reserved, or taken.
    """
    subnet = backend.get_subnet(subnet_id)
    wanted = IPv4Address(address)
    if wanted not in subnet.cidr or wanted in subnet.aws_reserved_ips:
        raise Refusal(
            "InvalidParameter",
            f"Address {address} does not fall within the subnet's address range",
        )
    if address in taken_addresses(subnet):
        raise Refusal(
            "InvalidIPAddress.InUse", f"The address {address} is already in use"
        )


def check_private_dns(vpc: Any, service: Service, own_id: str | None = None) -> None:
    """
    Refuse private DNS where the VPC lacks DNS or answers the names already.
    """
    if not (vpc.enable_dns_support and vpc.enable_dns_hostnames):
        raise Refusal(
            "InvalidParameter",
            "Enabling private DNS requires both enableDnsSupport and "
            f"enableDnsHostnames VPC attributes set to true for {vpc.id}",
        )
    for name in service.private_names:
        owner = private_name_owner(vpc.id, name)
        zone = zone_named(vpc.id, (name,))
        if zone is not None or (owner is not None and owner.id != own_id):
            raise Refusal(
                "InvalidParameter",
                "private-dns-enabled cannot be set because there is already a "
                f"conflicting DNS domain for {name} in the VPC {vpc.id}",
            )


def has_gateway(vpc_id: str, service: Service) -> bool:
    """
    Return whether the VPC has a gateway endpoint for the same service.
    """
    return any(
        endpoint.service.kind == "Gateway" and endpoint.service_name == service.name
        for endpoint in endpoints_of_vpc(vpc_id)
    )


def check_inbound_only(vpc_id: str, service: Service) -> None:
    """
    Refuse inbound-only private DNS without the gateway endpoint it relies on.
    """
    if service.label != "s3":
        raise Refusal(
            "InvalidParameter",
            "PrivateDnsOnlyForInboundResolverEndpoint is not supported for "
            f"{service.name}",
        )
    if not has_gateway(vpc_id, service):
        raise Refusal(
            "InvalidParameter",
            "To set PrivateDnsOnlyForInboundResolverEndpoint to true, the VPC "
            f"{vpc_id} must have a gateway endpoint for the service.",
        )
