"""
Traps by what was seen: each named, and none where the evidence is missing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

import dns.edns
import dns.message
import pytest

from closednet.lookup.sight import SERVFAIL, TIMEOUT, Sight, read
from closednet.lookup.traps import Case, diagnose
from closednet.model.forwarders import Product


ZONE = "ssm.ap-northeast-1.amazonaws.com"
OURS = frozenset({"10.20.1.21", "10.20.2.21"})
RIGHT = Sight(ZONE, "NOERROR", OURS)
NODATA = Sight(ZONE, "NOERROR", soa=ZONE)
DROPPED = Sight(ZONE, "NOERROR")
BLOCKED = Sight(ZONE, "NOERROR", soa=ZONE, errors=(15,))
FAILED = Sight(ZONE, SERVFAIL)
BOGUS = Sight(ZONE, SERVFAIL, errors=(9,))
MISSING = Sight(ZONE, "NXDOMAIN", soa="amazonaws.com")
REFUSED = Sight(ZONE, "REFUSED")
PUBLIC = Sight(ZONE, "NOERROR", frozenset({"52.119.1.1"}))
OLD = Sight(ZONE, "NOERROR", frozenset({"10.20.1.21", "10.20.2.99"}))
SILENT = Sight(ZONE, TIMEOUT)
NO_AUTHORITY = dns.edns.EDECode.NO_REACHABLE_AUTHORITY
ABOVE = replace(NODATA, soa="amazonaws.com")
GOOD = Case(ZONE, OURS, RIGHT, NODATA, RIGHT, RIGHT, NODATA, NODATA, RIGHT)


def seen(*sights: Sight, neighbour_works: bool = False) -> Case:
    """
    Return a case with these sights at the server: A, A with CD, AAAA, AAAA with CD.
    """
    plain, unchecked, aaaa, aaaa_unchecked = sights
    return replace(
        GOOD,
        plain=plain,
        unchecked=unchecked,
        aaaa=aaaa,
        aaaa_unchecked=aaaa_unchecked,
        tcp=plain,
        neighbour_works=neighbour_works,
    )


CASES = {
    "right": (GOOD, []),
    "bind validates": (
        seen(FAILED, RIGHT, FAILED, NODATA),
        ["dnssec-without-internet"],
    ),
    "bind drops": (
        seen(FAILED, FAILED, NODATA, NODATA),
        ["private-addresses-dropped"],
    ),
    "bind does both": (
        seen(FAILED, FAILED, FAILED, NODATA),
        ["dnssec-without-internet", "private-addresses-dropped"],
    ),
    "unbound drops": (
        seen(DROPPED, DROPPED, NODATA, NODATA),
        ["private-addresses-dropped"],
    ),
    "unbound does both": (
        seen(FAILED, DROPPED, FAILED, NODATA),
        ["dnssec-without-internet", "private-addresses-dropped"],
    ),
    "dnsmasq drops and says so": (
        seen(BLOCKED, BLOCKED, NODATA, NODATA),
        ["private-addresses-dropped"],
    ),
    "no rule": (seen(PUBLIC, PUBLIC, NODATA, NODATA), ["zone-not-forwarded"]),
    "no rule, no such name": (
        seen(MISSING, MISSING, MISSING, MISSING),
        ["zone-not-forwarded"],
    ),
    "no rule, true NODATA": (
        seen(ABOVE, ABOVE, ABOVE, ABOVE),
        ["zone-not-forwarded"],
    ),
    "no rule, and validation": (
        seen(FAILED, MISSING, FAILED, MISSING),
        ["zone-not-forwarded"],
    ),
    "refused": (seen(REFUSED, REFUSED, REFUSED, REFUSED), ["zone-not-forwarded"]),
    "no rule, others work": (
        seen(FAILED, FAILED, FAILED, FAILED, neighbour_works=True),
        ["zone-not-forwarded"],
    ),
    "nothing works": (
        seen(FAILED, FAILED, FAILED, FAILED),
        ["inbound-out-of-its-reach"],
    ),
    "waits for ever": (
        seen(SILENT, SILENT, SILENT, SILENT),
        ["inbound-out-of-its-reach"],
    ),
    "one address is old": (
        seen(OLD, OLD, NODATA, NODATA),
        ["other-private-addresses"],
    ),
    "an SOA above": (
        replace(seen(RIGHT, RIGHT, FAILED, FAILED), direct_aaaa=ABOVE),
        ["soa-above-zone"],
    ),
    "udp only": (replace(GOOD, tcp=SILENT), ["tcp-unanswered"]),
}


@pytest.mark.parametrize("name", CASES)
def test_traps_are_named_by_what_was_seen(name: str) -> None:
    case, expected = CASES[name]

    assert expected == [trap.name for trap in diagnose(case)]


@pytest.mark.parametrize("name", CASES)
def test_the_server_is_not_blamed_for_the_inbound_endpoint(name: str) -> None:
    case, _ = CASES[name]

    assert () == diagnose(replace(case, direct=FAILED))
    assert () == diagnose(replace(case, expected=frozenset()))
    assert () == diagnose(replace(case, alive=False))


def test_a_failed_type_without_a_strange_soa_is_no_trap_of_ours() -> None:
    assert () == diagnose(seen(RIGHT, RIGHT, FAILED, FAILED))


def test_what_the_server_says_itself_is_in_the_evidence() -> None:
    (trap,) = diagnose(seen(BOGUS, RIGHT, BOGUS, NODATA))

    assert "extended error 9" in trap.evidence
    assert f'add `domain-insecure: "{ZONE}"` to' in trap.remedy("unbound")
    assert "windows" != trap.line("windows")


@pytest.mark.parametrize("product", get_args(Product))
@pytest.mark.parametrize("name", CASES)
def test_every_trap_has_a_remedy_for_every_product(name: str, product: Product) -> None:
    for trap in diagnose(CASES[name][0]):
        assert "{zone}" not in trap.remedy(product)
        assert trap.line(product) in trap.remedy(product)


def test_a_message_is_read_with_its_soa_and_its_errors() -> None:
    query = dns.message.make_query(ZONE, "AAAA", use_edns=0)
    answer = dns.message.make_response(query)
    answer.use_edns(options=[dns.edns.EDEOption(NO_AUTHORITY, "nobody answers")])
    soa = f"{ZONE}. 60 IN SOA ns.{ZONE}. h.{ZONE}. 1 2 3 4 5"
    answer.authority = dns.message.from_text(f"id 1\n;AUTHORITY\n{soa}").authority
    sight = read(ZONE, "AAAA", answer)

    assert Sight(ZONE, "NOERROR", soa=ZONE, errors=(22,)) == sight
    assert ("NODATA", TIMEOUT) == (sight.outcome, read(ZONE, "A", None).outcome)
