"""
Checks that nothing of others is in the way of what the site needs.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model import network_design, s3_names
from closednet.model.change import describe_difference
from closednet.model.report import Check
from closednet.model.specs.network import regional_name


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from closednet.aws.endpoint_reads import EndpointReads
    from closednet.aws.endpoints import InterfaceEndpoints
    from closednet.aws.resolver import ResolverEndpoints
    from closednet.aws.surroundings import Surroundings
    from closednet.aws.zones import HostedZones
    from closednet.model.change import Found, Spec
    from closednet.model.step import AnyKind, Work
    from closednet.params.site import SiteParams


def checks(
    params: SiteParams,
    *,
    endpoints: InterfaceEndpoints,
    resolvers: ResolverEndpoints,
    zones: HostedZones,
    vpc_zones: HostedZones,
    reads: EndpointReads,
    surroundings: Surroundings,
) -> Iterator[Check]:
    """
    Yield the checks of offers, quota, and of resources that exist already.
    """
    yield from _offers(params, reads, surroundings)
    yield _quota(params, reads, surroundings)
    wanted = network_design.interface_endpoints(params, endpoints.partition)
    inbound = (network_design.inbound_endpoint(params),)
    zone = network_design.hosted_zones(params)
    by_zone = params.name_resolution.s3 == s3_names.ZONE
    pairs: list[tuple[AnyKind, tuple[Spec, ...]]] = [
        (endpoints, wanted),
        (resolvers, inbound),
        (zones, zone if by_zone else ()),
    ]
    for kind, specs in pairs:
        found = kind.find(specs)
        for spec in specs:
            yield _in_the_way(kind, spec, found.get(spec.key))
    ours = {each.spec.name for each in zones.find(zone).values() if each.owned}
    expected = {network_design.zone_name(params)} if by_zone else ours
    seen = vpc_zones.associated(params.network.vpc_id)
    yield _names(params, seen, surroundings, expected)


def _offers(
    params: SiteParams, reads: EndpointReads, surroundings: Surroundings
) -> Iterator[Check]:
    services = params.endpoints.services
    offers = surroundings.offered([reads.service_name(name) for name in services])
    needed = {subnet.availability_zone for subnet in params.network.subnets}
    for service in services:
        zones = offers.get(reads.service_name(service), frozenset())
        missing = sorted(needed - zones)
        yield Check(
            f"{service} is offered as an interface endpoint in the site's zones",
            not missing,
            f"not in {', '.join(missing)}" if missing else ", ".join(sorted(needed)),
            ("S4",),
            subject=service,
            remedy="name subnets in the zones of the offer, or drop the service",
        )


def _quota(
    params: SiteParams, reads: EndpointReads, surroundings: Surroundings
) -> Check:
    quota = surroundings.endpoint_quota()
    services = params.endpoints.services
    raws = reads.raw(params.network.vpc_id)
    missing = [name for name in services if reads.pick(raws, name) is None]
    need = len(raws) + len(missing)
    known = "unknown: not readable" if quota is None else str(quota)
    return Check(
        "the VPC has room for the interface endpoints",
        quota is None or need <= quota,
        f"{need} endpoints in all; quota {known}",
        ("S4",),
        subject=params.network.vpc_id,
        remedy="have the quota of interface endpoints per VPC raised",
        causes=("quota-of-endpoints",) if quota is not None and need > quota else (),
    )


def _in_the_way(kind: AnyKind, spec: Spec, found: Found[Spec] | None) -> Check:
    foreign = found is not None and not found.owned
    differs = found is not None and foreign and found.spec != spec
    seen = "free to be made, or ours"
    if found is not None and foreign:
        seen = (
            _difference(kind, spec, found)
            if differs
            else f"{found.resource_id} of others fits and is adopted"
        )
    return Check(
        f"nothing of others is in the way of {spec.key}",
        not differs,
        seen,
        ("S4",) if spec.key.startswith("interface-endpoint/") else ("S5", "S7"),
        subject=spec.key,
        remedy="have its owner change or remove it, or mend the parameters",
        causes=("resource-of-others",) if differs else (),
    )


def _difference(kind: AnyKind, spec: Spec, found: Found[Spec]) -> str:
    """
    Return what does not suit, as its owner would change it if that is known.
    """
    knows = getattr(kind, "by_owner", None)
    work: Work | None = knows(found, spec) if knows else None
    return describe_difference(found, spec) if work is None else work.instruction


def _names(
    params: SiteParams,
    zones: Mapping[str, tuple[str, str]],
    surroundings: Surroundings,
    expected: set[str],
) -> Check:
    """
    Check for zones and Resolver rules that answer the services' names instead.

    AWS's own zones of endpoints with private DNS belong to a service, not to an
    account.
    """
    services = params.endpoints.services
    names = {regional_name(s, params.region) for s in services}
    taken = {
        name: f"zone {zone_id} of account {owner}"
        for name, (zone_id, owner) in zones.items()
        if owner.isdigit() and name in names - expected
    }
    taken |= {
        name: f"Resolver rule {rule}"
        for name, rule in surroundings.forward_rules(params.network.vpc_id).items()
        if any(wanted == name or wanted.endswith(f".{name}") for wanted in names)
    }
    return Check(
        "no zone or Resolver rule of others answers the services' names",
        not taken,
        "; ".join(f"{name}: {what}" for name, what in sorted(taken.items())) or "none",
        ("S5", "S7"),
        subject=params.network.vpc_id,
        remedy="have its owner remove the zone or rule from this VPC",
    )
