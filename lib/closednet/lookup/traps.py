"""
Names why a DNS server of the site spoils a right answer, and the line that mends it.

The traps are those that BIND 9.18, unbound 1.17 and dnsmasq 2.90 were seen to fall
into when they forward names with private addresses and have no internet. A trap is
named only when what was seen excludes the others; nothing here asks anybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Final

from closednet.lookup import remedies
from closednet.lookup.sight import TIMEOUT


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet.lookup.sight import Sight
    from closednet.model.forwarders import Product

# Extended DNS errors (RFC 8914) with which a server says it itself.
BLOCKED: Final = frozenset({4, 15, 16, 17, 18})
# RFC 1918, and what carriers share (RFC 6598).
INSIDE: Final = tuple(
    map(ip_network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10"))
)
DNSSEC: Final = frozenset({5, 6, 7, 8, 9, 10, 11, 12})


@dataclass(frozen=True, slots=True)
class Case:
    """
    What a DNS server and the inbound endpoint say of one name in one zone.

    `direct` and `direct_aaaa` come from the inbound endpoint itself; all others
    from the DNS server. `neighbour_works` says that it answers a name of another
    forwarded zone rightly, so that it does reach the inbound endpoint; `alive`
    that it answers anything.
    """

    zone: str
    expected: frozenset[str]
    direct: Sight
    direct_aaaa: Sight
    plain: Sight
    unchecked: Sight
    aaaa: Sight
    aaaa_unchecked: Sight
    tcp: Sight
    neighbour_works: bool = False
    alive: bool = True

    @property
    def works(self) -> bool:
        """
        Whether the server gives our addresses.
        """
        return self.plain.addresses == self.expected

    @property
    def unvalidated(self) -> Sight:
        """
        The answer as it is without the server's own validation.
        """
        return self.unchecked if self.plain.failed else self.plain

    @property
    def aaaa_unvalidated(self) -> Sight:
        """
        The answer for IPv6 as it is without the server's own validation.
        """
        return self.aaaa_unchecked if self.aaaa.failed else self.aaaa


@dataclass(frozen=True, slots=True)
class Trap:
    """
    A trap by its name, what showed it, and what to do about it.
    """

    name: str
    cause: str
    evidence: str
    zone: str

    def line(self, product: Product) -> str:
        """
        Return the line to add to the configuration of `product`, or nothing.
        """
        return remedies.line(self.name, product, self.zone)

    def remedy(self, product: Product) -> str:
        """
        Return what to do on a DNS server of that kind, in one sentence.
        """
        return remedies.remedy(self.name, product, self.zone)


def diagnose(case: Case) -> tuple[Trap, ...]:
    """
    Return the traps that a case shows; none if the server is not to blame.

    Where the inbound endpoint itself does not give the expected addresses, or the
    server does not answer at all, nothing is said of the server's configuration.
    """
    blameless = not case.expected or case.direct.addresses != case.expected
    if blameless or not case.alive:
        return ()
    found = [rule(case) for rule in RULES]
    return tuple(trap for trap in found if trap is not None)


def _dnssec(case: Case) -> Trap | None:
    """
    Validation fails, and only validation: without it the answer comes.
    """
    right = case.unchecked.addresses == case.expected
    came = right or _dropped(case.unchecked) or case.aaaa_unchecked.empty
    if case.works or not case.plain.failed or not came or not case.aaaa.failed:
        return None
    return _trap(
        "dnssec-without-internet",
        "it validates DNSSEC and cannot reach the root servers, which the closed"
        " network does not lead to",
        case,
        f"SERVFAIL, but {case.unvalidated.outcome} without validation (CD);"
        f" AAAA: SERVFAIL, but {case.aaaa_unchecked.outcome} without",
        DNSSEC,
    )


def _filter(case: Case) -> Trap | None:
    """
    The name is forwarded; the private addresses are taken out of the answer.
    """
    silently = _dropped(case.unvalidated)
    loudly = case.unvalidated.failed and case.aaaa_unvalidated.empty
    if case.works or not (silently or loudly):
        return None
    return _trap(
        "private-addresses-dropped",
        "it drops answers with private addresses (protection against DNS rebinding)",
        case,
        f"A: {case.unvalidated.outcome} where the inbound endpoint says"
        f" {case.direct.outcome}; AAAA: {case.aaaa_unvalidated.outcome}",
        BLOCKED,
    )


def _not_forwarded(case: Case) -> Trap | None:
    """
    The answer is somebody else's, or none while other zones are answered.
    """
    seen = case.unvalidated
    public = bool(seen.addresses) and not any(map(_is_private, seen.addresses))
    elsewhere = seen.empty and not _dropped(seen)
    denied = seen.rcode in {"NXDOMAIN", "REFUSED"} or elsewhere
    alone = _all_failed(case) and case.neighbour_works
    if case.works or not (public or denied or alone):
        return None
    beside = ", while it answers another forwarded zone rightly" if alone else ""
    return _trap(
        "zone-not-forwarded",
        f"it does not forward {case.zone} to the inbound endpoint",
        case,
        f"{seen.outcome} where the inbound endpoint says {case.direct.outcome}{beside}",
    )


def _foreign(case: Case) -> Trap | None:
    """
    Private addresses, but not those that the inbound endpoint gives now.
    """
    seen = case.unvalidated.addresses
    if case.works or not any(map(_is_private, seen)) or seen == case.expected:
        return None
    return _trap(
        "other-private-addresses",
        "it keeps an old answer, or has a zone of its own for this name",
        case,
        f"{case.unvalidated.outcome} where the inbound endpoint says"
        f" {case.direct.outcome}",
    )


def _unanswered(case: Case) -> Trap | None:
    """
    Nothing comes back, validated or not, for any type or zone.
    """
    if not _all_failed(case) or case.neighbour_works:
        return None
    return _trap(
        "inbound-out-of-its-reach",
        "what it forwards brings no answer, whereas the inbound endpoint answers here",
        case,
        f"{case.plain.outcome} for A and AAAA, with and without validation, and in no"
        " other forwarded zone a right answer",
    )


def _soa(case: Case) -> Trap | None:
    """
    "Nothing of that type" is refused, because a zone above vouches for it.
    """
    owner = case.direct_aaaa.soa
    above = bool(owner) and owner != case.zone and case.zone.endswith(f".{owner}")
    refused = case.aaaa.failed and case.aaaa_unchecked.failed
    if not (case.works and refused and above and case.direct_aaaa.empty):
        return None
    return _trap(
        "soa-above-zone",
        f"it refuses answers whose SOA record ({owner}) stands above the forwarded"
        f" zone ({case.zone}), so clients that ask for IPv6 first fail",
        case,
        f"A: {case.plain.outcome}; AAAA: SERVFAIL with and without validation, where"
        f" the inbound endpoint says NODATA with the SOA of {owner}",
        zone=owner,
    )


def _tcp(case: Case) -> Trap | None:
    """
    The same question gets no answer as soon as it is asked over TCP.
    """
    if not case.works or case.tcp.addresses == case.expected:
        return None
    return _trap(
        "tcp-unanswered",
        "it answers over udp only",
        case,
        f"udp: {case.plain.outcome}; tcp: {case.tcp.outcome}",
    )


RULES: Final[tuple[Callable[[Case], Trap | None], ...]] = (
    _dnssec,
    _filter,
    _not_forwarded,
    _foreign,
    _unanswered,
    _soa,
    _tcp,
)


def _trap(
    name: str,
    cause: str,
    case: Case,
    evidence: str,
    codes: frozenset[int] = frozenset(),
    *,
    zone: str = "",
) -> Trap:
    said = sorted({*case.plain.errors, *case.aaaa.errors} & codes)
    if said:
        evidence += f"; it says so itself (extended error {said[0]})"
    return Trap(name, cause, evidence, zone or case.zone)


def _dropped(sight: Sight) -> bool:
    """
    Tell whether records were taken out: a true NODATA brings its SOA along.
    """
    return sight.empty and (not sight.soa or bool(BLOCKED & set(sight.errors)))


def _all_failed(case: Case) -> bool:
    sights = (case.plain, case.unchecked, case.aaaa, case.aaaa_unchecked)
    return all(sight.failed or sight.rcode == TIMEOUT for sight in sights)


def _is_private(address: str) -> bool:
    """
    Tell whether an address is of a network that sites use inside themselves.

    Python calls private what is merely not global, such as the addresses that
    documents use.
    """
    return any(ip_address(address) in network for network in INSIDE)
