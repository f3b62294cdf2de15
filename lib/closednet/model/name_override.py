"""
What the site's DNS servers serve themselves while AWS's answer moves.

Each file takes the place of the forwarder's configuration: all zones are forwarded as
before, but one, whose every name gets the endpoint's addresses. A marker, which no
other answer has, shows that it is in service.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.model import forwarders


if TYPE_CHECKING:
    from collections.abc import Callable

MARKER: Final = "closednet-override"
MARKER_ADDRESS: Final = "192.0.2.53"  # RFC 5737: of documentation, nobody's
TTL: Final = 5
ZONE_FILE: Final = "closednet-override.zone"


@dataclass(frozen=True, slots=True)
class Overridden:
    """
    A zone and its addresses, the other zones, and where those are forwarded.
    """

    zone: str
    addresses: tuple[str, ...]
    others: tuple[str, ...]
    targets: tuple[str, ...]


def bind(told: Overridden) -> str:
    """
    Return what BIND includes instead; the zone itself is a file of its own.
    """
    own = f'zone "{told.zone}" IN {{ type primary; file "{ZONE_FILE}"; }};\n'
    head = f"// {ZONE_FILE} belongs into the directory that `options` names.\n"
    return head + own + forwarders.bind(told.others, told.targets)


def zone_file(told: Overridden) -> str:
    """
    Return the zone for BIND.
    """
    lines = [
        f"$ORIGIN {told.zone}.",
        f"$TTL {TTL}",
        f"@ IN SOA localhost. nobody.invalid. 1 3600 600 86400 {TTL}",
        "@ IN NS localhost.",
        *(f"{name} IN A {ip}" for name in ("@", "*") for ip in told.addresses),
        f"{MARKER} IN A {MARKER_ADDRESS}",
    ]
    return "\n".join(lines) + "\n"


def unbound(told: Overridden) -> str:
    """
    Return what unbound includes instead.
    """
    marker = f"{MARKER}.{told.zone}"
    lines = [
        "server:",
        f'    domain-insecure: "{told.zone}"',
        f'    private-domain: "{told.zone}"',
        f'    local-zone: "{told.zone}." redirect',
        *(f'    local-data: "{told.zone}. {TTL} A {ip}"' for ip in told.addresses),
        f'    local-zone: "{marker}." redirect',
        f'    local-data: "{marker}. {TTL} A {MARKER_ADDRESS}"',
        "",
    ]
    return "\n".join(lines) + forwarders.unbound(told.others, told.targets)


def dnsmasq(told: Overridden) -> str:
    """
    Return what dnsmasq includes instead; an older one gives the last address only.
    """
    lines = [
        *(f"address=/{told.zone}/{ip}" for ip in told.addresses),
        f"address=/{MARKER}.{told.zone}/{MARKER_ADDRESS}",
        f"local-ttl={TTL}",
        "",
    ]
    return "\n".join(lines) + forwarders.dnsmasq(told.others, told.targets)


def windows(told: Overridden) -> str:
    """
    Return what is run on Windows DNS Server: the forwarder goes, a zone comes.
    """
    ttl = f"-TimeToLive 00:00:0{TTL}"
    added = f'Add-DnsServerResourceRecordA -ZoneName "{told.zone}"'
    lines = [
        f'Remove-DnsServerZone -Name "{told.zone}" -Force -ErrorAction SilentlyContinue',
        f'Add-DnsServerPrimaryZone -Name "{told.zone}" -ZoneFile "{told.zone}.dns"',
        *(
            f'{added} -Name "{name}" -IPv4Address {ip} {ttl}'
            for name in ("@", "*")
            for ip in told.addresses
        ),
        f'{added} -Name "{MARKER}" -IPv4Address {MARKER_ADDRESS} {ttl}',
        "Clear-DnsServerCache -Force",
        f'# To take it back: Remove-DnsServerZone -Name "{told.zone}" -Force',
        "# and then what the forwarder's file says, again.",
    ]
    return "\n".join(lines) + "\n"


RENDERERS: Final[dict[forwarders.Product, Callable[[Overridden], str]]] = {
    "bind": bind,
    "unbound": unbound,
    "dnsmasq": dnsmasq,
    "windows": windows,
}


def file_name(product: str) -> str:
    """
    Return the name of the file for a product.
    """
    return f"s3-override-{product}.conf"


def files(told: Overridden) -> dict[str, str]:
    """
    Return the files for the DNS administrator, by name.
    """
    texts = {file_name(name): render(told) for name, render in RENDERERS.items()}
    return texts | {ZONE_FILE: zone_file(told)}
