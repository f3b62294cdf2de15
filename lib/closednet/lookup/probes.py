"""
Which name shows whether a zone is forwarded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.lookup.forwarding import Probe


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping


@dataclass(frozen=True, slots=True)
class Probes:
    """
    Chooses probes among names that the endpoints themselves answer.

    `names` returns, for each name that must resolve to an endpoint of ours, its
    addresses. S3's zone has no such name before its hosted zone exists: until
    then the endpoints' own zone stands for it, which is in the same file, and
    the step of the hosted zone asks for S3's names themselves.
    """

    names: Callable[[], Mapping[str, frozenset[str]]]
    substitutes: Mapping[str, str]

    def of(self, zones: Iterable[str]) -> dict[str, Probe]:
        """
        Return a probe for each zone that has one.
        """
        names = self.names()
        found = {
            zone: self._of(self.substitutes.get(zone, zone), names) for zone in zones
        }
        return {zone: probe for zone, probe in found.items() if probe is not None}

    def _of(self, zone: str, names: Mapping[str, frozenset[str]]) -> Probe | None:
        for name, addresses in sorted(names.items()):
            if addresses and (name == zone or name.endswith(f".{zone}")):
                return Probe(name, addresses)
        return None
