"""
What the CloudWatch agent collects on the servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from closednet.params.fields import Dimension, GroupName, LogGroupName, Rate, Section


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator


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


class Counter(Section):
    """
    A performance object of Windows, and which of its counters are measured.
    """

    name: str = Field(
        pattern=r"^[^\\\\*()\"]{1,128}$",
        description="The object in English, such as Processor.",
        examples=["Processor"],
    )
    counters: tuple[str, ...] = Field(
        min_length=1, description='Its counters, such as "% Idle Time".'
    )
    instances: tuple[str, ...] = Field(
        ("*",), description="Which of its instances; none for Memory and its like."
    )


class EventLog(Section):
    """
    An event log of Windows that is sent to CloudWatch Logs.
    """

    name: str = Field(
        pattern=r"^[^\"*?]{1,255}$", description="The log, such as System."
    )
    levels: tuple[
        Literal["VERBOSE", "INFORMATION", "WARNING", "ERROR", "CRITICAL"], ...
    ] = Field(
        ("WARNING", "ERROR", "CRITICAL"),
        min_length=1,
        description="Which of its events.",
    )
    log_group: LogGroupName = Field(description="Log group that gets its events.")
    log_stream: str = Field(
        "{hostname}",
        pattern=r"^[^:*\s]{1,512}$",
        description="Log stream; {hostname} and {ip_address} are the server's.",
    )
    retention_days: int = Field(5, description="How long the log group keeps events.")


class Windows(Section):
    """
    What Windows servers measure and send instead.
    """

    counters: tuple[Counter, ...] = Field(
        (
            Counter(name="Processor", counters=("% Idle Time",)),
            Counter(name="LogicalDisk", counters=("% Free Space",)),
            Counter(name="PhysicalDisk", counters=("Disk Bytes/sec",)),
            Counter(
                name="Memory", counters=("% Committed Bytes In Use",), instances=()
            ),
            Counter(name="Network Interface", counters=("Bytes Total/sec",)),
            Counter(name="Paging File", counters=("% Usage",)),
        ),
        min_length=1,
        description="Performance counters.",
    )
    event_logs: tuple[EventLog, ...] = Field((), description="Event logs.")


class HostGroup(Section):
    """
    Servers of a group measure and send other things; what is not said stays.
    """

    name: GroupName = Field(description="A group of hosts[].groups.")
    interval_s: int | None = Field(
        None, ge=1, le=172800, description="Seconds between two measurements."
    )
    metrics: Metrics | None = Field(None, description="Instead of metrics.")
    logs: tuple[LogFile, ...] | None = Field(None, description="Instead of logs.")
    windows: Windows | None = Field(None, description="Instead of windows.")

    @property
    def instead(self) -> dict[str, object]:
        """
        What holds for its servers instead of what holds for others.
        """
        said = {name: getattr(self, name) for name in type(self).model_fields}
        return {k: v for k, v in said.items() if k != "name" and v is not None}


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
    config_tier: Literal["standard", "advanced"] = Field(
        "standard",
        description="Tier of the parameters: standard holds 4 KB; advanced 8 KB, is"
        " charged, and stays so.",
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
    windows: Windows = Windows()
    groups: tuple[HostGroup, ...] = Field(
        (), description="What differs by group; the first that a server is in counts."
    )
    update_schedule: Rate = Field(
        "rate(30 days)", description="How often State Manager updates the agent."
    )

    def of(self, groups: Collection[str]) -> CloudWatch:
        """
        Return what holds for a server that belongs to these groups.
        """
        group = self.group_of(groups)
        return self if group is None else self.model_copy(update=group.instead)

    def group_of(self, groups: Collection[str]) -> HostGroup | None:
        """
        Return the first group here that a server of these groups belongs to.
        """
        return next((each for each in self.groups if each.name in groups), None)

    def sources(self) -> Iterator[tuple[str, LogFile | EventLog]]:
        """
        Yield every file and event log that any server sends, with its place here.
        """
        places: list[tuple[str, CloudWatch | HostGroup]] = [("cloudwatch", self)]
        places += [
            (f"cloudwatch.groups[{i}]", group) for i, group in enumerate(self.groups)
        ]
        for place, said in places:
            for i, file in enumerate(said.logs or ()):
                yield f"{place}.logs[{i}]", file
            for i, log in enumerate(said.windows.event_logs if said.windows else ()):
                yield f"{place}.windows.event_logs[{i}]", log

    def retention(self) -> dict[str, int]:
        """
        Return how many days each log group keeps what the agents send.
        """
        return {each.log_group: each.retention_days for _, each in self.sources()}
