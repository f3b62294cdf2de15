"""
What troubles take hold of in the rehearsed network account.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends
from moto.route53resolver.models import route53resolver_backends

from closednet_rehearsal.settings import NETWORK_ACCOUNT, REGION, ROUTE_TABLE_ID, VPC_ID


if TYPE_CHECKING:
    from closednet_rehearsal.trouble.trouble import Undo


def ec2() -> Any:
    """
    Return moto's EC2 in the network account.
    """
    return ec2_backends[NETWORK_ACCOUNT][REGION]


def vpc() -> Any:
    """
    Return the VPC of the endpoints.
    """
    return ec2().vpcs[VPC_ID]


def endpoints() -> list[Any]:
    """
    Return the interface endpoints that are not about to go.
    """
    return [
        each
        for each in ec2().vpc_end_points.values()
        if each.service.kind == "Interface" and each.state != "deleting"
    ]


def endpoint(service: str) -> Any:
    """
    Return the endpoint of a service, or None.
    """
    return next((one for one in endpoints() if one.service.label == service), None)


def group(name: str) -> Any:
    """
    Return a security group by the end of its name, once it lets anything in.
    """
    found = (
        one
        for groups in ec2().groups.values()
        for one in groups.values()
        if one.name.endswith(name) and one.ingress_rules
    )
    return next(found, None)


def inbound() -> Any:
    """
    Return the inbound endpoint once it is operational, or None.
    """
    backend = route53resolver_backends[NETWORK_ACCOUNT][REGION]
    found = (
        one
        for one in backend.resolver_endpoints.values()
        if one.direction == "INBOUND" and one.status == "OPERATIONAL"
    )
    return next(found, None)


def resolver() -> Any:
    """
    Return moto's Resolver in the network account.
    """
    return route53resolver_backends[NETWORK_ACCOUNT][REGION]


def zone() -> Any:
    """
    Return the private hosted zone of the VPC, or None.
    """
    found = (
        one
        for one in route53_backends[NETWORK_ACCOUNT]["aws"].zones.values()
        if any(each.get("vpc_id") == VPC_ID for each in one.vpcs)
    )
    return next(found, None)


def routes() -> dict[str, Any]:
    """
    Return the routes of the endpoints' subnets, which may be changed in place.
    """
    found: dict[str, Any] = ec2().route_tables[ROUTE_TABLE_ID]._routes  # noqa: SLF001 - moto's own
    return found


def put(thing: Any, name: str, value: object) -> Undo:
    """
    Set an attribute, and return what sets it back.
    """
    before = getattr(thing, name)
    setattr(thing, name, value)
    return lambda: setattr(thing, name, before)
