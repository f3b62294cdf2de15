"""
Whether what others made serves the site as it is, and the least that would make it so.

A resource of others need not be what we would have made. What suits is reported as
desired, so that only what does not suit shows as a difference.
"""

from __future__ import annotations

from dataclasses import replace
from ipaddress import IPv4Network
from typing import TYPE_CHECKING, Any, Final, TypeVar

from closednet.aws.simulation import Simulator
from closednet.model import needs, network_design
from closednet.model.step import OWNER, Work


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account
    from closednet.aws.simulation import Missing
    from closednet.model.specs.network import (
        Ingress,
        InterfaceEndpoint,
        ResolverEndpoint,
    )
    from closednet.params.site import SiteParams

T = TypeVar("T")
ANY_PROTOCOL: Final = "-1"
SHOWN: Final = 6


class Suitability:
    """
    Judges endpoints of others for one site.
    """

    def __init__(self, account: Account, params: SiteParams) -> None:
        self._account = account
        self._params = params
        self._simulator = Simulator(account)
        self._wanted = {g.name: g for g in network_design.security_groups(params)}

    def endpoint(
        self, seen: InterfaceEndpoint, wanted: InterfaceEndpoint, groups: Iterable[str]
    ) -> InterfaceEndpoint:
        """
        Return the wanted endpoint, with what does not suit as it is.
        """
        admits = self._admits(groups, wanted.security_group)
        return replace(
            seen,
            subnets=_enough(seen.subnets, wanted.subnets),
            security_group=wanted.security_group if admits else seen.security_group,
            policy=seen.policy if self._missing(seen) else wanted.policy,
            ip_address_type=wanted.ip_address_type
            if seen.ip_address_type == "dualstack"
            else seen.ip_address_type,
        )

    def resolver(
        self, seen: ResolverEndpoint, wanted: ResolverEndpoint, groups: Iterable[str]
    ) -> ResolverEndpoint:
        """
        Return the wanted inbound endpoint, with what does not suit as it is.
        """
        admits = self._admits(groups, wanted.security_group)
        return replace(
            seen,
            addresses=_enough(seen.addresses, wanted.addresses),
            security_group=wanted.security_group if admits else seen.security_group,
            protocols=_enough(seen.protocols, wanted.protocols),
        )

    def endpoint_work(
        self, endpoint_id: str, seen: InterfaceEndpoint, wanted: InterfaceEndpoint
    ) -> Work:
        """
        Return the least that its owner has to change.
        """
        parts = []
        if seen.subnets != wanted.subnets:
            lacking = ", ".join(sorted(wanted.subnets - seen.subnets))
            parts.append(f"add subnets {lacking}")
        if seen.security_group != wanted.security_group:
            parts.append(self._admission(wanted.security_group))
        if seen.private_dns != wanted.private_dns:
            parts.append("switch private DNS on")
        if seen.policy != wanted.policy:
            missing = self._missing(seen)
            named = ", ".join(str(each) for each in missing[:SHOWN])
            more = len(missing) - SHOWN
            parts.append(
                f"allow in its policy {named}"
                + (f" and {more} more" if more > 0 else "")
            )
        parts += [
            f"set {field} to {getattr(wanted, field)}"
            for field in ("ip_address_type", "dns_record_type")
            if getattr(seen, field) != getattr(wanted, field)
        ]
        return Work(OWNER, f"{wanted.key} ({endpoint_id}): {'; '.join(parts)}")

    def resolver_work(
        self, endpoint_id: str, seen: ResolverEndpoint, wanted: ResolverEndpoint
    ) -> Work:
        """
        Return the least that its owner has to change.
        """
        parts = []
        if seen.addresses != wanted.addresses:
            lacking = sorted(wanted.addresses - seen.addresses, key=lambda a: a.ip)
            parts += [f"add address {each.ip} in {each.subnet}" for each in lacking]
        if seen.security_group != wanted.security_group:
            parts.append(self._admission(wanted.security_group))
        if seen.protocols != wanted.protocols:
            parts.append(f"offer {', '.join(sorted(wanted.protocols))}")
        return Work(OWNER, f"{wanted.key} ({endpoint_id}): {'; '.join(parts)}")

    def _admission(self, group: str) -> str:
        rules = sorted(self._wanted[group].ingress, key=lambda r: (r.protocol, r.port))
        said = ", ".join(
            f"{rule.protocol} {rule.port} from {' and '.join(rule.sources)}"
            for rule in rules
        )
        return f"admit {said} in one of its security groups"

    def _missing(self, seen: InterfaceEndpoint) -> tuple[Missing, ...]:
        asked = needs.of_endpoint(seen.service, self._params)
        if not asked or not seen.policy:
            return ()
        return self._simulator.of_endpoint(seen.policy, asked)

    def _admits(self, groups: Iterable[str], name: str) -> bool:
        """
        Tell whether some of the groups together let in what ours would.
        """
        ids = sorted(groups)
        if not ids or name not in self._wanted:
            return False
        with self._account.call("ec2:DescribeSecurityGroups", ", ".join(ids)):
            pages = self._account.ec2.get_paginator("describe_security_groups")
            answer = pages.paginate(GroupIds=ids).build_full_result()
        permissions = [
            item for raw in answer["SecurityGroups"] for item in raw["IpPermissions"]
        ]
        return all(
            any(_lets_in(item, rule, source) for item in permissions)
            for rule in self._wanted[name].ingress
            for source in rule.sources
        )


def _enough(seen: frozenset[T], wanted: frozenset[T]) -> frozenset[T]:
    """
    Return what is wanted if there is that and perhaps more, else what there is.
    """
    lacking = wanted - seen
    return seen if lacking else wanted


def _lets_in(item: Any, rule: Ingress, source: str) -> bool:
    every = item["IpProtocol"] == ANY_PROTOCOL
    ports = every or item.get("FromPort", 0) <= rule.port <= item.get("ToPort", 65535)
    fits = every or item["IpProtocol"] == rule.protocol
    blocks = (IPv4Network(each["CidrIp"]) for each in item.get("IpRanges", ()))
    wanted = IPv4Network(source)
    return fits and ports and any(wanted.subnet_of(block) for block in blocks)
