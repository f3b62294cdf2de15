"""
The parameters of one site, section by section, with their defaults.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from closednet.params.connection import Connection
from closednet.params.fields import (
    AccountId,
    AgentVersion,
    BucketName,
    Cidr,
    HostName,
    Ipv4,
    KeyArn,
    LogGroupName,
    OperatingSystem,
    Rate,
    Region,
    RoleArn,
    RoleName,
    Section,
    Service,
    SiteName,
    SubnetId,
    VpcId,
    Zone,
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


class Subnet(Section):
    """
    A subnet that gets one address of each endpoint.
    """

    id: SubnetId
    availability_zone: Zone
    cidr: Cidr
    inbound_ip: Ipv4 = Field(
        description="Address of the Resolver inbound endpoint in this subnet; fixed"
        " here so that DNS and firewall people can work before it exists."
    )


class Network(Section):
    """
    The VPC behind the private link and the site's own addresses.
    """

    vpc_id: VpcId
    vpc_cidr: Cidr
    subnets: tuple[Subnet, ...] = Field(min_length=2, max_length=6)
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
        ("ssm", "ssmmessages", "ec2messages", "kms", "s3", "logs", "monitoring"),
        min_length=1,
    )


class NameResolution(Section):
    """
    How the site's DNS learns the private addresses.
    """

    s3: Literal["private-hosted-zone"] = Field(
        "private-hosted-zone", description="Who answers S3's Regional names."
    )
    forwarding: Literal["narrow", "broad"] = Field(
        "narrow",
        description="narrow: one zone per service; broad: the Region's whole zone.",
    )
    dns_product: Literal["bind", "unbound", "dnsmasq", "windows"] = Field(
        "bind", description="What the site's DNS servers run."
    )


class Activation(Section):
    """
    The hybrid activation with which servers register, once.
    """

    role_name: RoleName = "closednet-managed-node"
    registration_limit: int = Field(ge=1, le=1000)
    expires_in_hours: int = Field(24, ge=1, le=720)
    secret_store: Literal["parameter-store", "secrets-manager", "file"] = Field(
        "parameter-store", description="Where the activation code is kept."
    )
    secret_file: str | None = Field(
        None, description="Path of the 0600 file when secret_store is file."
    )


class Wishes(Section):
    """
    What the site wants to be able to do; the tier follows from it.
    """

    session_manager: bool = True
    patch_microsoft_applications: bool = False


class SsmAgent(Section):
    """
    Which SSM Agent is installed and how it is checked.
    """

    version: AgentVersion = "latest"
    minimum_version: AgentVersion = "3.3.987.0"
    signing_key_file: str = Field(
        description="AWS's public key for the agent's packages, beside this file."
    )
    signing_key_fingerprint: str = Field(pattern=r"^[0-9A-F]{40}$")
    update_schedule: Rate = "rate(14 days)"


class Output(Section):
    """
    Where Run Command leaves its output, and sessions their logs.
    """

    bucket: BucketName = Field(description="Existing bucket of the management account.")
    prefix: str = Field("run-command", pattern=r"^[A-Za-z0-9!_.*'()/-]{1,128}$")
    command_log_group: LogGroupName = "/closednet/run-command"
    session_log_group: LogGroupName = "/closednet/sessions"
    retention_days: int = 90


class Session(Section):
    """
    Session Manager preferences, which hold for the whole account and Region.
    """

    kms_key_arn: KeyArn = Field(description="Existing key; encrypts sessions.")
    idle_timeout_minutes: int = Field(20, ge=1, le=60)


class Host(Section):
    """
    One server of the site.
    """

    name: HostName
    address: Ipv4
    os: OperatingSystem
    arch: Literal["x86_64", "arm64"] = "x86_64"
    connector: Literal["ssh", "script"] = Field(
        "ssh", description="script: a person carries the script to the server."
    )
    user: str = Field("root", pattern=r"^[a-z_][a-z0-9_-]{0,31}$")


class Rollout(Section):
    """
    How fast, and how many failures are too many.
    """

    max_concurrency: int = Field(10, ge=1, le=50)
    max_errors: int = Field(0, ge=0, le=1000)
    manual_wait_minutes: float = Field(
        0, ge=0, le=1440, description="How long a run waits for work of people."
    )
    delete_logs_on_rollback: bool = Field(
        False, description="Whether a rollback deletes log groups with their events."
    )


class Prices(Section):
    """
    List prices in US dollars, for the cost lines of a plan; check them.
    """

    as_of: str = Field("2026-11-01", pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$")
    interface_endpoint_hour: float = Field(0.014, ge=0)
    resolver_address_hour: float = Field(0.125, ge=0)
    hosted_zone_month: float = Field(0.5, ge=0)
    advanced_node_hour: float = Field(0.00695, ge=0)
    metric_month: float = Field(0.3, ge=0)


Consent = Literal["advanced-instances-tier", "session-preferences"]


class SiteParams(Section):
    """
    Everything that closednet has to know about one site.
    """

    site: SiteName = Field(description="Name of the site, part of every tag and token.")
    region: Region
    generation: int = Field(
        1, ge=1, description="Raise to make tokens and references anew."
    )
    profile: Literal["article-2022", "current"] = "current"
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
    hosts: tuple[Host, ...] = Field(min_length=1)
    rollout: Rollout = Rollout()
    prices: Prices = Prices()
    evidence_dir: str = Field(
        "../evidence", description="Where runs leave their evidence, from this file."
    )
    connection: Connection = Connection()
