"""
Whether a packet of the site reaches an address in the VPC, and its answer comes back.

As at AWS: the site's firewall, then the subnet's network ACL in both directions
(which keeps no state), the security groups of the interface, and the route back.
"""

from __future__ import annotations

from ipaddress import ip_address, ip_network
from typing import TYPE_CHECKING, Any, Final

from moto.ec2.models import ec2_backends

from closednet_rehearsal.settings import NETWORK_ACCOUNT, REGION, VPC_ID


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from closednet_rehearsal.world import World

ANY: Final = "-1"
NUMBERS: Final = {"6": "tcp", "17": "udp", "-1": "-1"}
# What Linux takes for its own end of a connection.
EPHEMERAL: Final = (32768, 60999)
PUBLIC: Final = ("igw-", "nat-", "local")


def lost(world: World, source: str, to: str, protocol: str, port: int) -> str:
    """
    Return where a packet or its answer is lost, or nothing if both arrive.
    """
    with world.lock:
        if world.site.drops(protocol, port, to):
            return "the site's firewall drops it"
        backend = ec2_backends[NETWORK_ACCOUNT][REGION]
        interface = _interface(backend, to)
        if interface is None:
            return "nobody in the VPC has this address"
        return next(_obstacles(backend, interface, source, protocol, port), "")


def _obstacles(
    backend: Any, interface: Any, source: str, protocol: str, port: int
) -> Iterator[str]:
    subnet = interface.subnet.id
    acl = _network_acl(backend, subnet)
    if acl is not None and not _passes(acl, source, protocol, (port, port), out=False):
        yield f"network ACL {acl.id} drops it"
    groups = interface.group_set
    if not any(_admits(rule, source, protocol, port) for rule in _rules(groups)):
        yield "no security group of the interface lets it in"
    if acl is not None and not _passes(acl, source, protocol, EPHEMERAL, out=True):
        yield f"network ACL {acl.id} drops the answer"
    if not _returns(backend, subnet, source):
        yield f"subnet {subnet} knows no way back"


def _interface(backend: Any, address: str) -> Any:
    return next(
        (
            eni
            for eni in backend.enis.values()
            if eni.subnet.vpc_id == VPC_ID
            and any(
                one["PrivateIpAddress"] == address for one in eni.private_ip_addresses
            )
        ),
        None,
    )


def _network_acl(backend: Any, subnet: str) -> Any:
    acls = [acl for acl in backend.network_acls.values() if acl.vpc_id == VPC_ID]
    own = [
        acl
        for acl in acls
        if any(link.subnet_id == subnet for link in acl.associations)
    ]
    return next(iter(own), next((acl for acl in acls if acl.default), None))


def _passes(
    acl: Any, peer: str, protocol: str, ports: tuple[int, int], *, out: bool
) -> bool:
    """
    Judge by the first rule in order that fits; ports of a range all have to pass.
    """
    entries = sorted(
        (entry for entry in acl.network_acl_entries if _is_on(entry.egress) is out),
        key=lambda entry: int(entry.rule_number),
    )
    for entry in entries:
        spoken = NUMBERS.get(str(entry.protocol), str(entry.protocol))
        fits = spoken in {ANY, protocol} and _is_in(peer, entry.cidr_block)
        if fits and _overlap(entry, ports):
            return str(entry.rule_action) == "allow"
    return False


def _overlap(entry: Any, ports: tuple[int, int]) -> bool:
    first, last = entry.port_range_from, entry.port_range_to
    if first is None or str(entry.protocol) == ANY:
        return True
    return int(first) <= ports[1] and ports[0] <= int(last)


def _rules(groups: Iterable[Any]) -> Iterator[Any]:
    for group in groups:
        yield from group.ingress_rules


def _admits(rule: Any, source: str, protocol: str, port: int) -> bool:
    if str(rule.ip_protocol) not in {ANY, protocol}:
        return False
    if str(rule.ip_protocol) != ANY:
        first, last = int(rule.from_port or 0), int(rule.to_port or 0)
        if not first <= port <= last:
            return False
    return _is_in(source, (rule.ip_range or {}).get("CidrIp"))


def _returns(backend: Any, subnet: str, source: str) -> bool:
    routes = [
        route
        for route in _routes(backend, subnet)
        if route.destination_cidr_block and _is_in(source, route.destination_cidr_block)
    ]
    if not routes:
        return False
    best = max(routes, key=lambda r: ip_network(r.destination_cidr_block).prefixlen)
    public = best.local or best.nat_gateway is not None
    return best.state == "active" and not (
        public or str(best.gateway_id or "").startswith(PUBLIC)
    )


def _routes(backend: Any, subnet: str) -> list[Any]:
    tables = [t for t in backend.route_tables.values() if t.vpc_id == VPC_ID]
    own = [t for t in tables if any(_named(a, subnet) for a in t.associations)]
    main = [t for t in tables if any(a.get("Main") for a in t.associations)]
    return list(next(iter((*own, *main))).routes) if own or main else []


def _named(association: dict[str, Any], subnet: str) -> bool:
    return association.get("SubnetId") == subnet


def _is_in(address: str, block: str | None) -> bool:
    return bool(block) and ip_address(address) in ip_network(str(block), strict=False)


def _is_on(value: Any) -> bool:
    return str(value).lower() == "true"
