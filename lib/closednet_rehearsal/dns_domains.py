"""
Which DNS domains a VPC already answers: zones and endpoints' private names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends

from closednet_rehearsal.settings import ACCOUNTS, REGION


if TYPE_CHECKING:
    from collections.abc import Iterator


def zones_of_vpc(vpc_id: str) -> Iterator[tuple[str, Any]]:
    """
    Yield (owning account, zone) of each private zone associated with the VPC.
    """
    for account in ACCOUNTS:
        for zone in route53_backends[account]["aws"].zones.values():
            if any(vpc["vpc_id"] == vpc_id for vpc in zone.vpcs):
                yield account, zone


def endpoints_of_vpc(vpc_id: str) -> Iterator[Any]:
    """
    Yield the endpoints of a VPC that are not on their way out.
    """
    for account in ACCOUNTS:
        for endpoint in ec2_backends[account][REGION].vpc_end_points.values():
            if endpoint.vpc_id == vpc_id and endpoint.state != "deleting":
                yield endpoint


def vpc_exists(vpc_id: str) -> bool:
    """
    Return whether any account of the rehearsal has this VPC.
    """
    return any(vpc_id in ec2_backends[account][REGION].vpcs for account in ACCOUNTS)


def private_name_owner(vpc_id: str, name: str) -> Any | None:
    """
    Return the endpoint whose private DNS answers `name` in the VPC, or None.
    """
    wanted = name.rstrip(".")
    for endpoint in endpoints_of_vpc(vpc_id):
        kind = endpoint.service.kind
        enabled = kind == "Interface" and endpoint.private_dns_enabled
        if enabled and wanted in endpoint.service.private_names:
            return endpoint
    return None


def zone_named(vpc_id: str, names: tuple[str, ...]) -> Any | None:
    """
    Return the private zone of the VPC that has one of these names, or None.
    """
    for _, zone in zones_of_vpc(vpc_id):
        if zone.name.rstrip(".") in names:
            return zone
    return None
