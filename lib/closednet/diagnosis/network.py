"""
Causes that are read off AWS's own configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.diagnosis import packets
from closednet.diagnosis.packets import Flow
from closednet.model import network_design, s3_names
from closednet.model.causes import find


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from closednet.aws.endpoint_states import NetworkInterface
    from closednet.aws.network_acls import NetworkAcl
    from closednet.aws.surroundings import Route
    from closednet.diagnosis.reading import Reading
    from closednet.model.causes import Finding
    from closednet.params.site import SiteParams

AVAILABLE: Final = "available"
OPERATIONAL: Final = "OPERATIONAL"


def surroundings(params: SiteParams, seen: Reading) -> Iterator[Finding]:
    """
    Yield what is wrong with the VPC itself and with its way back to the site.
    """
    vpc_id = params.network.vpc_id
    if seen.vpc is not None and not (seen.vpc.dns_support and seen.vpc.dns_hostnames):
        yield find("vpc-dns-off", f"an attribute of {vpc_id} is off", vpc_id)
    for subnet, routes in seen.routes.items():
        for cidr in params.network.on_premises_cidrs:
            yield from _route(subnet, cidr, routes)
    for subnet in (subnet.id for subnet in params.network.subnets):
        if subnet in seen.acls:
            yield from acl_findings(params, subnet, seen.acls[subnet])


def endpoints(params: SiteParams, seen: Reading) -> Iterator[Finding]:
    """
    Yield what is wrong with the interface endpoints.
    """
    wanted = {spec.service: spec for spec in network_design.interface_endpoints(params)}
    flows = [
        Flow(cidr, "tcp", network_design.HTTPS)
        for cidr in params.network.on_premises_cidrs
    ]
    for service, spec in wanted.items():
        state = seen.endpoints.get(service)
        if state is None:
            yield find("endpoint-missing", f"the VPC has none for {service}", service)
            continue
        name = f"{service}: {state.endpoint_id}"
        if state.state != AVAILABLE:
            yield find("endpoint-not-available", f"{name} is {state.state}", service)
            continue
        if spec.private_dns and not state.private_dns:
            yield find("endpoint-private-dns-off", f"{name} has it off", service)
        if {one.subnet for one in state.interfaces} != spec.subnets:
            used = ", ".join(sorted(one.subnet for one in state.interfaces)) or "none"
            yield find("endpoint-in-other-subnets", f"{name} is in {used}", service)
        if _refused(flows, state.interfaces, seen):
            yield find(
                "security-group-blocks-https", f"rules of the groups of {name}", service
            )


def inbound(params: SiteParams, seen: Reading) -> Iterator[Finding]:
    """
    Yield what is wrong with the Resolver inbound endpoint.
    """
    state = seen.inbound
    addresses = network_design.inbound_ips(params)
    if state is None:
        yield find("inbound-endpoint-missing", "Route 53 Resolver lists none there")
        return
    if state.status != OPERATIONAL:
        said = f"{state.endpoint_id} is {state.status}: {state.message}"
        yield find("inbound-endpoint-not-operational", said, state.endpoint_id)
        return
    here = [seen.interfaces[ip] for ip in addresses if ip in seen.interfaces]
    closed = [
        protocol
        for protocol in ("tcp", "udp")
        if _refused(
            [
                Flow(f"{server}/32", protocol, network_design.DNS)
                for server in params.network.dns_servers
            ],
            here,
            seen,
        )
    ]
    if closed:
        suffix = f"-{closed[0]}" if len(closed) == 1 else ""
        shown = " and ".join(closed)
        yield find(
            f"security-group-blocks-dns{suffix}",
            f"no rule of the groups of {state.endpoint_id} for port 53 over {shown}",
            state.endpoint_id,
        )


def zone(params: SiteParams, seen: Reading) -> Iterator[Finding]:
    """
    Yield what is wrong with the private hosted zone of S3's names, if one is wanted.
    """
    if params.name_resolution.s3 != s3_names.ZONE:
        return
    apex = network_design.zone_name(params)
    if seen.records is None:
        yield find(
            "zone-not-associated", f"{params.network.vpc_id} has no zone {apex}", apex
        )
        return
    for record in network_design.zone_records(params):
        if record.name not in seen.records:
            wild = record.name.startswith("*")
            cause = "zone-wildcard-missing" if wild else "zone-apex-missing"
            yield find(cause, f"{apex} has no right record {record.name}", apex)


def _route(subnet: str, cidr: str, routes: list[Route]) -> Iterator[Finding]:
    route = packets.way_back(cidr, routes)
    if route is not None and packets.is_private_way(route):
        return
    seen = "no route" if route is None else f"{route.destination} by {route.target}"
    if route is not None and not route.active:
        seen += ", a black hole"
    yield find("return-route-missing", f"{subnet} to {cidr}: {seen}", subnet)


def acl_findings(params: SiteParams, subnet: str, acl: NetworkAcl) -> Iterator[Finding]:
    """
    Yield what a subnet's network ACL keeps from the site.
    """
    flows = _flows(params)
    stopped = [flow for flow in flows if not packets.let_in(flow, acl)]
    kept = [flow for flow in flows if not packets.let_out(flow, acl)]
    for cause, bad in (
        ("network-acl-blocks-requests", stopped),
        ("network-acl-blocks-answers", kept),
    ):
        if bad:
            shown = ", ".join(
                dict.fromkeys(f"{f.protocol} {f.port} of {f.source}" for f in bad)
            )
            yield find(cause, f"{acl.acl_id} of {subnet}: {shown}", subnet)


def _flows(params: SiteParams) -> list[Flow]:
    servers = params.network.on_premises_cidrs
    askers = [f"{ip}/32" for ip in params.network.dns_servers]
    return [
        *(Flow(cidr, "tcp", network_design.HTTPS) for cidr in servers),
        *(Flow(cidr, p, network_design.DNS) for cidr in askers for p in ("tcp", "udp")),
    ]


def _refused(
    flows: Iterable[Flow], interfaces: Iterable[NetworkInterface], seen: Reading
) -> bool:
    return any(
        not packets.admitted(
            flow, [rule for g in interface.groups for rule in seen.groups.get(g, ())]
        )
        for interface in interfaces
        for flow in flows
    )
