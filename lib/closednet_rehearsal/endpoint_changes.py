"""
What ModifyVpcEndpoint changes: all of it is checked before any of it is done.
"""

from __future__ import annotations

import json

from typing import Any

from closednet_rehearsal.endpoint import Endpoint
from closednet_rehearsal.endpoint_gateway import add_route, remove_route
from closednet_rehearsal.endpoint_rules import (
    check_groups,
    check_inbound_only,
    check_policy,
    check_private_dns,
    check_subnets,
    check_zones,
)
from closednet_rehearsal.endpoints import flag, settle
from closednet_rehearsal.errors import Refusal


def modify(backend: Any, params: dict[str, Any]) -> None:
    """
    Apply a ModifyVpcEndpoint request to its endpoint.
    """
    endpoint = backend.get_vpc_end_point(params["VpcEndpointId"])
    check_policy(params.get("PolicyDocument"))
    groups = _merged(
        endpoint.security_group_ids,
        params.get("AddSecurityGroupIds", []),
        params.get("RemoveSecurityGroupIds", []),
    )
    subnets = _merged(
        endpoint.subnet_ids,
        params.get("AddSubnetIds", []),
        params.get("RemoveSubnetIds", []),
    )
    _check(backend, endpoint, groups, subnets)
    _change_dns(backend, endpoint, params)
    _change_policy(endpoint, params)
    endpoint.security_group_ids = groups
    endpoint.follow_groups()
    _change_subnets(endpoint, subnets)
    _change_routes(backend, endpoint, params)
    if endpoint.service.kind == "Interface":
        endpoint.name_itself()


def _merged(present: list[str], added: list[str], removed: list[str]) -> list[str]:
    kept = [each for each in present if each not in removed]
    return kept + [each for each in added if each not in kept]


def _check(
    backend: Any, endpoint: Endpoint, groups: list[str], subnets: list[str]
) -> None:
    check_groups(backend, endpoint.vpc_id, groups)
    check_subnets(backend, endpoint.vpc_id, subnets)
    check_zones(backend, endpoint.service, subnets)
    if endpoint.service.kind == "Interface" and not groups:
        raise Refusal(
            "InvalidParameter", "An endpoint must keep at least one security group"
        )


def _change_dns(backend: Any, endpoint: Endpoint, params: dict[str, Any]) -> None:
    private = flag(
        params.get("PrivateDnsEnabled"), default=bool(endpoint.private_dns_enabled)
    )
    options = params.get("DnsOptions") or {}
    inbound_only = private and flag(
        options.get("PrivateDnsOnlyForInboundResolverEndpoint"),
        default=_inbound_default(endpoint),
    )
    if private:
        vpc = backend.get_vpc(endpoint.vpc_id)
        check_private_dns(vpc, endpoint.service, own_id=endpoint.id)
    if inbound_only:
        check_inbound_only(endpoint.vpc_id, endpoint.service)
    endpoint.private_dns_enabled = private
    endpoint.inbound_only = inbound_only


def _inbound_default(endpoint: Endpoint) -> bool:
    if endpoint.private_dns_enabled:
        return endpoint.inbound_only
    return endpoint.service.label == "s3"


def _change_policy(endpoint: Endpoint, params: dict[str, Any]) -> None:
    if flag(params.get("ResetPolicy"), default=False):
        endpoint.policy_document = json.dumps(Endpoint.DEFAULT_POLICY)
    if params.get("PolicyDocument"):
        endpoint.policy_document = params["PolicyDocument"]


def _change_subnets(endpoint: Endpoint, wanted: list[str]) -> None:
    present = list(endpoint.subnet_ids or [])
    for subnet_id in present:
        if subnet_id not in wanted:
            endpoint.leave_subnet(subnet_id)
    for subnet_id in wanted:
        if subnet_id not in present:
            endpoint.enter_subnet(subnet_id, None)
    if present != list(endpoint.subnet_ids or []):
        settle(endpoint)


def _change_routes(backend: Any, endpoint: Endpoint, params: dict[str, Any]) -> None:
    for table_id in params.get("RemoveRouteTableIds", []):
        remove_route(backend, endpoint, table_id)
        endpoint.route_table_ids.remove(table_id)
    for table_id in params.get("AddRouteTableIds", []):
        if table_id not in endpoint.route_table_ids:
            add_route(backend, endpoint, table_id)
            endpoint.route_table_ids.append(table_id)
