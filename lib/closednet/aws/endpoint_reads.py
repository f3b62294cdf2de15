"""
Interface endpoints as AWS describes them: states, addresses, names.
"""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Any, Final

from closednet.aws import tagging
from closednet.aws.endpoint_states import AliasTarget, EndpointState, NetworkInterface
from closednet.model.endpoint_policies import canonical_policy
from closednet.model.specs.network import InterfaceEndpoint, endpoint_key, regional_name


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account

DEAD: Final = frozenset({"deleted", "deleting"})


class EndpointReads:
    """
    Reads the interface endpoints of a VPC.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def service_name(self, service: str) -> str:
        """
        Return the endpoint service's full name.
        """
        prefix = "cn." if self._account.region.startswith("cn-") else ""
        return f"{prefix}com.amazonaws.{self._account.region}.{service}"

    def raw(
        self, vpc_id: str, *, gone_too: bool = False, kind: str = "Interface"
    ) -> list[Any]:
        """
        Return all endpoints of a kind in a VPC that are not gone.
        """
        with self._account.call("ec2:DescribeVpcEndpoints", vpc_id):
            pages = self._account.ec2.get_paginator("describe_vpc_endpoints")
            answer = pages.paginate(
                Filters=[
                    {"Name": "vpc-id", "Values": [vpc_id]},
                    {"Name": "vpc-endpoint-type", "Values": [kind]},
                ]
            ).build_full_result()
        return [
            raw
            for raw in answer["VpcEndpoints"]
            if gone_too or raw.get("State", "").lower() not in DEAD
        ]

    def pick(self, raws: Iterable[Any], service: str) -> Any:
        """
        Return our endpoint of the service, else the one to adopt, else None.
        """
        name, key = self.service_name(service), endpoint_key(service)
        ranked = sorted(
            (raw for raw in raws if raw["ServiceName"] == name),
            key=lambda raw: (
                not tagging.is_ours(
                    self._account, tagging.mapping(raw.get("Tags")), key
                ),
                not raw.get("PrivateDnsEnabled", False),
                raw["VpcEndpointId"],
            ),
        )
        return ranked[0] if ranked else None

    def spec(
        self, raw: Any, service: str, names: Mapping[str, str]
    ) -> InterfaceEndpoint:
        """
        Return an endpoint as a spec, with its groups' logical names.
        """
        groups = sorted(
            names.get(str(group["GroupId"]), str(group["GroupId"]))
            for group in raw.get("Groups", ())
        )
        options = raw.get("DnsOptions") or {}
        return InterfaceEndpoint(
            service=service,
            vpc_id=raw["VpcId"],
            subnets=frozenset(raw.get("SubnetIds", ())),
            security_group=", ".join(groups),
            # Who answers S3's names is a choice of its own, made in another step.
            private_dns=service != "s3" and bool(raw.get("PrivateDnsEnabled", False)),
            policy=canonical_policy(raw.get("PolicyDocument", "")),
            ip_address_type=str(raw.get("IpAddressType") or "ipv4").lower(),
            dns_record_type=str(options.get("DnsRecordIpType") or "ipv4"),
        )

    def states(self, vpc_id: str, services: Iterable[str]) -> dict[str, EndpointState]:
        """
        Return the endpoints of these services as they are, by service.
        """
        raws = self.raw(vpc_id)
        picked = {
            service: raw
            for service in services
            if (raw := self.pick(raws, service)) is not None
        }
        interfaces = self.interfaces(vpc_id)
        return {
            service: self._state(service, raw, interfaces)
            for service, raw in picked.items()
        }

    def names(self, vpc_id: str, services: Iterable[str]) -> dict[str, frozenset[str]]:
        """
        Return the addresses of each name that an endpoint itself answers.
        """
        found: dict[str, frozenset[str]] = {}
        for service, state in self.states(vpc_id, services).items():
            if state.state == "available":
                found[state.name] = state.addresses
                if state.private_dns:
                    name = regional_name(service, self._account.region)
                    found[name] = state.addresses
        return found

    def _state(
        self, service: str, raw: Any, interfaces: Mapping[str, NetworkInterface]
    ) -> EndpointState:
        alias = self._alias(raw)
        error = raw.get("LastError") or {}
        ids = raw.get("NetworkInterfaceIds", ())
        return EndpointState(
            endpoint_id=str(raw["VpcEndpointId"]),
            service=service,
            state=str(raw["State"]).lower(),
            interfaces=tuple(
                sorted(
                    (interfaces[i] for i in ids if i in interfaces),
                    key=lambda interface: interface.availability_zone,
                )
            ),
            name="" if alias is None else re.sub(r"^\*", "bucket", alias.name),
            alias=alias,
            private_dns=bool(raw.get("PrivateDnsEnabled", False)),
            error=str(error.get("Message", "")),
        )

    def _alias(self, raw: Any) -> AliasTarget | None:
        """
        Return the Regional entry: AWS promises no order of the entries.
        """
        region = re.escape(self._account.region)
        regional = re.compile(
            rf"^(\*\.)?vpce-[0-9a-z]+-[0-9a-z]+\.[a-z0-9.-]+\.{region}\.vpce\."
        )
        for entry in raw.get("DnsEntries", ()):
            if regional.match(entry.get("DnsName", "")):
                return AliasTarget(entry["DnsName"], entry.get("HostedZoneId", ""))
        return None

    def interfaces(self, vpc_id: str) -> dict[str, NetworkInterface]:
        """
        Return every network interface of a VPC by its id.
        """
        with self._account.call("ec2:DescribeNetworkInterfaces", vpc_id):
            pages = self._account.ec2.get_paginator("describe_network_interfaces")
            answer = pages.paginate(
                Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
            ).build_full_result()
        return {
            str(raw["NetworkInterfaceId"]): NetworkInterface(
                ip=str(raw.get("PrivateIpAddress", "")),
                subnet=str(raw.get("SubnetId", "")),
                availability_zone=str(raw.get("AvailabilityZone", "")),
                groups=frozenset(str(g["GroupId"]) for g in raw.get("Groups", ())),
            )
            for raw in answer["NetworkInterfaces"]
        }
