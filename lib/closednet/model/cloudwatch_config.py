"""
The CloudWatch agent's configuration, and the metrics that follow from it.

The agent's own schema accepts any measurement name and drops what it does not
know; the names are therefore checked here against the agent's registry.
"""

from __future__ import annotations

import json

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.errors import ParamsError, Problem
from closednet.model.cloudwatch_names import LINUX, REGISTRY, WINDOWS


if TYPE_CHECKING:
    from closednet.model.canonical import Json
    from closednet.params.monitoring import CloudWatch, LogFile
    from closednet.params.site import Host, SiteParams

RPM_FAMILY: Final = frozenset(
    {"rhel", "rocky", "almalinux", "oracle", "amazon-linux-2", "amazon-linux-2023"}
    | {"sles"}
)
SYSTEM_LOGS: Final = ("/var/log/syslog", "/var/log/messages")
CONFIG_FILE: Final = "/opt/aws/amazon-cloudwatch-agent/bin/config.json"


@dataclass(frozen=True, slots=True)
class ExpectedMetric:
    """
    A metric that one server must deliver.

    `dimensions` besides the host are given where they are known beforehand;
    None means that they depend on the server's disks and network cards.
    """

    name: str
    dimensions: tuple[tuple[str, str], ...] | None


def group(host: Host) -> str:
    """
    Return the group of servers that share one configuration.
    """
    if host.os == "windows":
        return "windows"
    return "rpm" if host.os in RPM_FAMILY else "deb"


def parameter_name(site: str, group_name: str) -> str:
    """
    Return the Parameter Store name; AWS's policies ask for its first word.
    """
    return f"AmazonCloudWatch-closednet-{site}-{group_name}"


def system_log(host: Host) -> str:
    """
    Return where the system log of this server is.
    """
    return SYSTEM_LOGS[1] if group(host) == "rpm" else SYSTEM_LOGS[0]


def log_file_path(file: LogFile, host: Host) -> str:
    """
    Return the path on this server; the system log has a name per family.
    """
    return system_log(host) if file.file_path in SYSTEM_LOGS else file.file_path


def rendered(params: SiteParams, host: Host) -> str:
    """
    Return the text of `config.json` for `host`.

    Raises:
        ParamsError: A measurement has a name that the agent does not know.
    """
    raise_for_unknown_names(params.cloudwatch)
    about = params.cloudwatch
    metrics = _windows(about) if group(host) == "windows" else _linux(about)
    agent: dict[str, Json] = {
        "metrics_collection_interval": about.interval_s,
        "region": params.region,
    }
    if group(host) != "windows":
        agent["run_as_user"] = "root"
    files: list[Json] = [_log(file, host) for file in about.logs if _fits(file, host)]
    config: dict[str, Json] = {
        "agent": agent,
        "metrics": {"namespace": about.namespace, "metrics_collected": metrics},
    }
    if files:
        config["logs"] = {"logs_collected": {"files": {"collect_list": files}}}
    return json.dumps(config, indent=2, sort_keys=True) + "\n"


def raise_for_unknown_names(about: CloudWatch) -> None:
    """
    Refuse measurement names that the agent would drop.

    Raises:
        ParamsError: All unknown names, each with its place.
    """
    problems = [
        Problem(
            f"cloudwatch.metrics.{plugin}",
            f"{name!r} is not a measurement of {plugin}; it knows: "
            + ", ".join(sorted(REGISTRY[plugin])),
        )
        for plugin, names in about.metrics.model_dump().items()
        for name in names
        if name.removeprefix(f"{plugin}_") not in REGISTRY[plugin]
    ]
    if problems:
        raise ParamsError("the CloudWatch agent would refuse this", problems=problems)


def expected_metrics(about: CloudWatch, host: Host) -> tuple[ExpectedMetric, ...]:
    """
    Return every metric that `host` must deliver.
    """
    wanted = about.metrics.model_dump()
    if group(host) == "windows":
        return tuple(
            ExpectedMetric(f"{WINDOWS[plugin][0]} {WINDOWS[plugin][1]}", None)
            for plugin in wanted
            if wanted[plugin]
        )
    return tuple(
        ExpectedMetric(
            f"{plugin}_{name.removeprefix(f'{plugin}_')}", LINUX[plugin].dimensions
        )
        for plugin in wanted
        for name in wanted[plugin]
    )


def expected_stream(file: LogFile, hostname: str, address: str) -> str:
    """
    Return the name of the log stream into which this server writes.
    """
    known = {"hostname": hostname, "local_hostname": hostname, "ip_address": address}
    stream = file.log_stream
    for name, value in known.items():
        stream = stream.replace(f"{{{name}}}", value)
    return stream


def _linux(about: CloudWatch) -> dict[str, Json]:
    return {
        plugin: {
            "measurement": list(names),
            "metrics_collection_interval": about.interval_s,
            **LINUX[plugin].options,
        }
        for plugin, names in about.metrics.model_dump().items()
        if names
    }


def _windows(about: CloudWatch) -> dict[str, Json]:
    return {
        WINDOWS[plugin][0]: {
            "measurement": [WINDOWS[plugin][1]],
            "metrics_collection_interval": about.interval_s,
            "resources": ["*"],
        }
        for plugin, names in about.metrics.model_dump().items()
        if names
    }


def _fits(file: LogFile, host: Host) -> bool:
    return file.file_path.startswith("/") == (group(host) != "windows")


def _log(file: LogFile, host: Host) -> dict[str, Json]:
    return {
        "file_path": log_file_path(file, host),
        "log_group_name": file.log_group,
        "log_stream_name": file.log_stream,
        "retention_in_days": file.retention_days,
    }
