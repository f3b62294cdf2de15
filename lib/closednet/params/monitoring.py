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

    file_path: str = Field(pattern=r"^[^\s\"'\u2018\u2019\u201c\u201d]{1,512}$")
    log_group: LogGroupName
    log_stream: str = Field("{hostname}", pattern=r"^[^:*\s]{1,512}$")
    retention_days: int = 5


class Metrics(Section):
    """
    Measurements by plug-in, as the agent names them.
    """

    cpu: tuple[str, ...] = ("cpu_usage_idle",)
    disk: tuple[str, ...] = ("used_percent",)
    diskio: tuple[str, ...] = ("write_bytes", "read_bytes", "writes", "reads")
    mem: tuple[str, ...] = ("mem_used_percent",)
    net: tuple[str, ...] = ("bytes_sent", "bytes_recv", "packets_sent", "packets_recv")
    swap: tuple[str, ...] = ("swap_used_percent",)


class CloudWatch(Section):
    """
    The CloudWatch agent: credentials, configuration, schedule.
    """

    credentials: Literal["ssm-role", "iam-user"] = Field(
        "ssm-role",
        description="ssm-role: the node's own rotating credentials; iam-user: an"
        " access key in a profile on every server, as in 2022.",
    )
    user_name: str = Field(
        "closednet-cloudwatch-agent", pattern=r"^[A-Za-z0-9_+=,.@-]{1,64}$"
    )
    config_store: Literal["file", "parameter-store"] = "file"
    namespace: Dimension = "CWAgent"
    interval_s: int = Field(60, ge=1, le=172800)
    metrics: Metrics = Metrics()
    logs: tuple[LogFile, ...] = (
        LogFile(file_path="/var/log/syslog", log_group="messages"),
    )
    update_schedule: Rate = "rate(30 days)"
