"""
How servers are managed: activation, agent, output, sessions, pace, prices.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from closednet.params.fields import (
    AccountId,
    AgentVersion,
    BucketName,
    HostName,
    KeyArn,
    LogGroupName,
    Rate,
    RoleName,
    Section,
)


WaveSize = Annotated[int, Field(ge=1, le=900)]


class Activation(Section):
    """
    The hybrid activation with which servers register, once.
    """

    role_name: RoleName = Field(
        "closednet-managed-node", description="Role that the servers act as."
    )
    registration_limit: int = Field(
        ge=1, le=1000, description="How many servers may register with it."
    )
    expires_in_hours: int = Field(
        24, ge=1, le=720, description="Registered servers stay so afterwards."
    )
    secret_store: Literal["parameter-store", "secrets-manager", "file"] = Field(
        "parameter-store", description="Where the activation code is kept."
    )
    secret_file: str | None = Field(
        None,
        description="Where secret_store is file: file of mode 0600 in a folder of mode"
        " 0700, from this file.",
    )


class Wishes(Section):
    """
    What the site wants to be able to do; the tier follows from it.
    """

    session_manager: bool = Field(
        True, description="Sessions on servers; needs the advanced-instances tier."
    )
    patch_microsoft_applications: bool = Field(
        False, description="Patching of those; needs the advanced-instances tier."
    )


class SsmAgent(Section):
    """
    Which SSM Agent is installed and how it is checked.
    """

    version: AgentVersion = Field(
        "latest", description="Which package is downloaded: latest, or four numbers."
    )
    minimum_version: AgentVersion = Field(
        "3.3.987.0", description="An installed agent older than this is replaced."
    )
    signing_key_file: str = Field(
        description="AWS's public key for the agent's packages, beside this file."
    )
    signing_key_fingerprint: str = Field(
        pattern=r"^[0-9A-F]{40}$",
        description="Its fingerprint: 40 hexadecimal digits; any other is refused.",
    )
    package_mirror: str | None = Field(
        None,
        pattern=r"^https?://[A-Za-z0-9.:/_-]+[A-Za-z0-9_-]$",
        description="URL of a mirror inside with AWS's folders, VERSION/linux_amd64/...;"
        " null: packages come from the S3 interface endpoint.",
    )
    package_folder: str | None = Field(
        None,
        pattern=r"^(/[A-Za-z0-9._-]+)+$|^[A-Z]:(/[A-Za-z0-9._-]+)+$",
        description="Folder on every server in which package and signature (.sig) lie.",
    )
    registration: Literal["agent", "setup-cli"] = Field(
        "agent",
        description="agent: amazon-ssm-agent -register; setup-cli: AWS's ssm-setup-cli,"
        " which replaces itself by its newest version first. Windows servers: agent.",
    )
    update_schedule: Rate = Field(
        "rate(14 days)", description="How often State Manager updates the agent."
    )


class Output(Section):
    """
    Where Run Command leaves its output, and sessions their logs.
    """

    bucket: BucketName = Field(description="Existing bucket of the management account.")
    bucket_account: AccountId | None = Field(
        None,
        description="Account that owns the bucket, where it is another one; its owner"
        " adds what `closednet policies --account bucket` prints.",
    )
    prefix: str = Field(
        "run-command",
        pattern=r"^[A-Za-z0-9!_.*'()/-]{1,128}$",
        description="Under which output stands in the bucket.",
    )
    command_log_group: LogGroupName = Field(
        "/closednet/run-command", description="Log group of Run Command's output."
    )
    session_log_group: LogGroupName = Field(
        "/closednet/sessions", description="Log group of what happens in sessions."
    )
    retention_days: int = Field(90, description="How long both log groups keep events.")


class Session(Section):
    """
    Session Manager preferences, which hold for the whole account and Region.
    """

    kms_key_arn: KeyArn = Field(
        description="Existing key; encrypts sessions. It belongs to the management"
        " account, or to the network's, whose key policy must then allow it."
    )
    idle_timeout_minutes: int = Field(
        20, ge=1, le=60, description="After which an idle session is ended."
    )


class Rollout(Section):
    """
    How fast, and how many failures are too many.
    """

    max_concurrency: int = Field(
        10, ge=1, le=50, description="How many servers are worked on at a time."
    )
    max_errors: int = Field(
        0,
        ge=0,
        le=1000,
        description="So many servers may fail: they are quarantined, and the others go"
        " on. With more, no further server is begun.",
    )
    waves: tuple[WaveSize, ...] = Field(
        (),
        description="Servers a wave: [1, 10, 50] is a canary, then ten, then fifty at a"
        " time; empty: one wave. Each wave has an activation of its own, which is"
        " retired when the next one begins.",
    )
    set_aside: tuple[HostName, ...] = Field(
        (), description="Servers that are left out for now, whoever lists them."
    )
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

    as_of: str = Field(
        "2026-11-01",
        pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$",
        description="The day on which they held; printed beside them.",
    )
    interface_endpoint_hour: float = Field(
        0.014, ge=0, description="One endpoint in one Availability Zone, an hour."
    )
    resolver_address_hour: float = Field(
        0.125, ge=0, description="One address of the inbound endpoint, an hour."
    )
    hosted_zone_month: float = Field(0.5, ge=0, description="A hosted zone, a month.")
    advanced_node_hour: float = Field(
        0.00695, ge=0, description="A node in the advanced-instances tier, an hour."
    )
    metric_month: float = Field(0.3, ge=0, description="A custom metric, a month.")
