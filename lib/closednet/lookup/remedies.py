"""
What mends a DNS server of each product, trap by trap.

Every line for BIND, unbound and dnsmasq is tried in the server of that name by the
tests; Windows DNS Server is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet.model.forwarders import Product

# One line of configuration; `{zone}` is filled in.
LINES: Final[dict[tuple[str, Product], str]] = {
    ("dnssec-without-internet", "bind"): 'validate-except {{ "{zone}"; }};',
    ("dnssec-without-internet", "unbound"): 'domain-insecure: "{zone}"',
    (
        "private-addresses-dropped",
        "bind",
    ): 'deny-answer-addresses {{ … }} except-from {{ "{zone}"; }};',
    ("private-addresses-dropped", "unbound"): 'private-domain: "{zone}"',
    ("private-addresses-dropped", "dnsmasq"): "rebind-domain-ok=/{zone}/",
    (
        "soa-above-zone",
        "bind",
    ): 'zone "{zone}" IN {{ type forward; forward only; forwarders {{ … }}; }};',
}
PLACES: Final[dict[Product, str]] = {
    "bind": "options { } of named.conf",
    "unbound": "the server: section of unbound.conf",
    "dnsmasq": "dnsmasq.conf",
    "windows": "Windows DNS Server",
}
SENTENCES: Final = {
    "dnssec-without-internet": "exempt {zone} from DNSSEC validation",
    "private-addresses-dropped": "allow private addresses in answers for {zone}",
    "zone-not-forwarded": "install the generated file, which has a rule for {zone},"
    " make sure that no other rule or zone is more specific, and flush the cache",
    "other-private-addresses": "flush its cache; then look for a zone, a hosts file or"
    " a response policy of its own that covers {zone}",
    "inbound-out-of-its-reach": "let this server reach both inbound addresses on port"
    " 53, udp and tcp (resolver security group, firewalls, return route); then"
    " compare its forward rules with the generated file",
    "soa-above-zone": "forward {zone} in place of the zones below it; all AWS names"
    " go to the inbound endpoint then",
    "tcp-unanswered": "let tcp port 53 of this server through, and have it listen there",
}


def line(trap: str, product: Product, zone: str) -> str:
    """
    Return the line of configuration that mends a trap, or nothing.
    """
    return LINES.get((trap, product), "").format(zone=zone)


def remedy(trap: str, product: Product, zone: str) -> str:
    """
    Return what to do, with the line and its place where there is one.
    """
    sentence = SENTENCES[trap].format(zone=zone)
    found = line(trap, product, zone)
    if not found:
        return sentence
    place = PLACES[product]
    if trap == "soa-above-zone":
        place = "named.conf"
    return f"{sentence}: add `{found}` to {place}"
