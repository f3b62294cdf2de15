"""
Create, modify and delete VPC endpoints as AWS does, one function each.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

from closednet_rehearsal.dns_domains import endpoints_of_vpc
from closednet_rehearsal.endpoint import Endpoint, new_endpoint
from closednet_rehearsal.endpoint_gateway import (
    create_gateway,
    remove_route,
    specified_tags,
)
from closednet_rehearsal.endpoint_rules import (
    check_address,
    check_groups,
    check_inbound_only,
    check_policy,
    check_private_dns,
    check_quota,
    check_subnets,
    check_zones,
    checked_service,
)
from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.propagation import written
from closednet_rehearsal.stage import world


if TYPE_CHECKING:
    from closednet_rehearsal.endpoint_services import Service


def create(backend: Any, params: dict[str, Any]) -> Endpoint:
    """
    Create an endpoint, or return the one that this client token made before.
    """
    token = params.get("ClientToken")
    asked = {key: value for key, value in params.items() if key != "ClientToken"}
    fingerprint = json.dumps(asked, sort_keys=True, default=str)
    known = backend.endpoint_tokens.get(token) if token else None
    if known is not None and known[1] in backend.vpc_end_points:
        if known[0] != fingerprint:
            raise Refusal(
                "IdempotentParameterMismatch",
                f"The client token {token} was used with other parameters",
            )
        again: Endpoint = backend.vpc_end_points[known[1]]
        return again
    endpoint = _create(backend, params)
    written("ec2", endpoint.id)
    if token:
        backend.endpoint_tokens[token] = (fingerprint, endpoint.id)
    return endpoint


def _create(backend: Any, params: dict[str, Any]) -> Endpoint:
    vpc = backend.get_vpc(params["VpcId"])
    kind = params.get("VpcEndpointType", "Gateway")
    service = checked_service(params["ServiceName"], kind, backend.region_name)
    check_policy(params.get("PolicyDocument"))
    check_quota(backend, vpc.id, kind)
    if kind == "Gateway":
        return create_gateway(backend, service, params)
    return _create_interface(backend, vpc, service, params)


def _create_interface(
    backend: Any, vpc: Any, service: Service, params: dict[str, Any]
) -> Endpoint:
    addresses = {
        each["SubnetId"]: each.get("Ipv4")
        for each in params.get("SubnetConfigurations", [])
    }
    subnet_ids = list(dict.fromkeys([*params.get("SubnetIds", []), *addresses]))
    check_subnets(backend, vpc.id, subnet_ids)
    check_zones(backend, service, subnet_ids)
    for subnet_id, address in addresses.items():
        if address:
            check_address(backend, subnet_id, address)
    groups = params.get("SecurityGroupIds") or [_default_group(backend, vpc.id)]
    check_groups(backend, vpc.id, groups)
    private = flag(params.get("PrivateDnsEnabled"), default=True)
    inbound_only = _inbound_only(service, params.get("DnsOptions"), private=private)
    if private:
        check_private_dns(vpc, service)
    if inbound_only:
        check_inbound_only(vpc.id, service)
    endpoint = new_endpoint(backend, service, {**params, "SecurityGroupIds": groups})
    endpoint.private_dns_enabled = private
    endpoint.inbound_only = inbound_only
    for subnet_id in subnet_ids:
        endpoint.enter_subnet(subnet_id, addresses.get(subnet_id))
    endpoint.name_itself()
    backend.vpc_end_points[endpoint.id] = endpoint
    endpoint.add_tags(specified_tags(params))
    settle(endpoint)
    return endpoint


def delete(backend: Any, endpoint_id: str) -> dict[str, Any] | None:
    """
    Start deleting an endpoint; return an Unsuccessful item if that is refused.
    """
    endpoint = backend.vpc_end_points.get(endpoint_id)
    if endpoint is None:
        return _unsuccessful(
            endpoint_id,
            "InvalidVpcEndpointId.NotFound",
            f"The Vpc Endpoint Id '{endpoint_id}' does not exist",
        )
    if endpoint.service.kind == "Gateway":
        if _relied_upon(endpoint):
            return _unsuccessful(
                endpoint_id,
                "InvalidParameter",
                "The gateway endpoint is needed by an interface endpoint with "
                "PrivateDnsOnlyForInboundResolverEndpoint set to true.",
            )
        for table_id in endpoint.route_table_ids:
            remove_route(backend, endpoint, table_id)
    if endpoint.state != "deleting":
        endpoint.state = "deleting"
        delay = world().delays.endpoint_deleting
        world().clock.after(delay, lambda: _vanish(backend, endpoint))
    return None


def _relied_upon(gateway: Endpoint) -> bool:
    return any(
        each.service_name == gateway.service_name and each.inbound_only
        for each in endpoints_of_vpc(gateway.vpc_id)
    )


def _vanish(backend: Any, endpoint: Endpoint) -> None:
    with world().lock:
        for subnet_id in list(endpoint.subnet_ids or []):
            endpoint.leave_subnet(subnet_id)
        backend.tags.pop(endpoint.id, None)
        backend.vpc_end_points.pop(endpoint.id, None)


def settle(endpoint: Endpoint) -> None:
    """
    Make an endpoint pending, and available once AWS would have built it.
    """
    endpoint.state = "pending"

    def become_available() -> None:
        if endpoint.state == "pending":
            endpoint.state = "available"

    world().clock.after(world().delays.endpoint_pending, become_available)


def _unsuccessful(endpoint_id: str, code: str, message: str) -> dict[str, Any]:
    return {"ResourceId": endpoint_id, "Error": {"Code": code, "Message": message}}


def _default_group(backend: Any, vpc_id: str) -> str:
    return str(backend.get_default_security_group(vpc_id).id)


def flag(value: Any, *, default: bool) -> bool:
    """
    Read a boolean of the query protocol.
    """
    return default if value is None else str(value).lower() == "true"


def _inbound_only(service: Service, options: Any, *, private: bool) -> bool:
    # AWS takes true when S3 gets private DNS and nobody says otherwise.
    default = service.label == "s3" and private
    asked = (options or {}).get("PrivateDnsOnlyForInboundResolverEndpoint")
    return flag(asked, default=default)
