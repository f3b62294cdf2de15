"""
What exists in an account's network, for comparing before with after.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends

from closednet_rehearsal.settings import REGION


if TYPE_CHECKING:
    from collections.abc import Iterator


def endpoints(account: str) -> Iterator[tuple[str, Any]]:
    """
    Yield the VPC endpoints of an account.
    """
    backend = ec2_backends[account][REGION]
    for endpoint in backend.vpc_end_points.values():
        yield (
            endpoint.id,
            {
                "service": endpoint.service_name,
                "type": endpoint.vpc_endpoint_type,
                "vpc": endpoint.vpc_id,
                "state": endpoint.state,
                "subnets": sorted(endpoint.subnet_ids or []),
                "route_tables": sorted(endpoint.route_table_ids or []),
                "security_groups": sorted(endpoint.security_group_ids),
                "private_dns": bool(endpoint.private_dns_enabled),
                "addresses": sorted(
                    str(eni.private_ip_address)
                    for eni in backend.enis.values()
                    if eni.id in endpoint.network_interface_ids
                ),
                "policy": json.loads(endpoint.policy_document),
                "tags": dict(backend.tags.get(endpoint.id, {})),
            },
        )


def groups(account: str) -> Iterator[tuple[str, Any]]:
    """
    Yield the security groups and their rules.
    """
    backend = ec2_backends[account][REGION]
    for groups in backend.groups.values():
        for group in groups.values():
            yield (
                group.id,
                {
                    "name": group.name,
                    "vpc": group.vpc_id,
                    "ingress": sorted(_rule(rule) for rule in group.ingress_rules),
                    "egress": sorted(_rule(rule) for rule in group.egress_rules),
                    "tags": dict(backend.tags.get(group.id, {})),
                },
            )


def _rule(rule: Any) -> str:
    source = rule.ip_range or rule.source_group or rule.prefix_list_id
    return f"{rule.ip_protocol} {rule.from_port}-{rule.to_port} {source}"


def vpcs(account: str) -> Iterator[tuple[str, Any]]:
    """
    Yield the VPCs.
    """
    backend = ec2_backends[account][REGION]
    for vpc in backend.vpcs.values():
        yield (
            vpc.id,
            {
                "cidr": vpc.cidr_block,
                "dns_support": str(vpc.enable_dns_support).lower(),
                "dns_hostnames": str(vpc.enable_dns_hostnames).lower(),
                "tags": dict(backend.tags.get(vpc.id, {})),
            },
        )


def interfaces(account: str) -> Iterator[tuple[str, Any]]:
    """
    Yield the network interfaces.
    """
    for eni in ec2_backends[account][REGION].enis.values():
        yield eni.id, {"subnet": eni.subnet.id, "address": eni.private_ip_address}


def route_tables(account: str) -> Iterator[tuple[str, Any]]:
    """
    Yield the route tables and the ids of their routes.
    """
    for table in ec2_backends[account][REGION].route_tables.values():
        yield table.id, sorted(table._routes)  # noqa: SLF001 - moto shows objects only
