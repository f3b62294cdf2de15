"""
Route 53 Resolver endpoints that take time to come and go.
"""

from __future__ import annotations

import json

from ipaddress import IPv4Address
from typing import Any, Final

from moto.route53resolver import urls
from moto.route53resolver.exceptions import (
    InvalidParameterException,
    ResourceExistsException,
    ResourceNotFoundException,
)
from moto.route53resolver.models import ResolverEndpoint, Route53ResolverBackend
from moto.route53resolver.responses import Route53ResolverResponse

from closednet_rehearsal.endpoint import taken_addresses
from closednet_rehearsal.quotas import within
from closednet_rehearsal.settings import INBOUND_IPS
from closednet_rehearsal.stage import world


_ASKED: Final = ("name", "security_group_ids", "direction", "ip_addresses")


class RehearsalResolverBackend(Route53ResolverBackend):
    """
    moto's Resolver with states, idempotent creation and addresses in use.
    """

    _url_module = property(lambda _: urls)

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.fingerprints: dict[str, tuple[str, str]] = {}

    def create_resolver_endpoint(self, *args: Any, **kwargs: Any) -> ResolverEndpoint:
        reference = kwargs["creator_request_id"]
        asked = json.dumps([kwargs[key] for key in _ASKED], sort_keys=True)
        known = self.fingerprints.get(reference)
        if known is not None and known[1] in self.resolver_endpoints:
            if known[0] != asked:
                raise ResourceExistsException(
                    f"Resolver endpoint with creator request ID '{reference}' "
                    "already exists"
                )
            return self.resolver_endpoints[known[1]]
        self._check_quotas(kwargs["ip_addresses"])
        kwargs["ip_addresses"] = self._addresses(kwargs["ip_addresses"])
        kwargs["name"] = kwargs["name"] or ""
        endpoint = super().create_resolver_endpoint(*args, **kwargs)
        self._rename(endpoint)
        self.fingerprints[reference] = (asked, endpoint.id)
        endpoint.status = "CREATING"
        endpoint.status_message = "[Rehearsal] Creating the Resolver Endpoint"
        delay = world().delays.resolver_creating
        world().clock.after(delay, lambda: _become_operational(endpoint))
        return endpoint

    def _check_addresses(self, addresses: list[Any]) -> None:
        within(
            "addresses_per_resolver_endpoint",
            len(addresses),
            "LimitExceededException",
            f"Account '{self.account_id}' has exceeded 'max-ip-addresses-per-endpoint'",
        )

    def _check_quotas(self, addresses: list[Any]) -> None:
        self._check_addresses(addresses)
        within(
            "resolver_endpoints_per_region",
            len(self.resolver_endpoints) + 1,
            "LimitExceededException",
            f"Account '{self.account_id}' has exceeded 'max-endpoints'",
        )

    def _addresses(self, asked: list[dict[str, Any]]) -> list[dict[str, Any]]:
        chosen: list[dict[str, Any]] = []
        known = {name for zone in self.ec2_backend.subnets.values() for name in zone}
        for each in asked:
            if each["SubnetId"] not in known:
                raise InvalidParameterException(
                    f"The subnet ID '{each['SubnetId']}' does not exist"
                )
            subnet = self.ec2_backend.get_subnet(each["SubnetId"])
            taken = taken_addresses(subnet) | {one["Ip"] for one in chosen}
            address = each.get("Ip") or _next_address(subnet, taken)
            if address in taken:
                raise ResourceExistsException(
                    f"The IP address '{address}' in subnet '{subnet.id}' is "
                    "already in use"
                )
            chosen.append(each | {"Ip": address})
        return chosen

    def _rename(self, endpoint: ResolverEndpoint) -> None:
        del self.resolver_endpoints[endpoint.id]
        tags = self.tagger.list_tags_for_resource(endpoint.arn)["Tags"]
        self.tagger.delete_all_tags_for_resource(endpoint.arn)
        way = "in" if endpoint.direction == "INBOUND" else "out"
        endpoint.id = world().ids.prefixed(f"rslvr-{way}", endpoint.name)
        self.tagger.tag_resource(endpoint.arn, tags)
        self.resolver_endpoints[endpoint.id] = endpoint
        _manage_interfaces(endpoint)

    def associate_resolver_endpoint_ip_address(
        self, resolver_endpoint_id: str, value: dict[str, Any]
    ) -> ResolverEndpoint:
        endpoint = self.resolver_endpoints.get(resolver_endpoint_id)
        held = endpoint.ip_addresses if endpoint is not None else []
        self._check_addresses([*held, value])
        (address,) = self._addresses([value])
        endpoint = super().associate_resolver_endpoint_ip_address(
            resolver_endpoint_id, address
        )
        _manage_interfaces(endpoint)
        _update(endpoint)
        return endpoint

    def disassociate_resolver_endpoint_ip_address(
        self, resolver_endpoint_id: str, value: dict[str, Any]
    ) -> ResolverEndpoint:
        endpoint = super().disassociate_resolver_endpoint_ip_address(
            resolver_endpoint_id, value
        )
        _update(endpoint)
        return endpoint

    def delete_resolver_endpoint(self, resolver_endpoint_id: str) -> ResolverEndpoint:
        endpoint = self.resolver_endpoints.get(resolver_endpoint_id)
        if endpoint is None:
            raise ResourceNotFoundException(
                f"Resolver endpoint with ID '{resolver_endpoint_id}' does not exist"
            )
        if endpoint.status != "DELETING":
            endpoint.status = "DELETING"
            endpoint.status_message = "[Rehearsal] Deleting the Resolver Endpoint"
            delay = world().delays.endpoint_deleting
            world().clock.after(delay, lambda: self._vanish(endpoint))
        return endpoint

    def _vanish(self, endpoint: ResolverEndpoint) -> None:
        with world().lock:
            self.tagger.delete_all_tags_for_resource(endpoint.arn)
            super().delete_resolver_endpoint(endpoint.id)


class RehearsalResolverResponse(Route53ResolverResponse):
    """
    The Resolver operations that differ from moto's.
    """

    def create_resolver_endpoint(self) -> str:
        asked = json.loads(self.body)
        shown = json.loads(super().create_resolver_endpoint())
        backend = self.route53resolver_backend
        endpoint = backend.resolver_endpoints[shown["ResolverEndpoint"]["Id"]]
        vars(endpoint).setdefault("protocols", asked.get("Protocols") or ["Do53"])
        vars(endpoint).setdefault("kind", asked.get("ResolverEndpointType") or "IPV4")
        return json.dumps({"ResolverEndpoint": _shown(endpoint)})

    def get_resolver_endpoint(self) -> str:
        shown = json.loads(super().get_resolver_endpoint())
        return json.dumps(
            {"ResolverEndpoint": self._complete(shown["ResolverEndpoint"])}
        )

    def list_resolver_endpoints(self) -> str:
        shown = json.loads(super().list_resolver_endpoints())
        shown["ResolverEndpoints"] = [
            self._complete(each) for each in shown["ResolverEndpoints"]
        ]
        return json.dumps(shown)

    def list_resolver_endpoint_ip_addresses(self) -> str:
        shown = json.loads(super().list_resolver_endpoint_ip_addresses())
        endpoint_id = self._get_param("ResolverEndpointId")
        state = self.route53resolver_backend.resolver_endpoints[endpoint_id].status
        names = {"CREATING": "CREATING", "DELETING": "DELETING"}
        for address in shown["IpAddresses"]:
            address["Status"] = names.get(state, "ATTACHED")
        return json.dumps(shown)

    def _complete(self, shown: dict[str, Any]) -> dict[str, Any]:
        return _shown(self.route53resolver_backend.resolver_endpoints[shown["Id"]])


def _shown(endpoint: ResolverEndpoint) -> dict[str, Any]:
    return endpoint.description() | {
        "Protocols": vars(endpoint).get("protocols", ["Do53"]),
        "ResolverEndpointType": vars(endpoint).get("kind", "IPV4"),
    }


def _interfaces(endpoint: ResolverEndpoint) -> list[Any]:
    enis = endpoint.ec2_backend.enis
    return [enis[each] for each in endpoint.eni_ids if each in enis]


def _manage_interfaces(endpoint: ResolverEndpoint) -> None:
    for eni in _interfaces(endpoint):
        eni.description = f"Route 53 Resolver: {endpoint.id}:{eni.id}"
        eni.requester_managed = True
        eni.status = "in-use"


def _update(endpoint: ResolverEndpoint) -> None:
    if endpoint.status == "OPERATIONAL":
        endpoint.status = "UPDATING"
        endpoint.status_message = "[Rehearsal] Updating the Resolver Endpoint"
        delay = world().delays.resolver_creating
        world().clock.after(delay, lambda: _become_operational(endpoint))


def _become_operational(endpoint: ResolverEndpoint) -> None:
    if endpoint.status in {"CREATING", "UPDATING"}:
        endpoint.status = "OPERATIONAL"
        endpoint.status_message = "[Rehearsal] This Resolver Endpoint is operational."


def _next_address(subnet: Any, taken: set[str]) -> str:
    wanted = [each for each in INBOUND_IPS if IPv4Address(each) in subnet.cidr]
    first = int(subnet.cidr.network_address)
    wanted += [str(IPv4Address(first + number)) for number in range(100, 200)]
    return next(each for each in wanted if each not in taken)
