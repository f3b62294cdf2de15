"""
The part of the rehearsed AWS state that DNS answers depend on.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Interface:
    """
    One network interface of an endpoint.
    """

    ip: str
    availability_zone: str


@dataclass(frozen=True, slots=True)
class Endpoint:
    """
    An interface endpoint: its DNS names as AWS lists them, and its addresses.
    """

    endpoint_id: str
    dns_names: tuple[str, ...]
    interfaces: tuple[Interface, ...]
    private_dns: bool = True


@dataclass(frozen=True, slots=True)
class ZoneRecord:
    """
    A record set of a hosted zone; an alias has a target instead of values.
    """

    name: str
    rtype: str
    values: tuple[str, ...] = ()
    alias: str = ""
    ttl: int = 60


@dataclass(frozen=True, slots=True)
class Zone:
    """
    A private hosted zone associated with the VPC.
    """

    name: str
    records: tuple[ZoneRecord, ...]


class WorldState(Protocol):
    """
    What a VPC's resolver knows, as the rehearsed AWS has it at this moment.
    """

    def endpoints(self) -> tuple[Endpoint, ...]:
        """
        Return the interface endpoints that answer (available or deleting).
        """

    def zones(self) -> tuple[Zone, ...]:
        """
        Return the private hosted zones associated with the VPC.
        """

    def inbound_endpoint_ips(self) -> tuple[str, ...]:
        """
        Return the addresses of operational inbound endpoints.
        """


def normal(name: str) -> str:
    """
    Return a DNS name as we compare it: lower case, no last dot, a plain star.
    """
    return name.replace("\\052", "*").rstrip(".").lower()


def is_below(name: str, zone: str) -> bool:
    """
    Say whether `name` is `zone` or a name below it.
    """
    return name == zone or name.endswith(f".{zone}")
