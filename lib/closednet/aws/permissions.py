"""
Ingress rules in EC2's shape and in ours.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any

from closednet.model.specs.network import Ingress


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SOURCES = (
    ("IpRanges", "CidrIp"),
    ("Ipv6Ranges", "CidrIpv6"),
    ("PrefixListIds", "PrefixListId"),
    ("UserIdGroupPairs", "GroupId"),
)


def from_aws(permissions: Iterable[Mapping[str, Any]]) -> frozenset[Ingress]:
    """
    Return EC2's permissions as rules; a port range shows as two rules.

    EC2 gathers the sources of one port in one permission, so do we.
    """
    single = sorted(
        {
            (str(item["IpProtocol"]), port, source)
            for item in permissions
            for port in {item.get("FromPort", -1), item.get("ToPort", -1)}
            for source in _sources(item)
        }
    )
    return frozenset(
        Ingress(protocol, port, tuple(source for *_, source in group))
        for (protocol, port), group in groupby(single, key=lambda rule: rule[:2])
    )


def to_aws(rules: Iterable[Ingress]) -> list[Any]:
    """
    Return rules as EC2's permissions, in a fixed order.
    """
    ordered = sorted(rules, key=lambda rule: (rule.protocol, rule.port, rule.sources))
    return [
        {
            "IpProtocol": rule.protocol,
            "FromPort": rule.port,
            "ToPort": rule.port,
            "IpRanges": [
                {"CidrIp": source, "Description": "closednet"}
                for source in rule.sources
            ],
        }
        for rule in ordered
    ]


def difference(
    wanted: frozenset[Ingress], have: frozenset[Ingress]
) -> frozenset[Ingress]:
    """
    Return what `wanted` lets in and `have` does not.
    """
    lets_in = {(r.protocol, r.port, source) for r in have for source in r.sources}
    missing = {
        Ingress(
            rule.protocol,
            rule.port,
            tuple(
                source
                for source in rule.sources
                if (rule.protocol, rule.port, source) not in lets_in
            ),
        )
        for rule in wanted
    }
    return frozenset(rule for rule in missing if rule.sources)


def _sources(permission: Mapping[str, Any]) -> list[str]:
    return [
        str(item.get(member, ""))
        for name, member in SOURCES
        for item in permission.get(name, ())
    ]
