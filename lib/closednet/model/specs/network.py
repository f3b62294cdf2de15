"""
The network side of a site: groups, endpoints, name resolution.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Ingress:
    """
    Who may reach one port; `sources` are CIDR blocks, sorted.
    """

    protocol: str
    port: int
    sources: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SecurityGroup:
    """
    A security group; `name` is its logical name, such as `endpoints`.
    """

    name: str
    vpc_id: str
    description: str
    ingress: frozenset[Ingress]

    @property
    def key(self) -> str:
        return f"security-group/{self.name}"


@dataclass(frozen=True, slots=True)
class InterfaceEndpoint:
    """
    An interface endpoint of one AWS service; `policy` is canonical JSON.
    """

    service: str
    vpc_id: str
    subnets: frozenset[str]
    security_group: str
    private_dns: bool
    policy: str
    ip_address_type: str = "ipv4"
    dns_record_type: str = "ipv4"

    @property
    def key(self) -> str:
        return endpoint_key(self.service)


@dataclass(frozen=True, slots=True)
class PinnedAddress:
    """
    An address that was chosen before the resource exists.
    """

    subnet: str
    ip: str


@dataclass(frozen=True, slots=True)
class ResolverEndpoint:
    """
    A Route 53 Resolver inbound endpoint.
    """

    name: str
    vpc_id: str
    addresses: frozenset[PinnedAddress]
    security_group: str
    protocols: frozenset[str] = frozenset({"Do53"})

    @property
    def key(self) -> str:
        return f"resolver-endpoint/{self.name}"


@dataclass(frozen=True, slots=True)
class ForwardingRule:
    """
    A zone that the site's DNS servers forward to the inbound endpoint.
    """

    zone: str
    targets: tuple[str, ...]
    servers: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"forwarding-rule/{self.zone}"


@dataclass(frozen=True, slots=True)
class HostedZone:
    """
    A private hosted zone, associated with one VPC.
    """

    name: str
    vpc_id: str
    region: str

    @property
    def key(self) -> str:
        return f"hosted-zone/{self.name}"


@dataclass(frozen=True, slots=True)
class ZoneRecord:
    """
    An alias record that points to an interface endpoint by its logical name.
    """

    zone: str
    name: str
    target: str
    type: str = "A"

    @property
    def key(self) -> str:
        return f"zone-record/{self.name}/{self.type}"


@dataclass(frozen=True, slots=True)
class ZoneAuthorization:
    """
    Leave to associate a VPC of another account with a zone; of use only meanwhile.
    """

    zone: str
    vpc_id: str
    region: str

    @property
    def key(self) -> str:
        return f"zone-authorization/{self.zone}"


@dataclass(frozen=True, slots=True)
class ZoneAssociation:
    """
    The site's VPC among those of a zone that another account owns.
    """

    zone: str
    vpc_id: str
    region: str
    owner: str

    @property
    def key(self) -> str:
        return f"zone-association/{self.zone}"


@dataclass(frozen=True, slots=True)
class GatewayEndpoint:
    """
    A gateway endpoint without routes: AWS wants one before S3's endpoint may answer
    S3's names for the inbound endpoint only.
    """

    service: str
    vpc_id: str

    @property
    def key(self) -> str:
        return f"gateway-endpoint/{self.service}"


@dataclass(frozen=True, slots=True)
class EndpointNames:
    """
    Names that an interface endpoint answers itself.

    `answers` is `inbound` for the inbound endpoint only, `vpc` for the whole VPC,
    or `nobody`.
    """

    service: str
    vpc_id: str
    answers: str

    @property
    def key(self) -> str:
        return f"endpoint-names/{self.service}"


@dataclass(frozen=True, slots=True)
class NameOverride:
    """
    A zone that the site's DNS servers answer themselves while AWS's answer moves.
    """

    zone: str
    target: str
    servers: tuple[str, ...]

    @property
    def key(self) -> str:
        return f"name-override/{self.zone}"


def endpoint_key(service: str) -> str:
    """
    Return the logical name of a service's interface endpoint.
    """
    return f"interface-endpoint/{service}"


def regional_name(service: str, region: str) -> str:
    """
    Return the Regional name of a service, such as `ssm.eu-west-1.amazonaws.com`.
    """
    return f"{service}.{region}.{domain(region)}"


def domain(region: str) -> str:
    """
    Return the domain under which a Region's services have their names.
    """
    return "amazonaws.com.cn" if region.startswith("cn-") else "amazonaws.com"
