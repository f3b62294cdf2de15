"""
What the network side of a site consists of, derived from its parameters.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.model import forwarders
from closednet.model.endpoint_policies import PolicyFacts, endpoint_policy
from closednet.model.specs.network import (
    ForwardingRule,
    HostedZone,
    Ingress,
    InterfaceEndpoint,
    PinnedAddress,
    ResolverEndpoint,
    SecurityGroup,
    ZoneAssociation,
    ZoneRecord,
    endpoint_key,
    regional_name,
)


if TYPE_CHECKING:
    from closednet.params.site import SiteParams

ENDPOINTS: Final = "endpoints"
RESOLVER: Final = "resolver"
INBOUND: Final = "inbound"
HTTPS: Final = 443
DNS: Final = 53


def security_groups(params: SiteParams) -> tuple[SecurityGroup, ...]:
    """
    Return the groups: servers reach the endpoints, DNS servers the resolver.
    """
    network = params.network
    servers = tuple(sorted(network.on_premises_cidrs))
    askers = tuple(sorted(f"{ip}/32" for ip in network.dns_servers))
    return (
        SecurityGroup(
            ENDPOINTS,
            network.vpc_id,
            f"{params.site} servers to interface endpoints",
            frozenset({Ingress("tcp", HTTPS, servers)}),
        ),
        SecurityGroup(
            RESOLVER,
            network.vpc_id,
            f"{params.site} DNS servers to the inbound endpoint",
            frozenset({Ingress("tcp", DNS, askers), Ingress("udp", DNS, askers)}),
        ),
    )


def interface_endpoints(
    params: SiteParams, partition: str = "aws"
) -> tuple[InterfaceEndpoint, ...]:
    """
    Return one endpoint a service; S3's names are the hosted zone's business.
    """
    facts = PolicyFacts(
        region=params.region,
        account=params.accounts.management.id,
        output_bucket=params.output.bucket,
        kms_key_arn=params.session.kms_key_arn,
        partition=partition,
        signing_key_arn=params.evidence.signature.kms_key_arn or "",
        deposit_bucket=params.evidence.deposit.bucket or "",
    )
    return tuple(
        InterfaceEndpoint(
            service=service,
            vpc_id=params.network.vpc_id,
            subnets=frozenset(subnet.id for subnet in params.network.subnets),
            security_group=ENDPOINTS,
            private_dns=service != "s3",
            policy=endpoint_policy(service, facts),
        )
        for service in params.endpoints.services
    )


def inbound_endpoint(params: SiteParams) -> ResolverEndpoint:
    """
    Return the Resolver inbound endpoint with its fixed addresses.
    """
    return ResolverEndpoint(
        name=INBOUND,
        vpc_id=params.network.vpc_id,
        addresses=frozenset(
            PinnedAddress(subnet.id, subnet.inbound_ip)
            for subnet in params.network.subnets
        ),
        security_group=RESOLVER,
    )


def inbound_ips(params: SiteParams) -> tuple[str, ...]:
    """
    Return the addresses that the site's DNS servers forward to.
    """
    return tuple(subnet.inbound_ip for subnet in params.network.subnets)


def forwarded_zones(params: SiteParams) -> tuple[str, ...]:
    """
    Return the zones that the site's DNS servers forward.
    """
    return forwarders.zones(
        params.region, params.endpoints.services, params.name_resolution.forwarding
    )


def forwarding_rules(params: SiteParams) -> tuple[ForwardingRule, ...]:
    """
    Return one rule a forwarded zone.
    """
    return tuple(
        ForwardingRule(zone, inbound_ips(params), params.network.dns_servers)
        for zone in forwarded_zones(params)
    )


def zone_name(params: SiteParams) -> str:
    """
    Return S3's Regional name, which the private hosted zone takes over.
    """
    return regional_name("s3", params.region)


def hosted_zones(params: SiteParams) -> tuple[HostedZone, ...]:
    """
    Return the zone of S3's Regional names, if the site reaches S3 at all.
    """
    if "s3" not in params.endpoints.services:
        return ()
    return (HostedZone(zone_name(params), zone_vpc_id(params), params.region),)


def zone_vpc_id(params: SiteParams) -> str:
    """
    Return the VPC with which the zone is made: one of the zone's owner.
    """
    return params.name_resolution.zone_vpc_id or params.network.vpc_id


def zone_associations(params: SiteParams) -> tuple[ZoneAssociation, ...]:
    """
    Return the association of the site's VPC with a zone of a third account.
    """
    dns, network = params.accounts.dns, params.network
    if dns is None:
        return ()
    return tuple(
        ZoneAssociation(zone.name, network.vpc_id, params.region, dns.id)
        for zone in hosted_zones(params)
    )


def zone_records(params: SiteParams) -> tuple[ZoneRecord, ...]:
    """
    Return apex and wildcard: a private zone hides every other public name.
    """
    return tuple(
        ZoneRecord(zone.name, name, endpoint_key("s3"))
        for zone in hosted_zones(params)
        for name in (zone.name, f"*.{zone.name}")
    )
