"""
A VPC endpoint with the addresses, names and states that AWS gives it.
"""

from __future__ import annotations

from datetime import UTC, datetime
from hashlib import sha256
from ipaddress import IPv4Address
from typing import Any

from moto.ec2.models.vpcs import VPCEndPoint

from closednet_rehearsal.endpoint_services import VPCE_ZONE_ID, Service
from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.settings import INBOUND_IPS
from closednet_rehearsal.stage import world


_FIRST_FALLBACK = 200


class Endpoint(VPCEndPoint):
    """
    An interface or gateway endpoint; interfaces are made and dropped by subnet.
    """

    def __init__(self, backend: Any, service: Service, params: dict[str, Any]) -> None:
        super().__init__(
            backend,
            world().ids.prefixed("vpce", backend.account_id, service.name),
            params["VpcId"],
            service.name,
            service.kind,
            params.get("PolicyDocument"),
            list(params.get("RouteTableIds", [])),
            [],
            security_group_ids=list(params.get("SecurityGroupIds", [])),
        )
        self.service = service
        self.creation_timestamp = datetime.fromtimestamp(world().clock.now(), UTC)
        self.ip_address_type = "ipv4"
        self.service_region = service.region
        self.requester_managed = False
        self.inbound_only = False
        self.dns_entries = []
        self.destination_prefix_list_id = None

    @property
    def dns_options(self) -> dict[str, Any] | None:
        """
        Return the DNS options as the API shows them.
        """
        if self.service.kind == "Gateway":
            return None
        options: dict[str, Any] = {"DnsRecordIpType": "ipv4"}
        if self.service.label == "s3" and self.private_dns_enabled:
            options["PrivateDnsOnlyForInboundResolverEndpoint"] = self.inbound_only
        return options

    @property
    def interfaces(self) -> list[Any]:
        """
        Return the network interfaces of this endpoint.
        """
        enis = self.ec2_backend.enis
        return [enis[each] for each in self.network_interface_ids if each in enis]

    def name_itself(self) -> None:
        """
        Recompute the DNS entries from subnets and private DNS.
        """
        stem = f"{self.id}-{sha256(self.id.encode()).hexdigest()[:8]}"
        star = "*." if self.service.label == "s3" else ""
        zones = sorted(eni.availability_zone for eni in self.interfaces)
        labels = [stem, *(f"{stem}-{zone}" for zone in zones)]
        self.dns_entries = [
            {
                "DnsName": f"{star}{label}.{self.service.base_name}",
                "HostedZoneId": VPCE_ZONE_ID,
            }
            for label in labels
        ]
        if self.private_dns_enabled:
            zone_id = f"Z{sha256(stem.encode()).hexdigest()[:20].upper()}"
            self.dns_entries += [
                {"DnsName": name, "HostedZoneId": zone_id}
                for name in self.service.private_names
            ]

    def enter_subnet(self, subnet_id: str, address: str | None) -> None:
        """
        Put a network interface of this endpoint into a subnet.
        """
        backend = self.ec2_backend
        subnet = backend.get_subnet(subnet_id)
        address = address or free_address(subnet, self.service.host_number)
        eni = backend.create_network_interface(
            subnet,
            address,
            group_ids=list(self.security_group_ids),
            description=f"VPC Endpoint Interface {self.id}",
        )
        del backend.enis[eni.id]
        eni.id = world().ids.prefixed("eni", self.id, subnet_id)
        backend.enis[eni.id] = eni
        eni.interface_type = "vpc_endpoint"
        eni.requester_managed = True
        eni.requester_id = "rehearsal:vpc-endpoint"
        eni.status = "in-use"
        self.subnet_ids = [*(self.subnet_ids or []), subnet_id]
        self.network_interface_ids.append(eni.id)

    def leave_subnet(self, subnet_id: str) -> None:
        """
        Drop the network interface that stands in a subnet.
        """
        for eni in self.interfaces:
            if eni.subnet.id == subnet_id:
                self.network_interface_ids.remove(eni.id)
                del self.ec2_backend.enis[eni.id]
        self.subnet_ids = [each for each in self.subnet_ids or [] if each != subnet_id]

    def follow_groups(self) -> None:
        """
        Give the network interfaces the security groups of the endpoint.
        """
        backend = self.ec2_backend
        for eni in self.interfaces:
            eni._group_set = [  # noqa: SLF001 - moto offers no setter
                backend.get_security_group_from_id(each)
                for each in self.security_group_ids
            ]


def new_endpoint(backend: Any, service: Service, params: dict[str, Any]) -> Endpoint:
    """
    Return an endpoint that nobody knows of yet.
    """
    # moto declares CloudFormation's hooks abstract and never enforces that.
    return Endpoint(backend, service, params)  # type: ignore[abstract]


def taken_addresses(subnet: Any) -> set[str]:
    """
    Return every address that a network interface of the subnet holds.
    """
    return {
        address["PrivateIpAddress"]
        for eni in subnet.ec2_backend.enis.values()
        if eni.subnet.id == subnet.id
        for address in eni.private_ip_addresses
    }


def free_address(subnet: Any, host_number: int) -> str:
    """
    Return the address with that host number, or the next free one.
    """
    taken = taken_addresses(subnet) | set(INBOUND_IPS)
    network = int(subnet.cidr.network_address)
    last = subnet.cidr.num_addresses - 2
    for number in (host_number, *range(_FIRST_FALLBACK, last), *range(4, last)):
        address = str(IPv4Address(network + number))
        if number <= last and address not in taken:
            return address
    raise Refusal(
        "InsufficientFreeAddressesInSubnet",
        f"The rehearsal's subnet {subnet.id} has no free address",
    )
