"""
Who else lives in a VPC: the network interfaces that are not this runbook's.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any, Final

from closednet.model import naming


if TYPE_CHECKING:
    from closednet.aws.account import Account

# Interfaces of endpoints and resolvers ask nobody.
NO_CLIENTS: Final = ("vpc_endpoint", "vpc endpoint interface", "route 53 resolver")


def users(account: Account, vpc_id: str) -> tuple[tuple[str, int], ...]:
    """
    Return how many network interfaces of which sort a VPC has, ours left out.

    Whoever owns one asks the VPC's resolver, and is answered as the VPC is.
    """
    with account.call("ec2:DescribeNetworkInterfaces", vpc_id):
        pages = account.ec2.get_paginator("describe_network_interfaces")
        found = pages.paginate(
            Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
        ).build_full_result()
    sorts = Counter(
        _sort(raw) for raw in found["NetworkInterfaces"] if _asks(account, raw)
    )
    return tuple(sorted(sorts.items()))


def _sort(raw: Any) -> str:
    kind = str(raw.get("InterfaceType") or "interface")
    if kind != "interface":
        return kind
    if raw.get("Attachment", {}).get("InstanceId"):
        return "instance"
    return str(raw.get("RequesterId") or "interface")


def _asks(account: Account, raw: Any) -> bool:
    about = f"{raw.get('InterfaceType', '')} {raw.get('Description', '')}".lower()
    tags = {tag["Key"]: tag["Value"] for tag in raw.get("TagSet", ())}
    ours = tags.get(naming.SITE_TAG) == account.site
    return not ours and not any(words in about for words in NO_CLIENTS)
