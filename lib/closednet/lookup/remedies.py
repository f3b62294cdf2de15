"""
What mends a DNS server of each product, trap by trap.

Every line for BIND, unbound and dnsmasq is tried in the server of that name by the
tests; Windows DNS Server is not.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.model.causes import CAUSES


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


def line(trap: str, product: Product, zone: str) -> str:
    """
    Return the line of configuration that mends a trap, or nothing.
    """
    return LINES.get((trap, product), "").format(zone=zone)


def remedy(trap: str, product: Product, zone: str) -> str:
    """
    Return what to do, with the line and its place where there is one.
    """
    sentence = CAUSES[trap].remedy_for(zone=zone)
    found = line(trap, product, zone)
    if not found:
        return sentence
    place = PLACES[product]
    if trap == "soa-above-zone":
        place = "named.conf"
    return f"{sentence}: add `{found}` to {place}"
