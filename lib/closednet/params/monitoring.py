"""
What the CloudWatch agent collects on the servers.
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from closednet.params.fields import Dimension, LogGroupName, Rate, Section


class LogFile(Section):
    """
    A log file that is sent to CloudWatch Logs.
    """

    file_path: str = Field(
        pattern=r"^[^\s\"'\u2018\u2019\u201c\u201d]{1,512}$",
        description="Path on the server; syslog and messages are found per system.",
    )
    log_group: LogGroupName = Field(description="Log group that gets its lines.")
    log_stream: str = Field(
        "{hostname}",
        pattern=r"^[^:*\s]{1,512}$",
        description="Log stream; {hostname} and {ip_address} are the server's.",
    )
    retention_days: int = Field(5, description="How long the log group keeps events.")


class Metrics(Section):
    """
    Measurements by plug-in, as the agent names them.
    """

    cpu: tuple[str, ...] = Field(
        ("cpu_usage_idle",), description="Processors, all together."
    )
    disk: tuple[str, ...] = Field(("used_percent",), description="File systems.")
    diskio: tuple[str, ...] = Field(
        ("write_bytes", "read_bytes", "writes", "reads"), description="Disks."
    )
    mem: tuple[str, ...] = Field(("mem_used_percent",), description="Memory.")
    net: tuple[str, ...] = Field(
        ("bytes_sent", "bytes_recv", "packets_sent", "packets_recv"),
        description="Network cards.",
    )
    swap: tuple[str, ...] = Field(("swap_used_percent",), description="Swap space.")


class CloudWatch(Section):
    """
    The CloudWatch agent: credentials, configuration, schedule.
    """

    credentials: Literal["ssm-role", "iam-user", "roles-anywhere"] = Field(
        "ssm-role",
        description="ssm-role: the node's own rotating credentials; iam-user: an"
        " access key on every server, as in 2022, in a file of its own; roles-anywhere:"
        " people set up a certificate for each server.",
    )
    key_rotation: int = Field(
        1,
        ge=1,
        description="Raise to replace the access key: the new one is on every server"
        " before the old one goes.",
    )
    user_name: str = Field(
        "closednet-cloudwatch-agent",
        pattern=r"^[A-Za-z0-9_+=,.@-]{1,64}$",
        description="The IAM user, where credentials is iam-user.",
    )
    config_store: Literal["file", "parameter-store"] = Field(
        "file", description="Where servers read the agent's configuration from."
    )
    namespace: Dimension = Field("CWAgent", description="Namespace of the metrics.")
    interval_s: int = Field(
        60, ge=1, le=172800, description="Seconds between two measurements."
    )
    metrics: Metrics = Metrics()
    logs: tuple[LogFile, ...] = Field(
        (LogFile(file_path="/var/log/syslog", log_group="messages"),),
        description="Log files that are sent.",
    )
    update_schedule: Rate = Field(
        "rate(30 days)", description="How often State Manager updates the agent."
    )
