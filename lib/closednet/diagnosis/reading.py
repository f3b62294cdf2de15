"""
What stands in the network account at one moment, as far as packets care.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.aws.admissions import Admissions
from closednet.aws.endpoint_reads import EndpointReads
from closednet.aws.network_acls import NetworkAcls
from closednet.aws.resolver import ResolverEndpoints
from closednet.aws.security_groups import SecurityGroups
from closednet.aws.surroundings import Surroundings
from closednet.aws.zone_records import ZoneRecords
from closednet.aws.zones import HostedZones
from closednet.model import network_design


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.aws.admissions import Admission
    from closednet.aws.endpoint_states import EndpointState, NetworkInterface
    from closednet.aws.network_acls import NetworkAcl
    from closednet.aws.resolver_reads import InboundState
    from closednet.aws.surroundings import Route, Vpc
    from closednet.site import Site


@dataclass(frozen=True, slots=True)
class Reading:
    """
    The network as AWS describes it.

    `interfaces` are by address; `records` are the names of the hosted zone that
    have the record they should, None where the zone is not associated.
    """

    vpc: Vpc | None
    routes: Mapping[str, list[Route]]
    acls: Mapping[str, NetworkAcl]
    groups: Mapping[str, tuple[Admission, ...]]
    endpoints: Mapping[str, EndpointState]
    interfaces: Mapping[str, NetworkInterface]
    inbound: InboundState | None
    records: frozenset[str] | None


def read(site: Site) -> Reading:
    """
    Read everything; nothing is written.
    """
    account, params = site.network, site.params
    vpc_id = params.network.vpc_id
    surroundings, reads = Surroundings(account), EndpointReads(account)
    subnets = [subnet.id for subnet in params.network.subnets]
    resolver = ResolverEndpoints(account, SecurityGroups(account))
    interfaces = reads.interfaces(vpc_id).values()
    return Reading(
        vpc=surroundings.vpc(vpc_id),
        routes=surroundings.routes(vpc_id, subnets),
        acls=NetworkAcls(account).of_subnets(vpc_id),
        groups=Admissions(account).of_vpc(vpc_id),
        endpoints=reads.states(vpc_id, params.endpoints.services),
        interfaces={interface.ip: interface for interface in interfaces},
        inbound=resolver.state(network_design.inbound_endpoint(params)),
        records=_records(site),
    )


def _records(site: Site) -> frozenset[str] | None:
    params, vpc_id = site.params, site.params.network.vpc_id
    wanted = network_design.zone_records(params)
    if not wanted:
        return frozenset()
    zones = HostedZones(site.network)
    if network_design.zone_name(params) not in zones.associated(vpc_id):
        return None
    found = ZoneRecords(site.network, zones, vpc_id).find(wanted)
    return frozenset(
        spec.name
        for spec in wanted
        if spec.key in found and found[spec.key].spec == spec
    )
