"""
Whether AWS lets a packet of the site in and its answer out; pure judgements.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from closednet.aws.admissions import Admission
    from closednet.aws.network_acls import NetworkAcl
    from closednet.aws.surroundings import Route

ANY: Final = "-1"
# The ports that Linux and Windows take for their own end of a connection.
EPHEMERAL: Final = (32768, 60999)


@dataclass(frozen=True, slots=True)
class Flow:
    """
    Packets from a block of the site to one port in the VPC.
    """

    source: str
    protocol: str
    port: int


def admitted(flow: Flow, rules: Iterable[Admission]) -> bool:
    """
    Tell whether security groups let a flow in.

    Who stands behind another group or a prefix list is not known here: such a rule
    for this port is taken for one that lets the site in.
    """
    return any(
        rule.protocol in {ANY, flow.protocol}
        and (rule.protocol == ANY or rule.first <= flow.port <= rule.last)
        and (bool(rule.others) or any(_covers(c, flow.source) for c in rule.cidrs))
        for rule in rules
    )


def let_in(flow: Flow, acl: NetworkAcl) -> bool:
    """
    Tell whether a network ACL lets the requests of a flow in.
    """
    return _passes(acl, flow, (flow.port, flow.port), outbound=False)


def let_out(flow: Flow, acl: NetworkAcl) -> bool:
    """
    Tell whether a network ACL lets the answers of a flow out.
    """
    return _passes(acl, flow, EPHEMERAL, outbound=True)


def _passes(
    acl: NetworkAcl, flow: Flow, ports: tuple[int, int], *, outbound: bool
) -> bool:
    rules = sorted(
        (rule for rule in acl.rules if rule.outbound is outbound),
        key=lambda rule: rule.number,
    )
    for rule in rules:
        first, last = rule.ports
        fits = rule.protocol in {ANY, flow.protocol} and rule.cidr
        if fits and _meets(rule.cidr, flow.source):
            if first <= ports[0] and ports[1] <= last:
                return rule.allows and _covers(rule.cidr, flow.source)
            if first <= ports[1] and ports[0] <= last and not rule.allows:
                return False
    return False


def way_back(cidr: str, routes: Sequence[Route]) -> Route | None:
    """
    Return the most specific route that covers a block.
    """
    covering = [
        route
        for route in routes
        if route.destination and _covers(route.destination, cidr)
    ]
    return max(
        covering, key=lambda r: ip_network(r.destination).prefixlen, default=None
    )


def is_private_way(route: Route) -> bool:
    """
    Tell whether a route leads out of the VPC, but not to the internet.
    """
    public = route.target.startswith(("igw-", "nat-", "local", "nowhere"))
    return route.active and not public


def _covers(wide: str, narrow: str) -> bool:
    outer, inner = ip_network(wide, strict=False), ip_network(narrow, strict=False)
    return (
        outer.version == inner.version
        and outer.prefixlen <= inner.prefixlen
        and inner.network_address in outer
    )


def _meets(one: str, other: str) -> bool:
    return ip_network(one, strict=False).overlaps(ip_network(other, strict=False))
