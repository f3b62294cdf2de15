"""
Troubles with the network between site and VPC.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from moto.ec2.models.route_tables import Route

from closednet_rehearsal.settings import INBOUND_IPS
from closednet_rehearsal.trouble import vpc
from closednet_rehearsal.trouble.trouble import Trouble
from closednet_rehearsal.way.site import Blocked


if TYPE_CHECKING:
    from closednet_rehearsal.trouble.trouble import Scene, Undo

AGENT: Final = "ssm-agent"
INBOUND: Final = "inbound-endpoint"
PREFLIGHT: Final = "preflight"
ELSEWHERE: Final = "172.31.0.0/16"
DENY: Final = 50


class DeadRoute(Route):
    """
    A route whose target lost its attachment.
    """

    @property
    def state(self) -> str:
        return "blackhole"


def _block(scene: Scene, *rules: Blocked) -> Undo:
    firewall = scene.world.site.firewall
    firewall.extend(rules)

    def undo() -> None:
        for rule in rules:
            firewall.remove(rule)

    return undo


def _block_service(scene: Scene, service: str) -> Undo | None:
    endpoint = vpc.endpoint(service)
    if endpoint is None:
        return None
    ips = [eni.private_ip_address for eni in endpoint.interfaces]
    return _block(scene, *(Blocked("tcp", 443, ip) for ip in ips))


def _box(scene: Scene, what: str) -> Undo:
    return vpc.put(scene.world.site, what, value=True)


def _attribute(_: Scene, name: str) -> Undo:
    return vpc.put(vpc.vpc(), name, value=False)


def _lose_route(_: Scene) -> Undo:
    routes = vpc.routes()
    lost = {k: r for k, r in routes.items() if r.transit_gateway is not None}
    for key in lost:
        del routes[key]
    return lambda: routes.update(lost)


def _dead_route(_: Scene) -> Undo:
    routes = [r for r in vpc.routes().values() if r.transit_gateway is not None]
    undos = [vpc.put(route, "__class__", DeadRoute) for route in routes]
    return lambda: [undo() for undo in undos]


def _to_internet(_: Scene) -> Undo:
    backend = vpc.ec2()
    routes = [r for r in vpc.routes().values() if r.transit_gateway is not None]
    gateway = backend.create_internet_gateway()
    kept = [(route, route.transit_gateway) for route in routes]
    for route in routes:
        route.transit_gateway, route.gateway = None, gateway

    def undo() -> None:
        for route, transit in kept:
            route.transit_gateway, route.gateway = transit, None
        del backend.internet_gateways[gateway.id]

    return undo


def _deny(_: Scene, *, egress: bool, first: int, last: int) -> Undo:
    backend = vpc.ec2()
    acl = next(a for a in backend.network_acls.values() if a.associations)
    backend.create_network_acl_entry(
        network_acl_id=acl.id,
        rule_number=DENY,
        protocol="6",
        rule_action="deny",
        egress=egress,
        cidr_block="192.168.0.0/16",
        icmp_code=None,
        icmp_type=None,
        port_range_from=first,
        port_range_to=last,
        ipv6_cidr_block=None,
    )
    return lambda: backend.delete_network_acl_entry(acl.id, DENY, egress=egress)


def _drop_rules(_: Scene, name: str, *protocols: str) -> Undo | None:
    group = vpc.group(name)
    if group is None:
        return None
    before = list(group.ingress_rules)
    group.ingress_rules = [r for r in before if r.ip_protocol not in protocols]
    return lambda: setattr(group, "ingress_rules", before)


def _other_block(_: Scene) -> Undo | None:
    group = vpc.group("endpoints")
    if group is None:
        return None
    undos = [
        vpc.put(rule, "ip_range", {"CidrIp": ELSEWHERE}) for rule in group.ingress_rules
    ]
    return lambda: [undo() for undo in undos]


TROUBLES: Final[tuple[Trouble, ...]] = (
    Trouble(
        "vpc-dns-support-off",
        "Somebody switched DNS support off in the VPC.",
        PREFLIGHT,
        "vpc-dns-off",
        partial(_attribute, name="enable_dns_support"),
    ),
    Trouble(
        "vpc-dns-hostnames-off",
        "DNS host names were never switched on in the VPC.",
        PREFLIGHT,
        "vpc-dns-off",
        partial(_attribute, name="enable_dns_hostnames"),
    ),
    Trouble(
        "return-route-missing",
        "The subnets of the VPC have no route back to the site.",
        PREFLIGHT,
        "return-route-missing",
        _lose_route,
    ),
    Trouble(
        "return-route-dead",
        "The route back leads to a transit gateway that lost its attachment.",
        PREFLIGHT,
        "return-route-missing",
        _dead_route,
    ),
    Trouble(
        "return-route-to-internet",
        "The route back to the site leads to an internet gateway.",
        PREFLIGHT,
        "return-route-missing",
        _to_internet,
    ),
    Trouble(
        "return-route-lost-later",
        "Somebody tidies the route tables up before the agents are installed.",
        AGENT,
        "return-route-missing",
        _lose_route,
    ),
    Trouble(
        "network-acl-drops-answers",
        "The subnets' network ACL denies the ephemeral ports outbound.",
        PREFLIGHT,
        "network-acl-blocks-answers",
        partial(_deny, egress=True, first=1024, last=65535),
    ),
    Trouble(
        "network-acl-drops-https",
        "The subnets' network ACL denies tcp 443 from the site.",
        PREFLIGHT,
        "network-acl-blocks-requests",
        partial(_deny, egress=False, first=443, last=443),
    ),
    Trouble(
        "network-acl-tightened-later",
        "The network ACL is tightened before the agents are installed.",
        AGENT,
        "network-acl-blocks-answers",
        partial(_deny, egress=True, first=1024, last=65535),
    ),
    Trouble(
        "security-group-without-https",
        "Somebody removes the endpoints' rule for tcp 443.",
        AGENT,
        "security-group-blocks-https",
        lambda scene: _drop_rules(scene, "endpoints", "tcp"),
    ),
    Trouble(
        "security-group-of-other-block",
        "The endpoints' rule for tcp 443 admits another block than the site's.",
        AGENT,
        "security-group-blocks-https",
        _other_block,
    ),
    Trouble(
        "security-group-without-dns",
        "Somebody removes both rules for port 53 of the inbound endpoint.",
        INBOUND,
        "security-group-blocks-dns",
        lambda scene: _drop_rules(scene, "resolver", "udp", "tcp"),
    ),
    Trouble(
        "security-group-without-dns-udp",
        "The inbound endpoint has no rule for udp 53.",
        INBOUND,
        "security-group-blocks-dns-udp",
        lambda scene: _drop_rules(scene, "resolver", "udp"),
    ),
    Trouble(
        "security-group-without-dns-tcp",
        "The inbound endpoint has no rule for tcp 53.",
        INBOUND,
        "security-group-blocks-dns-tcp",
        lambda scene: _drop_rules(scene, "resolver", "tcp"),
    ),
    Trouble(
        "firewall-drops-dns",
        "The site's firewall lets no port 53 through to the VPC.",
        INBOUND,
        "firewall-drops-dns",
        lambda scene: _block(scene, Blocked(port=53)),
    ),
    Trouble(
        "firewall-drops-dns-udp",
        "The site's firewall has a rule for tcp 53 only.",
        INBOUND,
        "firewall-drops-dns-udp",
        lambda scene: _block(scene, Blocked("udp", 53)),
    ),
    Trouble(
        "firewall-drops-dns-tcp",
        "The site's firewall has a rule for udp 53 only.",
        INBOUND,
        "firewall-drops-dns-tcp",
        lambda scene: _block(scene, Blocked("tcp", 53)),
    ),
    Trouble(
        "firewall-forgets-one-inbound-address",
        "The site's firewall knows one of the two inbound addresses.",
        INBOUND,
        "one-inbound-address-silent",
        lambda scene: _block(scene, Blocked("", 53, INBOUND_IPS[1])),
    ),
    Trouble(
        "firewall-drops-https",
        "The site's firewall has no rule for tcp 443 to the VPC.",
        AGENT,
        "firewall-drops-https",
        lambda scene: _block(scene, Blocked("tcp", 443)),
    ),
    Trouble(
        "firewall-forgets-one-service",
        "The site's firewall has no rule for the addresses of one endpoint.",
        AGENT,
        "firewall-drops-https",
        partial(_block_service, service="ssmmessages"),
    ),
    Trouble(
        "mtu-black-hole",
        "The tunnel carries less than the servers think, and says nothing of it.",
        AGENT,
        "large-packets-lost",
        partial(_box, what="loses_large"),
    ),
    Trouble(
        "tls-inspection",
        "A box of the site opens TLS and shows its own certificate.",
        AGENT,
        "tls-intercepted",
        partial(_box, what="inspects"),
    ),
)
