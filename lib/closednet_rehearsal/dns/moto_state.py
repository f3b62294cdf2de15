"""
Reads moto's state, and only reads it: nothing is created by looking.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from moto.ec2.models import ec2_backends
from moto.route53.models import route53_backends
from moto.route53resolver.models import route53resolver_backends

from closednet_rehearsal.dns.state import Endpoint, Interface, Zone, ZoneRecord


if TYPE_CHECKING:
    from closednet_rehearsal.world import World


ANSWERING_STATES: Final = frozenset({"available", "deleting"})


@dataclass(frozen=True, slots=True)
class MotoState:
    """
    The state of the AWS that is rehearsed, as seen from one VPC.
    """

    world: World
    account: str
    region: str
    vpc_id: str

    def endpoints(self) -> tuple[Endpoint, ...]:
        """
        Return the interface endpoints of the VPC that answer.
        """
        with self.world.lock:
            ec2 = _existing(ec2_backends, self.account, self.region)
            if ec2 is None:
                return ()
            private = self._has_private_names(ec2)
            return tuple(
                _endpoint(ec2, endpoint, private=private)
                for _, endpoint in sorted(ec2.vpc_end_points.items())
                if self._answers(endpoint)
            )

    def zones(self) -> tuple[Zone, ...]:
        """
        Return the private hosted zones of all accounts associated with the VPC.
        """
        with self.world.lock:
            ec2 = _existing(ec2_backends, self.account, self.region)
            if ec2 is None or not self._has_private_names(ec2):
                return ()
            return tuple(
                _zone(zone)
                for account in sorted(route53_backends)
                for backend in route53_backends[account].values()
                for _, zone in sorted(backend.zones.items())
                if any(vpc.get("vpc_id") == self.vpc_id for vpc in zone.vpcs)
            )

    def inbound_endpoint_ips(self) -> tuple[str, ...]:
        """
        Return the addresses of the VPC's operational inbound endpoints.
        """
        with self.world.lock:
            backend = _existing(route53resolver_backends, self.account, self.region)
            endpoints = () if backend is None else backend.resolver_endpoints.values()
            return tuple(
                description["Ip"]
                for endpoint in endpoints
                if endpoint.direction == "INBOUND"
                and endpoint.status == "OPERATIONAL"
                and endpoint.host_vpc_id == self.vpc_id
                for description in endpoint.ip_descriptions()
            )

    def _answers(self, endpoint: Any) -> bool:
        is_interface = (endpoint.vpc_endpoint_type or "").lower() == "interface"
        is_here = endpoint.vpc_id == self.vpc_id
        return is_interface and is_here and endpoint.state.lower() in ANSWERING_STATES

    def _has_private_names(self, ec2: Any) -> bool:
        vpc = ec2.vpcs.get(self.vpc_id)
        return bool(vpc and _is_on(vpc.enable_dns_support))


def _existing(backends: Any, account: str, region: str) -> Any:
    # Indexing a BackendDict would build the missing account or Region.
    of_account = dict.get(backends, account)
    return None if of_account is None else dict.get(of_account, region)


def _is_on(attribute: Any) -> bool:
    # The attribute is a bool until it is modified, and then what the query said.
    return str(attribute).lower() == "true"


def _endpoint(ec2: Any, endpoint: Any, *, private: bool) -> Endpoint:
    interfaces = [
        ec2.enis[eni_id]
        for eni_id in endpoint.network_interface_ids
        if eni_id in ec2.enis
    ]
    return Endpoint(
        endpoint.id,
        tuple(_dns_name(entry) for entry in endpoint.dns_entries or ()),
        tuple(
            Interface(eni.private_ip_address, eni.subnet.availability_zone)
            for eni in interfaces
        ),
        private_dns=private and _is_on(endpoint.private_dns_enabled),
    )


def _dns_name(entry: Any) -> str:
    return str(entry.get("DnsName") or entry.get("dns_name"))


def _zone(zone: Any) -> Zone:
    return Zone(zone.name, tuple(_record(record) for record in zone.rrsets))


def _record(record: Any) -> ZoneRecord:
    values = (v["Value"] if isinstance(v, dict) else v for v in record.records or ())
    alias = (record.alias_target or {}).get("DNSName", "")
    return ZoneRecord(
        record.name, str(record.type), tuple(values), alias, int(record.ttl or 60)
    )
