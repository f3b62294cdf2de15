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
from closednet.model.cloudwatch_names import LINUX, REGISTRY


if TYPE_CHECKING:
    from closednet.model.canonical import Json
    from closednet.params.monitoring import CloudWatch, Counter, EventLog, LogFile
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


def parameter_name(params: SiteParams, host: Host) -> str:
    """
    Return the Parameter Store name; AWS's policies ask for its first word.
    """
    named = params.cloudwatch.group_of(host.groups)
    kind = group(host) if named is None else f"{named.name}-{group(host)}"
    return f"AmazonCloudWatch-closednet-{params.site}-{kind}"


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
    about = params.cloudwatch.of(host.groups)
    windows = group(host) == "windows"
    metrics = _windows(about) if windows else _linux(about)
    agent: dict[str, Json] = {
        "metrics_collection_interval": about.interval_s,
        "region": params.region,
    }
    if not windows:
        agent["run_as_user"] = "root"
    files: list[Json] = [_log(file, host) for file in about.logs if _fits(file, host)]
    config: dict[str, Json] = {
        "agent": agent,
        "metrics": {"namespace": about.namespace, "metrics_collected": metrics},
    }
    events = [_events(log) for log in about.windows.event_logs] if windows else []
    collected: dict[str, Json] = {}
    if files:
        collected["files"] = {"collect_list": files}
    if events:
        collected["windows_events"] = {"collect_list": events}
    if collected:
        config["logs"] = {"logs_collected": collected}
    return json.dumps(config, indent=2, sort_keys=True) + "\n"


def raise_for_unknown_names(about: CloudWatch) -> None:
    """
    Refuse measurement names that the agent would drop.

    Raises:
        ParamsError: All unknown names, each with its place.
    """
    places = {"cloudwatch.metrics": about.metrics}
    for i, each in enumerate(about.groups):
        if each.metrics is not None:
            places[f"cloudwatch.groups[{i}].metrics"] = each.metrics
    problems = [
        Problem(
            f"{place}.{plugin}",
            f"{name!r} is not a measurement of {plugin}; it knows: "
            + ", ".join(sorted(REGISTRY[plugin])),
        )
        for place, metrics in places.items()
        for plugin, names in metrics.model_dump().items()
        for name in names
        if name.removeprefix(f"{plugin}_") not in REGISTRY[plugin]
    ]
    if problems:
        raise ParamsError("the CloudWatch agent would refuse this", problems=problems)


def expected_metrics(site: CloudWatch, host: Host) -> tuple[ExpectedMetric, ...]:
    """
    Return every metric that `host` must deliver.
    """
    about = site.of(host.groups)
    wanted = about.metrics.model_dump()
    if group(host) == "windows":
        return tuple(
            ExpectedMetric(f"{each.name} {counter}", None)
            for each in about.windows.counters
            for counter in each.counters
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
        each.name: _counters(each, about.interval_s) for each in about.windows.counters
    }


def _counters(each: Counter, interval_s: int) -> Json:
    # With a star an object without instances, such as Memory, has no counter at all.
    which: dict[str, Json] = (
        {"resources": list(each.instances)} if each.instances else {}
    )
    return {
        "measurement": list(each.counters),
        "metrics_collection_interval": interval_s,
        **which,
    }


def _events(log: EventLog) -> Json:
    return {
        "event_name": log.name,
        "event_levels": list(log.levels),
        "event_format": "xml",
        "log_group_name": log.log_group,
        "log_stream_name": log.log_stream,
        "retention_in_days": log.retention_days,
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
