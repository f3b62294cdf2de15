"""
What the CloudWatch agent's translator refuses in a configuration.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from collections.abc import Iterator

CPU: Final = (
    *("active", "guest", "guest_nice", "idle", "iowait", "irq", "nice", "softirq"),
    *("steal", "system", "user"),
)
MEASUREMENTS: Final[dict[str, frozenset[str]]] = {
    "cpu": frozenset(f"{kind}_{name}" for kind in ("time", "usage") for name in CPU),
    "disk": frozenset(
        (
            "free",
            "inodes_free",
            "inodes_total",
            "inodes_used",
            "total",
            "used",
            "used_percent",
        )
    ),
    "diskio": frozenset(
        (
            "iops_in_progress",
            "io_time",
            "reads",
            "read_bytes",
            "read_time",
            "writes",
            "write_bytes",
            "write_time",
        )
    ),
    "mem": frozenset(
        (
            "active",
            "available",
            "available_percent",
            "buffered",
            "cached",
            "free",
            "inactive",
            "shared",
            "total",
            "used",
            "used_percent",
        )
    ),
    "net": frozenset(
        (
            "bytes_sent",
            "bytes_recv",
            "drop_in",
            "drop_out",
            "err_in",
            "err_out",
            "packets_sent",
            "packets_recv",
        )
    ),
    "netstat": frozenset(
        (
            "tcp_close",
            "tcp_close_wait",
            "tcp_closing",
            "tcp_established",
            "tcp_fin_wait1",
            "tcp_fin_wait2",
            "tcp_last_ack",
            "tcp_listen",
            "tcp_none",
            "tcp_syn_sent",
            "tcp_syn_recv",
            "tcp_time_wait",
            "udp_socket",
        )
    ),
    "processes": frozenset(
        (
            "blocked",
            "dead",
            "idle",
            "paging",
            "running",
            "sleeping",
            "stopped",
            "total",
            "total_threads",
            "wait",
            "zombies",
        )
    ),
    "swap": frozenset({"free", "used", "used_percent"}),
}
RETENTION_DAYS: Final = frozenset(
    {-1, 1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827}
    | {2192, 2557, 2922, 3288, 3653}
)
COMMON: Final = frozenset(
    {"credentials", "deployment.environment", "endpoint_override"}
    | {"force_flush_interval", "service.name"}
)
METRICS: Final = COMMON | {
    *("aggregation_dimensions", "append_dimensions", "metrics_collected"),
    *("metrics_destinations", "namespace"),
}
LOGS: Final = COMMON | {
    *("concurrency", "log_stream_name", "logs_collected", "metrics_collected"),
}
FILE: Final = frozenset(
    (
        "auto_removal",
        "backpressure_mode",
        "blacklist",
        "deployment.environment",
        "encoding",
        "file_path",
        "filters",
        "log_group_class",
        "log_group_name",
        "log_stream_name",
        "multi_line_start_pattern",
        "publish_multi_logs",
        "retention_in_days",
        "service.name",
        "timestamp_format",
        "timezone",
        "trim_timestamp",
    )
)
LONGEST_INTERVAL: Final = 172_800


def problems(config: dict[str, Any]) -> list[str]:
    """
    Return everything that the translator refuses, in its own words.
    """
    return [f"Under path : {path} | Error : {text}" for path, text in _all(config)]


def plain(plugin: str, name: str) -> str:
    """
    Return a measurement's name without the plug-in's, which may stand before it.
    """
    return name.removeprefix(f"{plugin}_")


def files(config: dict[str, Any]) -> list[dict[str, Any]]:
    """
    Return the log files that a configuration collects.
    """
    collected = config.get("logs", {}).get("logs_collected", {})
    found: list[dict[str, Any]] = collected.get("files", {}).get("collect_list", [])
    return found


def _all(config: dict[str, Any]) -> Iterator[tuple[str, str]]:
    agent = config.get("agent", {})
    yield from _interval("/agent", agent)
    if "metrics" in config:
        yield from _unknown("/metrics", config["metrics"], METRICS)
        collected = config["metrics"].get("metrics_collected")
        if not collected:
            yield "/metrics", "metrics_collected is required"
        for plugin, settings in (collected or {}).items():
            path = f"/metrics/metrics_collected/{plugin}"
            yield from _interval(path, settings)
            yield from _measurements(path, plugin, settings)
    if "logs" in config:
        yield from _unknown("/logs", config["logs"], LOGS)
        for number, file in enumerate(files(config)):
            path = f"/logs/logs_collected/files/collect_list/{number}"
            yield from _file(path, file)


def _file(path: str, file: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from _unknown(path, file, FILE)
    if not file.get("file_path"):
        yield path, "file_path is required"
    days = file.get("retention_in_days", -1)
    if days not in RETENTION_DAYS:
        allowed = ", ".join(map(str, sorted(RETENTION_DAYS)))
        yield f"{path}/retention_in_days", f"must be one of the following: {allowed}"


def _unknown(
    path: str, section: dict[str, Any], known: frozenset[str]
) -> Iterator[tuple[str, str]]:
    for name in sorted(set(section) - known):
        yield path, f"Additional property {name} is not allowed"


def _interval(path: str, section: dict[str, Any]) -> Iterator[tuple[str, str]]:
    interval = section.get("metrics_collection_interval", 60)
    good = isinstance(interval, int) and 1 <= interval <= LONGEST_INTERVAL
    if not good:
        place = f"{path}/metrics_collection_interval"
        yield place, f"must be an integer from 1 to {LONGEST_INTERVAL}"


def _measurements(
    path: str, plugin: str, settings: dict[str, Any]
) -> Iterator[tuple[str, str]]:
    known = MEASUREMENTS.get(plugin)
    for measurement in settings.get("measurement", []):
        named = isinstance(measurement, dict)
        name = str(measurement.get("name") if named else measurement)
        if known is not None and plain(plugin, name) not in known:
            yield f"{path}/measurement", f"measurement name {name} is invalid"
