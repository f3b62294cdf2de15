"""
Ownership tags in the shapes in which AWS's services want them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closednet.model import naming


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account


def mapping(items: Iterable[Mapping[str, Any]] | None) -> dict[str, str]:
    """
    Return a list of `Key`/`Value` pairs as a dictionary.
    """
    return {str(item["Key"]): str(item.get("Value", "")) for item in items or ()}


def pairs(tags: Mapping[str, str]) -> list[Any]:
    """
    Return tags as a list of `Key`/`Value` pairs.
    """
    return [{"Key": key, "Value": value} for key, value in tags.items()]


def specification(account: Account, resource_type: str, key: str) -> list[Any]:
    """
    Return EC2's tag specification for the resource `key` of the site.
    """
    wanted = naming.tags(account.site, key) | {"Name": f"{account.site}-{key}"}
    return [{"ResourceType": resource_type, "Tags": pairs(wanted)}]


def is_ours(account: Account, tags: Mapping[str, str], key: str) -> bool:
    """
    Tell whether `tags` say that we made the resource `key` of the site.
    """
    ours = naming.is_ours(tags, account.site)
    return ours and tags.get(naming.NAME_TAG) == key
