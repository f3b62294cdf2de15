"""
Resolver inbound endpoints as AWS describes them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet.model import naming
from closednet.model.specs.network import PinnedAddress, ResolverEndpoint


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.aws.account import Account
    from closednet.aws.security_groups import SecurityGroups


@dataclass(frozen=True, slots=True)
class InboundState:
    """
    An inbound endpoint as it is; `addresses` maps each address to its status.
    """

    endpoint_id: str
    name: str
    status: str
    message: str
    addresses: Mapping[str, str]


class ResolverReads:
    """
    Reads the inbound endpoints of a VPC.
    """

    def __init__(self, account: Account, groups: SecurityGroups) -> None:
        self._account = account
        self._groups = groups

    def state(self, spec: ResolverEndpoint) -> InboundState | None:
        """
        Return the endpoint as it is, or None if there is none.
        """
        raw = self.pick(spec)
        if raw is None:
            return None
        return InboundState(
            endpoint_id=str(raw["Id"]),
            name=str(raw.get("Name", "")),
            status=str(raw["Status"]),
            message=str(raw.get("StatusMessage", "")),
            addresses={
                str(item.get("Ip", "")): str(item.get("Status", ""))
                for item in self.addresses(str(raw["Id"]))
            },
        )

    def pick(self, spec: ResolverEndpoint) -> Any:
        """
        Return our endpoint, else the one that has a pinned address, else None.
        """
        raws = self.all(spec)
        for raw in raws:
            if self.owned(raw, spec):
                return raw
        pinned = {address.ip for address in spec.addresses}
        for raw in raws:
            if pinned & {item.get("Ip") for item in self.addresses(str(raw["Id"]))}:
                return raw
        return None

    def all(self, spec: ResolverEndpoint, *, gone_too: bool = False) -> list[Any]:
        """
        Return the inbound endpoints of the VPC.
        """
        with self._account.call("route53resolver:ListResolverEndpoints", spec.key):
            client = self._account.route53resolver
            pages = client.get_paginator("list_resolver_endpoints")
            raws = pages.paginate().build_full_result()["ResolverEndpoints"]
        return [
            raw
            for raw in raws
            if (raw.get("HostVPCId"), raw.get("Direction")) == (spec.vpc_id, "INBOUND")
            and (gone_too or raw.get("Status") != "DELETING")
        ]

    def addresses(self, endpoint_id: str) -> list[Any]:
        """
        Return the addresses of an endpoint as AWS describes them.
        """
        operation = "route53resolver:ListResolverEndpointIpAddresses"
        with self._account.call(operation, endpoint_id):
            client = self._account.route53resolver
            pages = client.get_paginator("list_resolver_endpoint_ip_addresses")
            answer = pages.paginate(ResolverEndpointId=endpoint_id).build_full_result()
        return list(answer["IpAddresses"])

    def spec(self, raw: Any, wanted: ResolverEndpoint) -> ResolverEndpoint:
        """
        Return an endpoint as a spec, with its groups' logical names.
        """
        names = self._groups.names(wanted.vpc_id)
        groups = raw.get("SecurityGroupIds", ())
        return ResolverEndpoint(
            name=wanted.name,
            vpc_id=str(raw["HostVPCId"]),
            addresses=frozenset(
                PinnedAddress(str(item["SubnetId"]), str(item["Ip"]))
                for item in self.addresses(str(raw["Id"]))
            ),
            security_group=", ".join(sorted(names.get(g, g) for g in groups)),
            protocols=frozenset(raw.get("Protocols") or ("Do53",)),
        )

    def owned(self, raw: Any, spec: ResolverEndpoint) -> bool:
        """
        Tell whether the endpoint was requested with a token of ours.
        """
        return naming.is_token_of(
            str(raw.get("CreatorRequestId", "")),
            self._account.site,
            spec.key,
            self._account.generation,
            spec.vpc_id,
        )
