"""
The parameters of one site, section by section, with their defaults.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from closednet.params.approvals import Approvals
from closednet.params.connection import Connection
from closednet.params.evidence import Evidence
from closednet.params.fields import (
    AccountId,
    Cidr,
    GroupName,
    HostName,
    Ipv4,
    OperatingSystem,
    Region,
    RoleArn,
    Section,
    Service,
    SiteName,
    SubnetId,
    VpcId,
    Zone,
)
from closednet.params.inventory import Inventory
from closednet.params.management import (
    Activation,
    Output,
    Prices,
    Rollout,
    Session,
    SsmAgent,
    Wishes,
)
from closednet.params.monitoring import CloudWatch


class Account(Section):
    """
    One AWS account and how to become its operator.
    """

    id: AccountId = Field(description="Account number, in quotes.")
    profile: str | None = Field(None, description="Profile of the AWS config file.")
    role_arn: RoleArn | None = Field(None, description="Role to assume.")


class Accounts(Section):
    """
    Who owns the network and who manages the servers; both may be one account.
    """

    network: Account = Field(description="Owns VPC, endpoints, resolver and zone.")
    management: Account = Field(description="Owns activation, roles, commands, logs.")
    dns: Account | None = Field(
        None, description="Owns the private hosted zone, where the network's does not."
    )

    def of(self, role: str) -> Account:
        """
        Return the account that plays a part: network, management or dns.
        """
        own = {"network": self.network, "management": self.management}
        return own.get(role) or self.dns or self.network


class Subnet(Section):
    """
    A subnet that gets one address of each endpoint.
    """

    id: SubnetId = Field(description="Its id in the network account.")
    availability_zone: Zone = Field(description="Where it lies.")
    cidr: Cidr = Field(description="Its block of addresses, inside the VPC's.")
    inbound_ip: Ipv4 = Field(
        description="Address of the Resolver inbound endpoint in this subnet; fixed"
        " here so that DNS and firewall people can work before it exists."
    )


class Network(Section):
    """
    The VPC behind the private link and the site's own addresses.
    """

    vpc_id: VpcId = Field(description="The VPC at the other end of the link.")
    vpc_cidr: Cidr = Field(description="Its block of addresses.")
    subnets: tuple[Subnet, ...] = Field(
        min_length=2,
        max_length=6,
        description="Two to six subnets in different Availability Zones.",
    )
    on_premises_cidrs: tuple[Cidr, ...] = Field(
        min_length=1, description="Where the servers' packets come from, after NAT."
    )
    dns_servers: tuple[Ipv4, ...] = Field(
        min_length=1, description="The site's DNS servers, which forward to AWS."
    )


class Endpoints(Section):
    """
    Which AWS services the site reaches privately.
    """

    services: tuple[Service, ...] = Field(
        ("ssm", "ssmmessages", "kms", "s3", "logs", "monitoring"),
        min_length=1,
        description="One endpoint each; agents since 3.3.40.0 need no ec2messages.",
    )


class NameResolution(Section):
    """
    How the site's DNS learns the private addresses.
    """

    s3: Literal[
        "private-hosted-zone",
        "endpoint-private-dns-inbound-only",
        "endpoint-private-dns",
    ] = Field(
        "endpoint-private-dns-inbound-only",
        description="Who answers S3's Regional names: a zone, as in 2022; the endpoint,"
        " for the site only; the endpoint, for the whole VPC.",
    )
    zone_vpc_id: VpcId | None = Field(
        None,
        description="With accounts.dns: a VPC of that account, with which the zone is"
        " made; AWS makes no private zone without one of the owner's.",
    )
    forwarding: Literal["narrow", "broad"] = Field(
        "narrow",
        description="narrow: one zone per service; broad: the Region's whole zone.",
    )
    dns_product: Literal["bind", "unbound", "dnsmasq", "windows"] = Field(
        "bind", description="What the site's DNS servers run."
    )


class Host(Section):
    """
    One server of the site.
    """

    name: HostName = Field(description="Its host name; letters, digits, hyphens.")
    address: Ipv4 = Field(description="Where it is reached, on premises.")
    os: OperatingSystem = Field(description="Its operating system.")
    arch: Literal["x86_64", "arm64"] = Field(
        "x86_64", description="Its processor; chooses the package."
    )
    connector: Literal["ssh", "script"] = Field(
        "ssh", description="script: a person carries the script to the server."
    )
    user: str = Field(
        "root",
        pattern=r"^[a-z_][a-z0-9_-]{0,31}$",
        description="SSH user: root, or one who may run /bin/sh by sudo.",
    )
    groups: tuple[GroupName, ...] = Field(
        (), description="Groups that it belongs to, as the inventory has them."
    )


Consent = Literal["advanced-instances-tier", "session-preferences"]


class SiteParams(Section):
    """
    Everything that closednet has to know about one site.
    """

    site: SiteName = Field(description="Name of the site, part of every tag and token.")
    region: Region = Field(description="The AWS Region of VPC and servers.")
    generation: int = Field(
        1, ge=1, description="Raise to make tokens and references anew."
    )
    profile: Literal["article-2022", "current"] = Field(
        "current",
        description="Defaults of endpoints.services, name_resolution.s3 and"
        " cloudwatch.credentials; article-2022: ec2messages, a zone, an access key.",
    )
    accounts: Accounts
    network: Network
    endpoints: Endpoints = Endpoints()
    name_resolution: NameResolution = NameResolution()
    activation: Activation
    wishes: Wishes = Wishes()
    consents: tuple[Consent, ...] = Field(
        (), description="Account-wide changes that this site may make."
    )
    ssm_agent: SsmAgent
    output: Output
    session: Session
    cloudwatch: CloudWatch = CloudWatch()
    hosts: tuple[Host, ...] = Field(
        (), description="The servers of the site, one by one, or see inventory."
    )
    inventory: Inventory = Inventory()
    mode: Literal["execute", "instruct"] = Field(
        "execute",
        description="instruct: notebooks execute nothing and show every command, to be"
        " run by hand; what it printed is pasted back.",
    )
    rollout: Rollout = Rollout()
    approvals: Approvals = Approvals()
    prices: Prices = Prices()
    evidence: Evidence = Evidence()

    evidence_dir: str = Field(
        "../evidence", description="Where runs leave their evidence, from this file."
    )
    connection: Connection = Connection()
