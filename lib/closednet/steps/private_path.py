"""
Checks of the VPC at the other end of the private link.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.diagnosis.network import acl_findings
from closednet.diagnosis.packets import is_private_way, way_back
from closednet.lookup.judge import is_inside
from closednet.model.causes import Diagnosis
from closednet.model.report import Check


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.aws.gateways import Gateways
    from closednet.aws.network_acls import NetworkAcls
    from closednet.aws.surroundings import SubnetState, Surroundings
    from closednet.params.site import SiteParams, Subnet


def checks(
    params: SiteParams,
    surroundings: Surroundings,
    acls: NetworkAcls,
    gateways: Gateways,
) -> Iterator[Check]:
    """
    Yield the checks of the VPC, its subnets and their way back to the site.
    """
    network = params.network
    vpc = surroundings.vpc(network.vpc_id)
    yield Check(
        f"VPC {network.vpc_id} is {network.vpc_cidr} in {params.region}",
        vpc is not None and network.vpc_cidr in vpc.cidrs,
        f"its blocks: {', '.join(vpc.cidrs)}" if vpc else "there is no such VPC",
        ("S1",),
        subject=network.vpc_id,
        remedy="mend region, network.vpc_id or network.vpc_cidr",
        causes=() if vpc else ("vpc-not-there",),
    )
    if vpc is None:
        return
    yield Check(
        "the VPC resolves names: DNS support and DNS host names are on",
        vpc.dns_support and vpc.dns_hostnames,
        f"support {_on(vpc.dns_support)}, host names {_on(vpc.dns_hostnames)}",
        ("S4", "S7"),
        subject=network.vpc_id,
        remedy="have the VPC's owner switch both attributes on",
        causes=_if(not (vpc.dns_support and vpc.dns_hostnames), "vpc-dns-off"),
    )
    yield from _subnet_checks(params, surroundings)
    yield from _route_checks(params, surroundings)
    yield from _gateway_checks(params, surroundings, gateways)
    yield from _acl_checks(params, acls)


def _subnet_checks(params: SiteParams, surroundings: Surroundings) -> Iterator[Check]:
    network = params.network
    found = surroundings.subnets(network.vpc_id)
    inbound = [subnet.inbound_ip for subnet in network.subnets]
    users = surroundings.users_of(network.vpc_id, inbound)
    for subnet in network.subnets:
        yield _subnet_check(
            subnet, found.get(subnet.id), len(params.endpoints.services)
        )
        yield _address_check(subnet, users.get(subnet.inbound_ip, ""))
    zones = {found[s.id].availability_zone for s in network.subnets if s.id in found}
    yield Check(
        "the subnets lie in at least two Availability Zones",
        len(zones) > 1,
        ", ".join(sorted(zones)) or "none",
        ("S4", "S5"),
        subject=network.vpc_id,
        remedy="name a subnet in another Availability Zone",
    )


def _subnet_check(subnet: Subnet, state: SubnetState | None, services: int) -> Check:
    """
    Check place, block, and room for one address a service and the resolver's.
    """
    right = state is not None and (state.availability_zone, state.cidr) == (
        subnet.availability_zone,
        subnet.cidr,
    )
    room = state is not None and state.free_addresses > services
    # How many addresses are free changes by itself, so only the verdict is kept.
    seen = (
        f"{state.availability_zone}, {state.cidr},"
        f" {'enough' if room else 'too few'} free addresses"
        if state
        else "there is no such subnet in the VPC"
    )
    return Check(
        f"subnet {subnet.id} is {subnet.cidr} in {subnet.availability_zone} with room",
        right and (room or state is None),
        seen,
        ("S4",),
        subject=subnet.id,
        remedy="mend network.subnets, or take a subnet with more free addresses",
    )


def _address_check(subnet: Subnet, user: str) -> Check:
    inside = is_inside(subnet.inbound_ip, subnet.cidr)
    free = not user or user.startswith("Route 53 Resolver")
    seen = "free, or the inbound endpoint's" if free else f"used by {user}"
    return Check(
        f"{subnet.inbound_ip} can be the inbound address in {subnet.id}",
        inside and free,
        seen if inside else f"outside {subnet.cidr}",
        ("S5",),
        subject=subnet.inbound_ip,
        remedy="choose another network.subnets[].inbound_ip",
    )


def _route_checks(params: SiteParams, surroundings: Surroundings) -> Iterator[Check]:
    network = params.network
    ids = [subnet.id for subnet in network.subnets]
    for subnet, routes in surroundings.routes(network.vpc_id, ids).items():
        for cidr in network.on_premises_cidrs:
            route = way_back(cidr, routes)
            good = route is not None and is_private_way(route)
            yield Check(
                f"subnet {subnet} knows the way back to {cidr}",
                good,
                f"{route.destination} by {route.target}"
                + ("" if route.active else ", a black hole")
                if route
                else "no route",
                ("S1",),
                subject=subnet,
                remedy="have a route to the transit or virtual private gateway added",
                causes=_if(not good, "return-route-missing"),
            )


def _gateway_checks(
    params: SiteParams, surroundings: Surroundings, gateways: Gateways
) -> Iterator[Check]:
    """
    Yield a check of every gateway that the ways back lead to.
    """
    network = params.network
    ids = [subnet.id for subnet in network.subnets]
    routes = surroundings.routes(network.vpc_id, ids).values()
    ways = [way_back(c, found) for found in routes for c in network.on_premises_cidrs]
    for target in sorted({way.target for way in ways if way is not None}):
        behind = gateways.behind(target)
        if behind is not None:
            yield Check(
                f"what {target} leads to is not down",
                not behind.is_down,
                str(behind),
                ("S1",),
                subject=target,
                remedy="have whoever runs the VPN or Direct Connect look at its tunnels",
            )


def _acl_checks(params: SiteParams, acls: NetworkAcls) -> Iterator[Check]:
    found = acls.of_subnets(params.network.vpc_id)
    for subnet in (subnet.id for subnet in params.network.subnets):
        if subnet not in found:
            continue
        wrong = tuple(acl_findings(params, subnet, found[subnet]))
        yield Check(
            f"the network ACL of {subnet} lets the site ask and answers out",
            not wrong,
            "; ".join(finding.evidence for finding in wrong)
            or "requests pass, and so do their answers",
            ("S1",),
            subject=subnet,
        ).explained(Diagnosis(wrong))


def _if(holds: bool, cause: str) -> tuple[str, ...]:  # noqa: FBT001 - reads as said
    return (cause,) if holds else ()


def _on(value: bool) -> str:  # noqa: FBT001 - the only argument
    return "on" if value else "off"
