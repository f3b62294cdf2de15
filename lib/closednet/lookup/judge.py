"""
Checks over DNS answers: whose addresses are they, and are they private?
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from closednet.errors import LookupFailed
from closednet.model.report import Check


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from closednet.lookup.examination import Examination
    from closednet.lookup.resolver import Lookup


# A burst of more would overflow the buffer of a small DNS server.
AT_ONCE: Final = 8


@dataclass(frozen=True, slots=True)
class Vantage:
    """
    A server that is asked, and what stands for it in a claim.
    """

    server: str
    called: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Expectation:
    """
    A name, and exactly which addresses it must have.
    """

    name: str
    addresses: frozenset[str]
    of: str


def is_inside(address: str, cidr: str) -> bool:
    """
    Tell whether an address lies in a block.
    """
    return ip_address(address) in ip_network(cidr, strict=False)


def vantages(inbound: Iterable[str], servers: Iterable[str]) -> tuple[Vantage, ...]:
    """
    Return every place where names are asked: inbound addresses, DNS servers.
    """
    direct = "check the resolver security group and the route to the VPC"
    site = "check the forwarding rules of this DNS server, then flush its cache"
    return (
        *(Vantage(ip, f"inbound address {ip}", direct) for ip in inbound),
        *(Vantage(ip, f"DNS server {ip}", site) for ip in servers),
    )


def private_checks(
    lookup: Lookup,
    places: Iterable[Vantage],
    expected: Iterable[Expectation],
    proves: tuple[str, ...],
    examination: Examination | None = None,
) -> Iterator[Check]:
    """
    Yield one check a place and name: exactly our addresses, over udp and tcp.

    Where a check fails, `examination` says in which trap the server is.
    """
    names = tuple(expected)
    pairs = [(place, wanted) for place in places for wanted in names]
    with ThreadPoolExecutor(AT_ONCE) as threads:
        asked = [
            threads.submit(_private_check, lookup, place, wanted, proves)
            for place, wanted in pairs
        ]
    for (place, wanted), answer in zip(pairs, asked, strict=True):
        check = answer.result()
        if examination is not None and not check.passed:
            check = _explained(check, examination, place, wanted, names)
        yield check


def _explained(
    check: Check,
    examination: Examination,
    place: Vantage,
    wanted: Expectation,
    names: Sequence[Expectation],
) -> Check:
    return check.explained(examination.diagnosis(place.server, wanted, names))


def nodata_checks(
    lookup: Lookup,
    places: Iterable[Vantage],
    names: Iterable[str],
    proves: tuple[str, ...],
) -> list[Check]:
    """
    Check that no name has an IPv6 address, which servers might prefer.
    """
    asked = tuple(names)
    pairs = [(place, name) for place in places for name in asked]
    judge = partial(_nodata_check, lookup, proves)
    with ThreadPoolExecutor(AT_ONCE) as threads:
        return list(threads.map(judge, *zip(*pairs, strict=True))) if pairs else []


def _nodata_check(
    lookup: Lookup, proves: tuple[str, ...], place: Vantage, name: str
) -> Check:
    seen = outcome(lookup, place.server, name, "AAAA")
    return Check(
        f"{place.called} has no IPv6 address for {name}",
        seen == "NODATA",
        f"AAAA: {seen}",
        proves,
        subject=name,
        remedy="a public IPv6 answer means that the name is not answered by the VPC",
    )


def outcome(
    lookup: Lookup, server: str, name: str, rdtype: str = "A", *, tcp: bool = False
) -> str:
    """
    Return the addresses as text, or why there are none.
    """
    try:
        return lookup.at(server, name, rdtype, tcp=tcp).outcome
    except LookupFailed:
        return "no answer"


def _private_check(
    lookup: Lookup, place: Vantage, wanted: Expectation, proves: tuple[str, ...]
) -> Check:
    right = ", ".join(sorted(wanted.addresses))
    udp = outcome(lookup, place.server, wanted.name)
    tcp = outcome(lookup, place.server, wanted.name, tcp=True)
    same = udp if udp == tcp else f"udp: {udp}; tcp: {tcp}"
    return Check(
        f"{place.called} answers {wanted.name} with the addresses of {wanted.of}",
        bool(right) and udp == tcp == right,
        same if same == right else f"{same} (expected {right or 'an address'})",
        proves,
        subject=wanted.name,
        remedy=place.remedy,
    )
