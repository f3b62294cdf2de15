"""
Reads forwarder configurations as far as forwarding is concerned.
"""

from __future__ import annotations

import re

from dataclasses import dataclass
from typing import Final

from closednet_rehearsal.dns.state import normal


@dataclass(frozen=True, slots=True)
class Forwarding:
    """
    A zone, and the servers its questions are forwarded to.
    """

    zone: str
    targets: tuple[str, ...] = ()


# What the DNS server on premises reads: a list of zones, below the work directory.
ZONES_FILE: Final = "dns/forward-zones.json"
# What it answers itself: addresses by name, which hold for all names below, too.
LOCAL_FILE: Final = "dns/local-names.json"
COMMENT: Final = re.compile(
    r"/\*.*?\*/|(?:(?<=\s)|^)(?://|#).*?$", re.DOTALL | re.MULTILINE
)
IP: Final = re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b")
NAME: Final = re.compile(r"(?:[a-z0-9_-]+\.)+[a-z]{2,}\.?", re.IGNORECASE)
BIND: Final = re.compile(
    r'zone\s+"([^"]+)"(?:\s+IN)?\s*\{\s*type\s+forward;(.*?)\}\s*;\s*\}\s*;',
    re.DOTALL | re.IGNORECASE,
)
UNBOUND: Final = re.compile(r"^forward-zone:((?:\s+[a-z-]+:.*$)+)", re.MULTILINE)
UNBOUND_NAME: Final = re.compile(r'^\s+name:\s*"?([^"\s]+)"?', re.MULTILINE)
UNBOUND_TARGET: Final = re.compile(r"^\s+forward-addr:\s*([0-9.]+)", re.MULTILINE)
DNSMASQ: Final = re.compile(r"^\s*server=/(.+)/([0-9.]+)(?:#\d+)?\s*$", re.MULTILINE)
UNBOUND_DATA: Final = re.compile(
    r'^\s+local-data:\s*"(\S+)\s+\d+\s+A\s+([0-9.]+)"', re.MULTILINE
)
DNSMASQ_ADDRESS: Final = re.compile(r"^\s*address=/([^/]+)/([0-9.]+)\s*$", re.MULTILINE)
WINDOWS: Final = re.compile(
    r"Add-DnsServerConditionalForwarderZone\b(.*)$", re.MULTILINE | re.IGNORECASE
)
WINDOWS_NAME: Final = re.compile(r"-Name\s+[\"']?([^\"'\s]+)", re.IGNORECASE)
WINDOWS_TARGETS: Final = re.compile(r"-MasterServers\s+([^-]+)", re.IGNORECASE)


def read_local(text: str) -> dict[str, tuple[str, ...]]:
    """
    Return what a configuration lets the server answer itself, by zone or name.
    """
    plain = COMMENT.sub("", text)
    found: dict[str, tuple[str, ...]] = {}
    for reader in (UNBOUND_DATA, DNSMASQ_ADDRESS):
        for name, ip in reader.findall(plain):
            found[normal(name)] = (*found.get(normal(name), ()), ip)
    return found


def read_config(text: str) -> tuple[Forwarding, ...]:
    """
    Return what a configuration forwards, whichever of the formats it has.
    """
    plain = COMMENT.sub("", text)
    readers = (_bind, _unbound, _dnsmasq, _windows, _list)
    return next((found for reader in readers if (found := reader(plain))), ())


def _bind(text: str) -> tuple[Forwarding, ...]:
    return tuple(
        Forwarding(normal(zone), tuple(IP.findall(body)))
        for zone, body in BIND.findall(text)
    )


def _unbound(text: str) -> tuple[Forwarding, ...]:
    return tuple(
        Forwarding(normal(zone), tuple(UNBOUND_TARGET.findall(body)))
        for body in UNBOUND.findall(text)
        for zone in UNBOUND_NAME.findall(body)
    )


def _dnsmasq(text: str) -> tuple[Forwarding, ...]:
    return tuple(
        Forwarding(normal(zone), (target,))
        for zones, target in DNSMASQ.findall(text)
        for zone in zones.split("/")
    )


def _windows(text: str) -> tuple[Forwarding, ...]:
    return tuple(
        Forwarding(normal(zone), tuple(IP.findall(targets)))
        for line in WINDOWS.findall(text)
        for zone in WINDOWS_NAME.findall(line)
        for targets in WINDOWS_TARGETS.findall(line)
    )


def _list(text: str) -> tuple[Forwarding, ...]:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    if not all(NAME.fullmatch(line) for line in lines):
        return ()
    return tuple(Forwarding(normal(line)) for line in lines)
