"""
The servers on premises: three with names, and as many more as are asked for.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.settings import ON_PREMISES_DNS_SERVER


if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


@dataclass(frozen=True, slots=True)
class Machine:
    """
    One simulated server.
    """

    name: str
    address: str
    os: str
    os_version: str
    arch: str = "amd64"


NAMED: Final = (
    Machine("web01", "192.168.10.11", "ubuntu", "22.04"),
    Machine("web02", "192.168.10.12", "ubuntu", "24.04"),
    Machine("db01", "192.168.10.21", "rhel", "9"),
)
_FIRST: Final = IPv4Address("192.168.10.31")
_KINDS: Final = (("ubuntu", "22.04"), ("ubuntu", "24.04"), ("rhel", "9"))


def machines(count: int) -> tuple[Machine, ...]:
    """
    Return `count` servers; the same ones whenever the count is the same.
    """
    made = list(NAMED[:count])
    addresses = _addresses()
    for number in range(len(NAMED) + 1, count + 1):
        system, version = _KINDS[number % len(_KINDS)]
        made.append(Machine(f"srv{number:04d}", next(addresses), system, version))
    return tuple(made)


def networks(hosts: Sequence[Machine]) -> tuple[str, ...]:
    """
    Return the /24 networks that the servers and their DNS server stand in.
    """
    addresses = [ON_PREMISES_DNS_SERVER, *(host.address for host in hosts)]
    firsts = {address.rpartition(".")[0] for address in addresses}
    return tuple(f"{first}.0/24" for first in sorted(firsts))


def _addresses() -> Iterator[str]:
    address = _FIRST
    while True:
        last = int(address) % 256
        if last not in {0, 255} and str(address) != ON_PREMISES_DNS_SERVER:
            yield str(address)
        address += 1
