"""
Looks a name up in one hosted zone, with wildcards as RFC 4592 has them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet_rehearsal.dns.state import Zone, ZoneRecord, normal


if TYPE_CHECKING:
    from collections.abc import Iterator


def lookup(zone: Zone, name: str) -> tuple[ZoneRecord, ...] | None:
    """
    Return the record sets at `name` in `zone`, or None: there is no such name.
    """
    apex = normal(zone.name)
    by_name: dict[str, tuple[ZoneRecord, ...]] = {apex: ()}
    for record in zone.records:
        owner = normal(record.name)
        by_name[owner] = (*by_name.get(owner, ()), record)
    existing = {above for owner in by_name for above in _up_to(owner, apex)}
    if name in existing:
        return by_name.get(name, ())
    closest = next(above for above in _up_to(name, apex) if above in existing)
    return by_name.get(f"*.{closest}")


def _up_to(name: str, apex: str) -> Iterator[str]:
    """
    Yield `name` and the names above it, down to the apex of the zone.
    """
    while name != apex and name.endswith(f".{apex}"):
        yield name
        name = name.partition(".")[2]
    yield apex
