"""
Names that are found again: ownership tags and idempotency tokens.

Both follow from the site and the logical name alone, so no state file is needed.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

SITE_TAG: Final = "closednet:site"
NAME_TAG: Final = "closednet:name"
MANAGED_BY_TAG: Final = "ManagedBy"
MANAGED_BY: Final = "closednet"
ATTEMPTS: Final = 9


def tags(site: str, key: str) -> dict[str, str]:
    """
    Return the tags that say that we made the resource `key` of `site`.
    """
    return {SITE_TAG: site, NAME_TAG: key, MANAGED_BY_TAG: MANAGED_BY}


def is_ours(found: Mapping[str, str], site: str) -> bool:
    """
    Tell whether `found` tags say that we made the resource for `site`.
    """
    return found.get(SITE_TAG) == site and found.get(MANAGED_BY_TAG) == MANAGED_BY


def token(site: str, key: str, generation: int, *parts: str) -> str:
    """
    Return the idempotency token of a resource: the same for every retry.
    """
    text = "|".join((site, key, str(generation), *parts))
    return f"closednet-{sha256(text.encode()).hexdigest()[:32]}"


def successors(first: str) -> Iterator[str]:
    """
    Yield `first`, then `first-2`, `first-3`, ...

    AWS remembers the tokens of deleted resources; whoever makes one anew takes
    the first token that AWS does not hold against him.
    """
    yield first
    for number in range(2, ATTEMPTS + 1):
        yield f"{first}-{number}"


def is_token_of(found: str, site: str, key: str, generation: int, *parts: str) -> bool:
    """
    Tell whether `found` is a token of this resource, of any generation so far.
    """
    return any(
        found == candidate
        for number in range(1, generation + 1)
        for candidate in successors(token(site, key, number, *parts))
    )
