"""
A small state of the world to resolve against, without moto.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet_rehearsal.dns.names import Names
from closednet_rehearsal.dns.state import Endpoint, Interface, Zone, ZoneRecord


if TYPE_CHECKING:
    from closednet_rehearsal.dns.answer import Answer


REGION = "ap-northeast-1"
SSM_LABEL = "vpce-0aaa-rand0001"
S3_LABEL = "vpce-0bbb-rand0002"
S3_VPCE = f"{S3_LABEL}.s3.{REGION}.vpce.amazonaws.com"
S3_ZONE = f"s3.{REGION}.amazonaws.com"


def endpoint(service: str, label: str, net: int, *, star: str = "") -> Endpoint:
    """
    Return an endpoint with two interfaces and AWS's names.
    """
    below = f"{service}.{REGION}.vpce.amazonaws.com"
    return Endpoint(
        label,
        (
            f"{star}{label}.{below}",
            f"{star}{label}-{REGION}a.{below}",
            f"{star}{label}-{REGION}c.{below}",
            f"{service}.{REGION}.amazonaws.com",
        ),
        (
            Interface(f"10.20.1.{net}", f"{REGION}a"),
            Interface(f"10.20.2.{net}", f"{REGION}c"),
        ),
        private_dns=not star,
    )


SSM = endpoint("ssm", SSM_LABEL, 21)
S3 = endpoint("s3", S3_LABEL, 22, star="*.")
ALIASES = Zone(
    S3_ZONE,
    (
        ZoneRecord(S3_ZONE, "A", alias=f"*.{S3_VPCE}"),
        ZoneRecord(f"\\052.{S3_ZONE}", "A", alias=f"\\052.{S3_VPCE}."),
    ),
)


@dataclass(slots=True)
class StillWorld:
    """
    A state of the world that stays as it is written down.
    """

    known_endpoints: tuple[Endpoint, ...] = (SSM, S3)
    known_zones: tuple[Zone, ...] = (ALIASES,)
    inbound: tuple[str, ...] = ("10.20.1.10", "10.20.2.10")

    def endpoints(self) -> tuple[Endpoint, ...]:
        """
        Return the endpoints written down.
        """
        return self.known_endpoints

    def zones(self) -> tuple[Zone, ...]:
        """
        Return the zones written down.
        """
        return self.known_zones

    def inbound_endpoint_ips(self) -> tuple[str, ...]:
        """
        Return the addresses written down.
        """
        return self.inbound


@dataclass(slots=True)
class StillView:
    """
    A view of a still world, for the servers.
    """

    world: StillWorld

    def resolve(self, qname: str, qtype: str) -> Answer:
        """
        Return the answer to one question.
        """
        return Names(self.world).resolve(qname, qtype)

    def listens(self) -> bool:
        """
        Say whether there is an inbound endpoint.
        """
        return bool(self.world.inbound)
