"""
Who answers S3's Regional names, and how that moves from one to another.

A private hosted zone and the private DNS of an endpoint cannot answer the same name
in one VPC: AWS refuses the second. So one must go before the other can come, and in
between the VPC answers publicly, or not at all: a zone hides all public names until
its last record is gone with it. Meanwhile the site's own DNS servers answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, assert_never

from closednet.errors import UnsafePlanError
from closednet.model import network_design
from closednet.model.change import Create, Delete, Manual, Update
from closednet.model.specs.network import (
    EndpointNames,
    GatewayEndpoint,
    HostedZone,
    NameOverride,
    ZoneAssociation,
    ZoneAuthorization,
    ZoneRecord,
    endpoint_key,
)


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.model.change import AnyChange, Found, Spec
    from closednet.params.site import SiteParams

S3: Final = "s3"
ZONE: Final = "private-hosted-zone"
INBOUND: Final = "endpoint-private-dns-inbound-only"
VPC: Final = "endpoint-private-dns"
ANSWERS: Final = {INBOUND: "inbound", VPC: "vpc"}
NOBODY: Final = "nobody"
OF_ZONE: Final = (HostedZone, ZoneRecord, ZoneAssociation)


def desired(params: SiteParams) -> tuple[Spec, ...]:
    """
    Return what answers S3's names as the parameters say.
    """
    if S3 not in params.endpoints.services:
        return ()
    vpc_id = params.network.vpc_id
    match params.name_resolution.s3:
        case "private-hosted-zone":
            return (
                *network_design.hosted_zones(params),
                *network_design.zone_records(params),
                *network_design.zone_associations(params),
            )
        case "endpoint-private-dns-inbound-only":
            return (_gateway(vpc_id), EndpointNames(S3, vpc_id, ANSWERS[INBOUND]))
        case "endpoint-private-dns":
            return (EndpointNames(S3, vpc_id, ANSWERS[VPC]),)
        case _:
            assert_never(params.name_resolution.s3)


def beside(params: SiteParams) -> tuple[Spec, ...]:
    """
    Return what other choices would have made, and what exists during a move.
    """
    if S3 not in params.endpoints.services:
        return ()
    vpc_id = params.network.vpc_id
    wanted = {spec.key for spec in desired(params)}
    associations = network_design.zone_associations(params)
    every: tuple[Spec, ...] = (
        *associations,
        *network_design.zone_records(params),
        *network_design.hosted_zones(params),
        EndpointNames(S3, vpc_id, NOBODY),
        _gateway(vpc_id),
    )
    others = tuple(spec for spec in every if spec.key not in wanted)
    passing = tuple(map(_authorization, associations))
    return (*others, *passing, override(params))


def override(params: SiteParams) -> NameOverride:
    """
    Return the zone that the site's DNS servers answer during a move.
    """
    zone = network_design.zone_name(params)
    return NameOverride(zone, endpoint_key(S3), params.network.dns_servers)


def superseded(
    params: SiteParams, observed: Mapping[str, Found[Spec]]
) -> tuple[AnyChange, ...]:
    """
    Return the removal of what an earlier choice made.

    Raises:
        UnsafePlanError: Others made it, and the site's choice has no room beside it.
    """
    gone: list[AnyChange] = []
    for spec in beside(params):
        found = observed.get(spec.key)
        if found is None or isinstance(spec, NameOverride | ZoneAuthorization):
            continue
        if found.owned:
            gone.append(Delete(found.spec))
        elif is_answering(found.spec):
            raise UnsafePlanError(
                f"{found.resource_id} of others answers S3's names already"
                f" ({spec.key}), and two cannot answer in one VPC",
                hint=f"choose {_fitting(found.spec)} in name_resolution.s3, or have"
                " its owner take it out of the VPC",
            )
    return tuple(gone)


def arranged(
    params: SiteParams,
    changes: tuple[AnyChange, ...],
    observed: Mapping[str, Found[Spec]],
) -> tuple[AnyChange, ...]:
    """
    Return the changes in their order, with the site's own answer around a move.
    """
    own = override(params)
    listed = _authorized(changes, observed)
    is_there = own.key in observed
    if moves(changes) and not is_there:
        listed.append(Create(own))
    if moves(changes) or is_there:
        listed.append(Delete(own))
    return tuple(sorted(listed, key=_rank))


def _authorized(
    changes: tuple[AnyChange, ...], observed: Mapping[str, Found[Spec]]
) -> list[AnyChange]:
    """
    Put the authorisation around an association across accounts.
    """
    listed: list[AnyChange] = []
    for change in changes:
        if isinstance(change, Create) and isinstance(change.new, ZoneAssociation):
            leave = _authorization(change.new)
            given = leave.key in observed
            listed += [change] if given else [Create(leave), change]
            listed.append(Delete(leave))
        else:
            listed.append(change)
    left = [f.spec for f in observed.values() if isinstance(f.spec, ZoneAuthorization)]
    ended = [Delete(spec) for spec in left]
    return listed + [change for change in ended if change not in listed]


def _authorization(spec: ZoneAssociation) -> ZoneAuthorization:
    return ZoneAuthorization(spec.zone, spec.vpc_id, spec.region)


def moves(changes: tuple[AnyChange, ...]) -> bool:
    """
    Tell whether one answer ends so that another can begin.
    """
    gone = [c.old for c in changes if isinstance(c, Delete)]
    new = [c.new for c in changes if isinstance(c, Create)]
    to_endpoint = _any(gone, OF_ZONE) and _any(new, (EndpointNames,))
    to_zone = _any(gone, (EndpointNames,)) and _any(new, OF_ZONE)
    return to_endpoint or to_zone


def _any(specs: list[Spec], types: tuple[type, ...]) -> bool:
    return any(isinstance(spec, types) for spec in specs)


def _gateway(vpc_id: str) -> GatewayEndpoint:
    return GatewayEndpoint(S3, vpc_id)


def is_answering(spec: Spec) -> bool:
    """
    Tell whether a resource, as it is, answers S3's names.
    """
    answers = isinstance(spec, EndpointNames) and spec.answers != NOBODY
    return answers or isinstance(spec, HostedZone)


def _fitting(spec: Spec) -> str:
    answers = spec.answers if isinstance(spec, EndpointNames) else ""
    return {"inbound": INBOUND, "vpc": VPC}.get(answers, ZONE)


def _rank(change: AnyChange) -> int:
    """
    Return when a change's turn is; what is equal keeps its order.
    """
    match change:
        case Create(new=spec):
            return {GatewayEndpoint: 0, NameOverride: 1}.get(type(spec), 3)
        case Delete(old=spec):
            late = {ZoneAuthorization: 4, NameOverride: 5, GatewayEndpoint: 6}
            return late.get(type(spec), 2)
        case Manual(undo=undo):
            return 5 if undo else 1
        case Update():
            return 3
        case _:
            assert_never(change)
