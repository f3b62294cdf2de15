"""
Causes of wrong or missing answers: the inbound endpoint asked directly, then the
site's DNS servers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.lookup.examination import Examination
from closednet.lookup.judge import Expectation
from closednet.lookup.sight import TIMEOUT
from closednet.model import network_design
from closednet.model.causes import Diagnosis, find
from closednet.model.causes.cause import together
from closednet.model.specs.network import regional_name


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.diagnosis.reading import Reading
    from closednet.lookup.resolver import Lookup
    from closednet.lookup.sight import Sight
    from closednet.model.causes import Finding
    from closednet.params.site import SiteParams

# What may be in the way where AWS itself is in order.
OPEN: Final = "AWS's rules, routes and network ACLs let it through"


@dataclass(frozen=True, slots=True)
class Asked:
    """
    One name asked at one inbound address, over both protocols.
    """

    server: str
    udp: Sight
    tcp: Sight

    @property
    def silent(self) -> frozenset[str]:
        """
        The protocols over which nothing came.
        """
        seen = {"udp": self.udp, "tcp": self.tcp}
        return frozenset(p for p, sight in seen.items() if sight.rcode == TIMEOUT)


def expected(params: SiteParams, seen: Reading) -> tuple[Expectation, ...]:
    """
    Return the names that endpoints answer, and the addresses that are right.

    S3's own names are right as soon as the hosted zone is there.
    """
    names = [
        (service, regional_name(service, params.region))
        for service, state in seen.endpoints.items()
        if state.private_dns
    ]
    s3 = seen.endpoints.get("s3")
    if s3 is not None:
        names.append(("s3", s3.name))
        if seen.records:
            apex = network_design.zone_name(params)
            names += [("s3", apex), ("s3", f"amazon-ssm-{params.region}.{apex}")]
    return tuple(
        Expectation(name, seen.endpoints[service].addresses, f"the {service} endpoint")
        for service, name in names
    )


def diagnose(params: SiteParams, lookup: Lookup, seen: Reading) -> Diagnosis:
    """
    Ask the inbound addresses and the DNS servers, and say what is wrong.

    AWS's configuration must be in order: what it explains is not asked for here.
    """
    wanted = expected(params, seen)
    if not wanted:
        return Diagnosis()
    first = wanted[0]
    asked = [
        Asked(ip, lookup.see(ip, first.name), lookup.see(ip, first.name, tcp=True))
        for ip in network_design.inbound_ips(params)
    ]
    works = {
        server: lookup.see(server, first.name).addresses == first.addresses
        for server in params.network.dns_servers
    }
    direct = tuple(_inbound(asked, any_server_works=any(works.values())))
    blocked = any(finding.cause == "firewall-drops-dns" for finding in direct)
    servers = () if blocked else _servers(params, lookup, wanted)
    return together([Diagnosis(direct), *servers])


def _inbound(asked: list[Asked], *, any_server_works: bool) -> Iterator[Finding]:
    silent = [one.silent for one in asked]
    shown = "; ".join(
        f"{one.server} udp: {one.udp.outcome}, tcp: {one.tcp.outcome}" for one in asked
    )
    both = frozenset({"udp", "tcp"})
    if all(one == both for one in silent):
        cause = (
            "operator-cannot-ask-inbound" if any_server_works else "firewall-drops-dns"
        )
        yield find(cause, f"{shown}; {OPEN}")
    elif both in silent:
        for one in asked:
            if one.silent == both:
                yield find("one-inbound-address-silent", f"{shown}; {OPEN}", one.server)
    else:
        for protocol in ("udp", "tcp"):
            if any(protocol in one for one in silent):
                yield find(f"firewall-drops-dns-{protocol}", f"{shown}; {OPEN}")


def _servers(
    params: SiteParams, lookup: Lookup, wanted: tuple[Expectation, ...]
) -> Iterator[Diagnosis]:
    examination = examination_of(params, lookup)
    zones: dict[str, list[Expectation]] = {}
    for name in wanted:
        zones.setdefault(examination.zone_of(name.name), []).append(name)
    for server in params.network.dns_servers:
        if lookup.see(server, "localhost").rcode == TIMEOUT:
            yield Diagnosis(
                (find("dns-server-silent", "no answer even for localhost", server),)
            )
            continue
        for names in zones.values():
            bad = next((n for n in names if _is_wrong(lookup, server, n)), names[0])
            yield examination.diagnosis(server, bad, wanted)


def _is_wrong(lookup: Lookup, server: str, wanted: Expectation) -> bool:
    return lookup.see(server, wanted.name).addresses != wanted.addresses


def examination_of(params: SiteParams, lookup: Lookup) -> Examination:
    """
    Return what examines the site's DNS servers.
    """
    return Examination(
        lookup,
        inbound=network_design.inbound_ips(params),
        zones=network_design.forwarded_zones(params),
        product=params.name_resolution.dns_product,
    )
