"""
The firewall matrix: who must reach whom, on which port, and why.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal


if TYPE_CHECKING:
    from collections.abc import Iterable


Protocol = Literal["tcp", "udp"]

HTTPS: Final = 443
DNS: Final = 53


@dataclass(frozen=True, slots=True, order=True)
class FirewallRule:
    """
    One row for the firewall team; answers come back on the same connection.
    """

    source: str
    destination: str
    protocol: Protocol
    port: int
    why: str


def matrix(
    *,
    host_cidrs: Iterable[str],
    dns_servers: Iterable[str],
    endpoint_targets: Iterable[str],
    inbound_ips: Iterable[str],
) -> tuple[FirewallRule, ...]:
    """
    Return every flow that the site needs.

    Args:
        host_cidrs: The servers, as the endpoints see them (after any NAT).
        dns_servers: The site's DNS servers, which forward.
        endpoint_targets: Addresses of the interface endpoints, or the CIDRs of
            their subnets as long as there are no endpoints.
        inbound_ips: The addresses of the Resolver inbound endpoint.
    """
    hosts, servers = _unique(host_cidrs), _unique(dns_servers)
    https = [
        FirewallRule(host, target, "tcp", HTTPS, "AWS APIs and packages by PrivateLink")
        for host in hosts
        for target in _unique(endpoint_targets)
    ]
    return (
        *https,
        *_dns(hosts, servers, "the servers ask the site's DNS"),
        *_dns(servers, _unique(inbound_ips), "the site's DNS forwards AWS names"),
    )


def _dns(
    sources: tuple[str, ...], destinations: tuple[str, ...], why: str
) -> tuple[FirewallRule, ...]:
    protocols: tuple[Protocol, ...] = ("udp", "tcp")
    return tuple(
        FirewallRule(source, destination, protocol, DNS, why)
        for source in sources
        for destination in destinations
        for protocol in protocols
    )


def _unique(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(names))
