"""
Gateway endpoints: a route to a prefix list, in the route tables one names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closednet_rehearsal.endpoint import Endpoint, new_endpoint
from closednet_rehearsal.errors import Refusal


if TYPE_CHECKING:
    from closednet_rehearsal.endpoint_services import Service


def create_gateway(backend: Any, service: Service, params: dict[str, Any]) -> Endpoint:
    """
    Create a gateway endpoint and its routes; it is available at once.
    """
    prefix_list = next(
        each
        for each in backend.managed_prefix_lists.values()
        if each.prefix_list_name == service.name
    )
    tables = params.get("RouteTableIds", [])
    for table_id in tables:
        if _route_of(backend, table_id, prefix_list.id) is not None:
            raise Refusal(
                "RouteAlreadyExists",
                f"route table {table_id} already has a route with "
                f"destination-prefix-list-id {prefix_list.id}",
            )
    endpoint = new_endpoint(backend, service, params)
    endpoint.private_dns_enabled = False
    endpoint.destination_prefix_list_id = prefix_list.id
    backend.vpc_end_points[endpoint.id] = endpoint
    endpoint.add_tags(specified_tags(params))
    for table_id in tables:
        add_route(backend, endpoint, table_id)
    return endpoint


def add_route(backend: Any, endpoint: Endpoint, table_id: str) -> None:
    """
    Route a gateway endpoint's prefix list to it in one route table.
    """
    backend.create_route(
        table_id,
        None,
        gateway_id=endpoint.id,
        destination_prefix_list_id=endpoint.destination_prefix_list_id,
    )


def remove_route(backend: Any, endpoint: Endpoint, table_id: str) -> None:
    """
    Remove a gateway endpoint's route from one route table.
    """
    route = _route_of(backend, table_id, endpoint.destination_prefix_list_id)
    if route is not None:
        del backend.route_tables[table_id]._routes[route]  # noqa: SLF001 - moto offers no remover


def _route_of(backend: Any, table_id: str, prefix_list_id: str | None) -> str | None:
    routes = backend.get_route_table(table_id)._routes  # noqa: SLF001
    for route_id, route in routes.items():
        prefix_list = route.destination_prefix_list
        if prefix_list is not None and prefix_list.id == prefix_list_id:
            return str(route_id)
    return None


def specified_tags(params: dict[str, Any]) -> dict[str, str]:
    """
    Return the tags of a request's tag specifications.
    """
    return {
        tag["Key"]: tag.get("Value", "")
        for specification in params.get("TagSpecifications", [])
        for tag in specification.get("Tags", [])
    }
