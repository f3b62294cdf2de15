"""
The network of a site as an inline drawing.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.render.labels import ENGLISH, Labels
from closednet.render.series import FONT, INK
from closednet.render.tables import escape, wrap


if TYPE_CHECKING:
    from closednet.params import SiteParams

WIDTH: Final = 960
SINGLE_HOSTS: Final = 8
BOX: Final = 250
BOX_TEXT: Final = 34
TOP: Final = 70
GAP: Final = 24
SERVICES: Final = ("Systems Manager", "CloudWatch", "CloudWatch Logs", "S3", "KMS")
LINE: Final = 16
SERVER, NAME, CLOUD, PLAIN = "#eaf5ea", "#fdf3dc", "#e7f0fd", "#f6f8fa"


@dataclass(frozen=True, slots=True)
class Topology:
    """
    What the drawing shows: the site on the left, AWS on the right.
    """

    site: str
    region: str
    hosts: tuple[tuple[str, str, str], ...]
    dns_servers: tuple[str, ...]
    on_premises: tuple[str, ...]
    vpc: str
    subnets: tuple[tuple[str, str, str], ...]
    services: tuple[str, ...]
    network_account: str
    management_account: str
    zones: tuple[str, ...] = ()
    labels: Labels = ENGLISH


def of(params: SiteParams) -> Topology:
    """
    Return the network that the parameters describe.
    """
    network = params.network
    return Topology(
        site=params.site,
        region=params.region,
        hosts=tuple((h.name, h.address, h.os) for h in params.hosts),
        dns_servers=network.dns_servers,
        on_premises=network.on_premises_cidrs,
        vpc=f"{network.vpc_id} {network.vpc_cidr}",
        subnets=tuple(
            (s.availability_zone, s.cidr, s.inbound_ip) for s in network.subnets
        ),
        services=params.endpoints.services,
        network_account=params.accounts.network.id,
        management_account=params.accounts.management.id,
        zones=(f"s3.{params.region}.amazonaws.com",),
    )


def lines(topology: Topology) -> tuple[str, ...]:
    """
    Return the network in words.
    """
    return (
        f"site {topology.site}: {', '.join(topology.on_premises)}",
        f"  servers: {'; '.join(server_lines(topology))}",
        f"  DNS servers: {', '.join(topology.dns_servers)}",
        "private link",
        f"account {topology.network_account}, {topology.region}: {topology.vpc}",
        *(
            f"  {zone}: {cidr}, inbound endpoint {address}"
            for zone, cidr, address in topology.subnets
        ),
        f"  interface endpoints: {', '.join(topology.services)}",
        f"  private hosted zones: {', '.join(topology.zones) or 'none'}",
        f"account {topology.management_account}: Systems Manager, CloudWatch",
    )


def server_lines(topology: Topology) -> tuple[str, ...]:
    """
    Return the servers one by one, or counted by system where they are many.
    """
    hosts = topology.hosts
    if len(hosts) <= SINGLE_HOSTS:
        return tuple(f"{name} {address} {system}" for name, address, system in hosts)
    systems = Counter(system for _, _, system in hosts)
    return (
        f"{len(hosts):,} servers",
        *(f"{count:,} {system}" for system, count in sorted(systems.items())),
        f"{hosts[0][1]} to {hosts[-1][1]}",
    )


def svg(topology: Topology) -> str:
    """
    Return the drawing; its size does not grow with the number of servers.
    """
    labels, zones = topology.labels, {zone for zone, _, _ in topology.subnets}
    inbound = tuple(f"{address} · {zone}" for zone, _, address in topology.subnets)
    subnets = tuple(f"{cidr} · {zone}" for zone, cidr, _ in topology.subnets)
    site, site_tops, site_end = _stack(
        24,
        (labels.servers, server_lines(topology), SERVER),
        (labels.dns_servers, topology.dns_servers, NAME),
    )
    vpc, vpc_tops, vpc_end = _stack(
        420,
        (labels.endpoints, (", ".join(topology.services),), CLOUD),
        (labels.inbound, inbound, NAME),
        (labels.zone, topology.zones, PLAIN),
        (labels.subnets.format(len(zones)), subnets, PLAIN),
    )
    aws, aws_tops, aws_end = _stack(740, (labels.services, SERVICES, CLOUD))
    height = max(site_end, vpc_end, aws_end) + 20
    links = (
        _arrow(274, site_tops[0] + 14, 420, vpc_tops[0] + 14, "HTTPS 443"),
        _arrow(274, site_tops[1] + 14, 420, vpc_tops[1] + 14, "DNS 53"),
        _arrow(670, vpc_tops[0] + 14, 740, aws_tops[0] + 14, ""),
    )
    return _page(height, "".join([*_sides(topology, height), *links, site, vpc, aws]))


def _sides(topology: Topology, height: int) -> tuple[str, ...]:
    """
    Return the three frames: the site, the network account, the Region.
    """
    labels, networks = topology.labels, ", ".join(topology.on_premises[:2])
    networks += labels.more if len(topology.on_premises) > 2 else ""  # noqa: PLR2004
    owner = labels.account.format(topology.network_account)
    manager = labels.account.format(topology.management_account)
    return (
        _side(8, 282, height, (labels.site.format(topology.site), networks)),
        _text(306, 30, labels.private_link, bold=True),
        _side(404, 282, height, (topology.vpc, owner)),
        _side(726, 226, height, (topology.region, manager)),
    )


def _stack(
    x: int, *boxes: tuple[str, tuple[str, ...], str]
) -> tuple[str, tuple[int, ...], int]:
    """
    Return boxes under each other, where each begins, and where the last ends.
    """
    top, drawn, tops = TOP, [], []
    for title, content, fill in boxes:
        box, height = _box(x, top, title, content, fill)
        drawn.append(box)
        tops.append(top)
        top += height + GAP
    return "".join(drawn), tuple(tops), top


def _page(height: int, body: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img" style="max-width:100%"'
        f' font-family="{FONT}" font-size="12">'
        '<defs><marker id="closednet-tip" viewBox="0 0 8 8" refX="7" refY="4"'
        ' markerWidth="8" markerHeight="8" orient="auto">'
        '<path d="M0,0 L8,4 L0,8 z" fill="#51606f"/></marker></defs>'
        f'<rect width="{WIDTH}" height="{height}" fill="#ffffff"/>{body}</svg>'
    )


def _side(x: int, width: int, height: int, words: tuple[str, str]) -> str:
    title, note = words
    return (
        f'<rect x="{x}" y="8" width="{width}" height="{height - 16}" rx="8"'
        ' fill="none" stroke="#9aa7b5" stroke-dasharray="5 4"/>'
        + _text(x + 12, 30, title, bold=True)
        + _text(x + 12, 48, note)
    )


def _box(
    x: int, y: int, title: str, content: tuple[str, ...], fill: str
) -> tuple[str, int]:
    """
    Return a box with its lines, and its height.
    """
    width = min(BOX, WIDTH - 30 - x)
    shown = [line for text in content for line in wrap(text, BOX_TEXT)]
    height = 30 + LINE * len(shown)
    texts = [
        _text(x + 10, y + 38 + LINE * place, line) for place, line in enumerate(shown)
    ]
    frame = (
        f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="5"'
        f' fill="{fill}" stroke="#51606f"/>'
    )
    return frame + _text(x + 10, y + 19, title, bold=True) + "".join(texts), height


def _arrow(x1: int, y1: int, x2: int, y2: int, label: str) -> str:
    middle, height = (x1 + x2) // 2, (y1 + y2) // 2
    return (
        f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" stroke="#51606f"'
        ' stroke-width="1.5" marker-end="url(#closednet-tip)"/>'
        + _text(middle - 30, height - 8, label)
    )


def _text(x: int, y: int, words: str, *, bold: bool = False) -> str:
    weight = ' font-weight="600"' if bold else ""
    return f'<text x="{x}" y="{y}" fill="{INK}"{weight}>{escape(words)}</text>'
