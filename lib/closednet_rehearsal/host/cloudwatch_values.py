"""
What the stand-in CloudWatch agent measures: made up, but of a believable shape.
"""

from __future__ import annotations

import math
import zlib

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from closednet_rehearsal.host.cloudwatch_rules import MEASUREMENTS, plain


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.host.machine import Machine

GIB: Final = 2.0**30
WAVE_S: Final = 600.0
LEVELS: Final = {
    "usage_idle": 82.0,
    "usage_active": 18.0,
    "usage_user": 11.0,
    "usage_system": 4.0,
    "usage_iowait": 1.5,
    "used_percent": 42.0,
    "available_percent": 58.0,
    "total": 16 * GIB,
    "used": 6.7 * GIB,
    "free": 9.3 * GIB,
    "available": 9.3 * GIB,
    "cached": 3.1 * GIB,
    "active": 4.2 * GIB,
    "inactive": 2.9 * GIB,
    "inodes_total": 1_048_576.0,
    "inodes_used": 93_211.0,
    "inodes_free": 955_365.0,
    "swap": 0.0,
}
PARTS: Final = {
    "cpu": ("cpu", ("cpu0", "cpu1")),
    "diskio": ("name", ("sda", "sda1")),
    "net": ("interface", ("eth0", "lo")),
}
STEADY: Final = frozenset({"total", "inodes_total"})
ORDINARY: Final = 12.0
PERCENT: Final = ("usage_", "used_percent", "available_percent")
IN_BYTES: Final = frozenset(
    (
        "total",
        "used",
        "free",
        "available",
        "cached",
        "active",
        "inactive",
        "buffered",
        "shared",
        "bytes_sent",
        "bytes_recv",
        "read_bytes",
        "write_bytes",
    )
)


class Point(NamedTuple):
    """
    One value of one metric.
    """

    name: str
    dimensions: tuple[tuple[str, str], ...]
    value: float
    unit: str


def measure(
    machine: Machine, plugin: str, settings: dict[str, Any], moment: float
) -> Iterator[Point]:
    """
    Yield what one plug-in measures at a moment.
    """
    wanted = settings.get("measurement") or sorted(MEASUREMENTS.get(plugin, ()))
    extra = tuple((settings.get("append_dimensions") or {}).items())
    for dimensions in _instances(machine, plugin, settings):
        for measurement in wanted:
            named = measurement if isinstance(measurement, dict) else {}
            plain_name = plain(plugin, str(named.get("name", measurement)))
            yield Point(
                str(named.get("rename") or f"{plugin}_{plain_name}"),
                (*dimensions, *extra),
                _value(machine, plugin, plain_name, dimensions, moment),
                str(named.get("unit") or _unit(plugin, plain_name)),
            )


def _instances(
    machine: Machine, plugin: str, settings: dict[str, Any]
) -> Iterator[tuple[tuple[str, str], ...]]:
    if plugin == "disk":
        yield from _disks(machine, settings)
        return
    if plugin not in PARTS:
        yield ()
        return
    dimension, names = PARTS[plugin]
    usual = [] if plugin == "cpu" else ["*"]
    wanted = settings.get("resources") or usual
    chosen = [name for name in names if "*" in wanted or name in wanted]
    if plugin == "cpu" and settings.get("totalcpu", True):
        chosen.append("cpu-total")
    for name in chosen:
        yield ((dimension, name),)


def _disks(
    machine: Machine, settings: dict[str, Any]
) -> Iterator[tuple[tuple[str, str], ...]]:
    ignored = settings.get("ignore_file_system_types") or []
    wanted = settings.get("resources") or ["*"]
    main = "ext4" if machine.is_debian else "xfs"
    for path, device, kind in (("/", "sda1", main), ("/run", "tmpfs", "tmpfs")):
        if kind in ignored or not ("*" in wanted or path in wanted):
            continue
        named = () if settings.get("drop_device") else (("device", device),)
        yield (("path", path), *named, ("fstype", kind))


def _value(
    machine: Machine,
    plugin: str,
    name: str,
    dimensions: tuple[tuple[str, str], ...],
    moment: float,
) -> float:
    if plugin == "swap":
        return 4 * GIB if name == "free" else 0.0
    level = LEVELS.get(name, ORDINARY)
    if name in STEADY:
        return level
    text = f"{machine.seed}|{machine.name}|{plugin}|{name}|{dimensions}"
    phase = zlib.crc32(text.encode()) / 2**32
    wave = math.sin(2 * math.pi * (moment / WAVE_S + phase))
    return round(level * (1 + 0.1 * wave), 3)


def _unit(plugin: str, name: str) -> str:
    if name.startswith(PERCENT):
        return "Percent"
    if name in IN_BYTES and plugin != "processes":
        return "Bytes"
    return "Count"
