"""
Resolves a name as the resolver of a VPC does: the most specific zone decides.

Private hosted zones and the private names of endpoints hide the public names
below them, also those that they do not contain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from closednet_rehearsal.dns.answer import Answer, Record, found, missing
from closednet_rehearsal.dns.public import AWS, authority, public_answer
from closednet_rehearsal.dns.state import (
    Endpoint,
    WorldState,
    Zone,
    ZoneRecord,
    is_below,
    normal,
)
from closednet_rehearsal.dns.zones import lookup


LONGEST_CHAIN: Final = 8


@dataclass(frozen=True, slots=True)
class Names:
    """
    Answers questions from one state of the world.
    """

    state: WorldState

    def resolve(self, qname: str, qtype: str) -> Answer:
        """
        Return the answer to one question.
        """
        return self._resolve(normal(qname), qtype.upper(), LONGEST_CHAIN)

    def _resolve(self, name: str, rtype: str, hops: int) -> Answer:
        endpoints = self.state.endpoints()
        zone = _most_specific(name, self.state.zones())
        private = _private_zones(endpoints)
        hidden = max((z for z in private if is_below(name, z)), key=len, default="")
        if zone is not None and len(normal(zone.name)) >= len(hidden):
            return self._from_zone(zone, name, rtype, hops)
        if hidden:
            return _from_endpoint(private[hidden], name, rtype, hidden)
        return _from_vpce(endpoints, name, rtype) or public_answer(name, rtype)

    def _from_zone(self, zone: Zone, name: str, rtype: str, hops: int) -> Answer:
        soa = normal(zone.name)
        records = lookup(zone, name)
        if records is None:
            return missing(soa)
        by_type = {record.rtype: record for record in records}
        record = by_type.get(rtype) or by_type.get("CNAME")
        if record is None:
            return found((), soa)
        return self._follow(record, rtype, hops, soa)

    def _follow(self, record: ZoneRecord, rtype: str, hops: int, soa: str) -> Answer:
        plain = Record(record.rtype, record.values, record.ttl)
        is_chain = record.rtype == "CNAME" != rtype
        target = record.alias or (record.values[0] if is_chain else "")
        if not target:
            return found((plain,), soa)
        end = self._resolve(normal(target), rtype, hops - 1) if hops else missing(soa)
        if record.alias:
            return found(tuple(r for r in end.records if r.rtype == rtype), soa)
        owned = tuple(_owned(r, normal(target)) for r in end.records)
        return Answer(end.rcode, (plain, *owned), "" if owned else end.soa)


def _owned(record: Record, owner: str) -> Record:
    return Record(record.rtype, record.values, record.ttl, record.owner or owner)


def _most_specific(name: str, zones: tuple[Zone, ...]) -> Zone | None:
    above = [zone for zone in zones if is_below(name, normal(zone.name))]
    return max(above, key=lambda zone: len(normal(zone.name)), default=None)


def _private_zones(endpoints: tuple[Endpoint, ...]) -> dict[str, Endpoint]:
    """
    Return the hidden zone of each endpoint with private DNS: `ssm.<r>.…`.
    """
    return {
        normal(name).removeprefix("*."): endpoint
        for endpoint in endpoints
        if endpoint.private_dns
        for name in endpoint.dns_names
        if not _is_vpce(normal(name))
    }


def _is_vpce(name: str) -> bool:
    return name.endswith(f".vpce.{AWS}")


def _from_endpoint(endpoint: Endpoint, name: str, rtype: str, zone: str) -> Answer:
    names = {normal(name) for name in endpoint.dns_names}
    if name not in names and not (f"*.{zone}" in names and name != zone):
        return missing(zone)
    return _addresses(endpoint, rtype, zone, "")


def _from_vpce(endpoints: tuple[Endpoint, ...], name: str, rtype: str) -> Answer | None:
    if not _is_vpce(name):
        return None
    soa = authority(name)
    for endpoint in endpoints:
        for entry in filter(_is_vpce, map(normal, endpoint.dns_names)):
            base = entry.removeprefix("*.")
            if name == entry or (entry != base and name.endswith(f".{base}")):
                return _addresses(endpoint, rtype, soa, base.split(".")[0])
            if base == name:
                return found((), soa)
    return missing(soa)


def _addresses(endpoint: Endpoint, rtype: str, soa: str, label: str) -> Answer:
    """
    Return the endpoint's addresses; a zonal `label` narrows them to its zone.
    """
    zonal = [i for i in endpoint.interfaces if label.endswith(i.availability_zone)]
    interfaces = (zonal if label else ()) or endpoint.interfaces
    ips = tuple(interface.ip for interface in interfaces)
    return found((Record("A", ips),) if rtype == "A" and ips else (), soa)
