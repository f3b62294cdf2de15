"""
What the CloudWatch agent measures: its registry of names, as far as known here.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet.model.canonical import Json

CPU_STATES: Final = (
    *("active", "guest", "guest_nice", "idle", "iowait", "irq", "nice", "softirq"),
    *("steal", "system", "user"),
)
REGISTRY: Final[dict[str, frozenset[str]]] = {
    "cpu": frozenset(f"{kind}_{s}" for kind in ("usage", "time") for s in CPU_STATES),
    "disk": frozenset(
        {"free", "inodes_free", "inodes_total", "inodes_used", "total", "used"}
        | {"used_percent"}
    ),
    "diskio": frozenset(
        {"iops_in_progress", "io_time", "reads", "read_bytes", "read_time"}
        | {"writes", "write_bytes", "write_time"}
    ),
    "mem": frozenset(
        {"active", "available", "available_percent", "buffered", "cached", "free"}
        | {"inactive", "shared", "total", "used", "used_percent"}
    ),
    "net": frozenset(
        {"bytes_sent", "bytes_recv", "drop_in", "drop_out", "err_in", "err_out"}
        | {"packets_sent", "packets_recv"}
    ),
    "swap": frozenset({"free", "used", "used_percent"}),
}


@dataclass(frozen=True, slots=True)
class Plugin:
    """
    How one plug-in is configured, and the dimensions that are known beforehand.
    """

    options: dict[str, Json] = field(default_factory=dict)
    dimensions: tuple[tuple[str, str], ...] | None = ()


LINUX: Final[dict[str, Plugin]] = {
    "cpu": Plugin({"resources": ["*"], "totalcpu": True}, (("cpu", "cpu-total"),)),
    "disk": Plugin({"resources": ["*"]}, None),
    "diskio": Plugin({"resources": ["*"]}, None),
    "mem": Plugin(),
    "net": Plugin({"resources": ["*"]}, None),
    "swap": Plugin(),
}
