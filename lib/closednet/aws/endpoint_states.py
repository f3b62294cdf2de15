"""
What is known of an interface endpoint as it is.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class NetworkInterface:
    """
    One address of an endpoint and where it is.
    """

    ip: str
    subnet: str
    availability_zone: str
    groups: frozenset[str]


@dataclass(frozen=True, slots=True)
class AliasTarget:
    """
    What an alias record needs to point to an endpoint.
    """

    name: str
    zone_id: str


@dataclass(frozen=True, slots=True)
class EndpointState:
    """
    An endpoint as it is: state, addresses, and its own Regional name.

    `name` has `bucket` in place of the wildcard label of S3's endpoint, because
    a wildcard is not a host; `alias` keeps it.
    """

    endpoint_id: str
    service: str
    state: str
    interfaces: tuple[NetworkInterface, ...]
    name: str
    alias: AliasTarget | None
    private_dns: bool
    error: str

    @property
    def addresses(self) -> frozenset[str]:
        """
        The private addresses under which the service is reached.
        """
        return frozenset(interface.ip for interface in self.interfaces)
