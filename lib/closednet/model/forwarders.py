"""
Forwarder configurations for the people who run the site's DNS servers.

Every zone goes to the Resolver inbound endpoint, and nowhere else when that is
silent: a public answer would send the servers out of the closed network.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Literal


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence


Product = Literal["bind", "unbound", "dnsmasq", "windows"]
Style = Literal["narrow", "broad"]

TITLE: Final = "AWS names of this site, to the Route 53 Resolver inbound endpoint"


def zones(
    region: str, services: Iterable[str], style: Style = "narrow"
) -> tuple[str, ...]:
    """
    Return the zones to forward: one a service, or all names of the Region.

    The endpoints' own names (`vpce`) are not below the Region's, so their zone
    is always among them.
    """
    suffix = "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
    regional = f"{region}.{suffix}"
    below = {"narrow": [f"{name}.{regional}" for name in services], "broad": [regional]}
    return tuple(dict.fromkeys([*below[style], f"{region}.vpce.{suffix}"]))


def bind(zones: Sequence[str], targets: Sequence[str]) -> str:
    """
    Return forward zones for BIND 9, a file for `include` in named.conf.
    """
    servers = " ".join(f"{target};" for target in targets)
    blocks = [
        f'zone "{zone}" IN {{ type forward; forward only; forwarders {{ {servers} }}; }};'
        for zone in zones
    ]
    traps = [
        "If named validates DNSSEC without a way to the internet (SERVFAIL), or",
        "drops private addresses, add these to options { }:",
        *(f"  {line}" for line in bind_options(zones).splitlines()),
    ]
    return _text("//", "BIND 9", blocks, traps, removal("bind", zones))


def bind_options(zones: Sequence[str]) -> str:
    """
    Return the statements for BIND's `options` that such a site may need.
    """
    names = " ".join(f'"{zone}";' for zone in zones)
    return (
        f"validate-except {{ {names} }};\n"
        f"// with deny-answer-addresses: except-from {{ {names} }}\n"
    )


def unbound(zones: Sequence[str], targets: Sequence[str]) -> str:
    """
    Return forward zones for unbound, a file below unbound.conf.d.

    Without `private-domain` answers arrive empty where `private-address` is
    set; without `domain-insecure` a validator without internet says SERVFAIL.
    """
    lines = ["server:"]
    for zone in zones:
        lines += [f'    domain-insecure: "{zone}"', f'    private-domain: "{zone}"']
    for zone in zones:
        lines += ["", "forward-zone:", f'    name: "{zone}"']
        lines += [f"    forward-addr: {target}" for target in targets]
        lines += ["    forward-first: no"]
    return _text("#", "unbound", lines, [], removal("unbound", zones))


def dnsmasq(zones: Sequence[str], targets: Sequence[str]) -> str:
    """
    Return forward zones for dnsmasq, a file below dnsmasq.d.

    With `stop-dns-rebind` private answers arrive empty unless the zone is in
    `rebind-domain-ok`.
    """
    lines = [f"server=/{zone}/{target}" for zone in zones for target in targets]
    lines.append(f"rebind-domain-ok=/{'/'.join(zones)}/")
    return _text("#", "dnsmasq", lines, [], removal("dnsmasq", zones))


def windows(zones: Sequence[str], targets: Sequence[str]) -> str:
    """
    Return conditional forwarders for Windows DNS Server, as PowerShell.
    """
    servers = ",".join(targets)
    lines = [
        f'Add-DnsServerConditionalForwarderZone -Name "{zone}" -MasterServers {servers}'
        for zone in zones
    ]
    traps = ['Stored in Active Directory: add -ReplicationScope "Forest" to each line.']
    undo = removal("windows", zones)
    return _text(
        "#", "Windows DNS Server", [*lines, "Clear-DnsServerCache -Force"], traps, undo
    )


RENDERERS: Final[dict[Product, Callable[[Sequence[str], Sequence[str]], str]]] = {
    "bind": bind,
    "unbound": unbound,
    "dnsmasq": dnsmasq,
    "windows": windows,
}


def render(product: Product, zones: Sequence[str], targets: Sequence[str]) -> str:
    """
    Return the configuration for one product.
    """
    return RENDERERS[product](zones, targets)


def removal(product: Product, zones: Sequence[str]) -> tuple[str, ...]:
    """
    Return what takes the configuration out of service again, step by step.
    """
    windows_steps = [f'Remove-DnsServerZone -Name "{zone}" -Force' for zone in zones]
    steps: dict[Product, tuple[str, ...]] = {
        "bind": (
            "delete the include of this file and what was added to options { }",
            "named-checkconf && rndc reconfig && rndc flush",
        ),
        "unbound": (
            "delete this file",
            "unbound-checkconf && unbound-control reload",
        ),
        "dnsmasq": (
            "delete this file",
            "dnsmasq --test && systemctl restart dnsmasq",
        ),
        "windows": (*windows_steps, "Clear-DnsServerCache -Force"),
    }
    return steps[product]


def _text(
    mark: str,
    product: str,
    body: Sequence[str],
    traps: Sequence[str],
    undo: Sequence[str],
) -> str:
    """
    Join the parts; everything but the body is a comment.
    """
    head = [f"{mark} {product}: {TITLE}.", ""]
    notes = [f"{mark} {line}" for line in traps]
    back = [f"{mark} To remove it again:", *(f"{mark}   {step}" for step in undo)]
    parts = [*head, *body, "", *notes, *back]
    return "\n".join(parts) + "\n"
