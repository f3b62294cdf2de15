"""
What a drawing of the site's network shows.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.model import network_design


if TYPE_CHECKING:
    from closednet.params.site import SiteParams


@dataclass(frozen=True, slots=True)
class Topology:
    """
    The site on one side, AWS on the other.
    """

    site: str
    region: str
    hosts: tuple[tuple[str, str, str], ...]
    dns_servers: tuple[str, ...]
    on_premises: tuple[str, ...]
    vpc: str
    subnets: tuple[tuple[str, str, str], ...]
    services: tuple[str, ...]
    network_account: str
    management_account: str
    zones: tuple[str, ...] = ()


def of(params: SiteParams) -> Topology:
    """
    Return the network that the parameters describe.
    """
    network = params.network
    return Topology(
        site=params.site,
        region=params.region,
        hosts=tuple((h.name, h.address, h.os) for h in params.hosts),
        dns_servers=network.dns_servers,
        on_premises=network.on_premises_cidrs,
        vpc=f"{network.vpc_id} {network.vpc_cidr}",
        subnets=tuple(
            (s.availability_zone, s.cidr, s.inbound_ip) for s in network.subnets
        ),
        services=params.endpoints.services,
        network_account=params.accounts.network.id,
        management_account=params.accounts.management.id,
        zones=tuple(zone.name for zone in network_design.hosted_zones(params)),
    )
