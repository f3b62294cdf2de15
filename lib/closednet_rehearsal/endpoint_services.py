"""
The endpoint services that the rehearsed Region offers, and their DNS names.
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256
from typing import Any, Final


# AWS's own zone for *.vpce.amazonaws.com names in ap-northeast-1.
VPCE_ZONE_ID: Final = "Z2E726K9Y6RL4W"

# The last octet of the address that a service's endpoint takes in each subnet.
_INTERFACE: Final = {
    "ssm": 21,
    "ssmmessages": 22,
    "ec2messages": 23,
    "s3": 24,
    "logs": 25,
    "monitoring": 26,
    "kms": 27,
    "sts": 28,
    "ec2": 29,
    "secretsmanager": 30,
    "events": 31,
    "rolesanywhere": 32,
    "sns": 33,
    "sqs": 34,
    "xray": 35,
}
_GATEWAY: Final = ("s3", "dynamodb")
# Not every service is in every zone, so that this is met here: which ones, is ours.
_ALL_ZONES: Final = "acd"
_ZONES: Final = {"rolesanywhere": "ac", "xray": "a"}
_S3_LABELS: Final = ("s3", "*.s3", "s3-control", "*.s3-control")
_S3_ACCESS_POINT_LABELS: Final = ("s3-accesspoint", "*.s3-accesspoint")


@dataclass(frozen=True, slots=True)
class Service:
    """
    One endpoint service in one Region.
    """

    label: str
    kind: str
    region: str

    @property
    def name(self) -> str:
        """
        Return the name that CreateVpcEndpoint takes.
        """
        return f"com.amazonaws.{self.region}.{self.label}"

    @property
    def base_name(self) -> str:
        """
        Return the DNS name below which endpoint names stand.
        """
        return f"{self.label}.{self.region}.vpce.amazonaws.com"

    @property
    def private_names(self) -> tuple[str, ...]:
        """
        Return the public names that private DNS answers inside the VPC.
        """
        labels: tuple[str, ...] = (self.label,)
        if self.label == "s3":
            labels = _S3_LABELS + _S3_ACCESS_POINT_LABELS
        return tuple(f"{label}.{self.region}.amazonaws.com" for label in labels)

    @property
    def availability_zones(self) -> tuple[str, ...]:
        """
        Return the zones in which the service is offered.
        """
        return tuple(
            f"{self.region}{letter}" for letter in _ZONES.get(self.label, _ALL_ZONES)
        )

    @property
    def host_number(self) -> int:
        """
        Return the preferred last octet of this service's endpoint addresses.
        """
        return _INTERFACE[self.label]

    def details(self) -> dict[str, Any]:
        """
        Return the service as DescribeVpcEndpointServices shows it.
        """
        digest = sha256(f"{self.kind}|{self.name}".encode()).hexdigest()
        shown: dict[str, Any] = {
            "ServiceName": self.name,
            "ServiceId": f"vpce-svc-0{digest[:16]}",
            "ServiceType": [{"ServiceType": self.kind}],
            "ServiceRegion": self.region,
            "AvailabilityZones": list(self.availability_zones),
            "Owner": "amazon",
            "BaseEndpointDnsNames": [self.base_name],
            "VpcEndpointPolicySupported": True,
            "AcceptanceRequired": False,
            "ManagesVpcEndpoints": False,
            "SupportedIpAddressTypes": ["ipv4"],
            "Tags": [],
        }
        if self.kind == "Interface":
            names = [{"PrivateDnsName": name} for name in self.private_names]
            shown["PrivateDnsName"] = self.private_names[0]
            shown["PrivateDnsNames"] = names
            shown["PrivateDnsNameVerificationState"] = "verified"
        return shown


def services(region: str) -> tuple[Service, ...]:
    """
    Return every endpoint service of `region`, by name.
    """
    offered = [Service(label, "Gateway", region) for label in _GATEWAY]
    offered += [Service(label, "Interface", region) for label in _INTERFACE]
    return tuple(sorted(offered, key=lambda service: (service.name, service.kind)))


def find_service(name: str, kind: str, region: str) -> Service | None:
    """
    Return the service of that name and kind, or None.
    """
    for service in services(region):
        if service.name == name and service.kind == kind:
            return service
    return None
