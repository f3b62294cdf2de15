"""
What `systemctl show` says of a unit.
"""

from __future__ import annotations

import time

from typing import TYPE_CHECKING

from closednet_rehearsal.host import services


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine


def properties(machine: Machine, unit: str) -> dict[str, str]:
    """
    Return the properties of a unit by their names.
    """
    exists = services.exists(machine, unit)
    active, failing = (
        services.is_active(machine, unit),
        services.is_failing(machine, unit),
    )
    since = machine.folder / "run" / f"{unit}.pid"
    stamp = time.gmtime(since.stat().st_mtime) if since.exists() else time.gmtime()
    states = ("active", "running") if active else ("inactive", "dead")
    if failing:
        states = ("activating", "auto-restart")
    return {
        "Id": f"{unit}.service",
        "LoadState": _load_state(machine, unit) if exists else "not-found",
        "ActiveState": states[0],
        "SubState": states[1],
        "Result": "exit-code" if failing else "success",
        "NRestarts": str(services.RESTARTS if failing else 0),
        "UnitFileState": _file_state(machine, unit),
        "MainPID": str(services.pid(machine, unit)),
        "Environment": services.drop_in(machine, unit, "Environment"),
        "UnsetEnvironment": services.drop_in(machine, unit, "UnsetEnvironment"),
        "Description": services.DESCRIPTIONS.get(unit, unit),
        "ActiveEnterTimestamp": time.strftime("%a %Y-%m-%d %H:%M:%S UTC", stamp),
    }


def _load_state(machine: Machine, unit: str) -> str:
    return "masked" if services.is_masked(machine, unit) else "loaded"


def _file_state(machine: Machine, unit: str) -> str:
    if services.is_masked(machine, unit):
        return "masked"
    return "enabled" if services.is_enabled(machine, unit) else "disabled"
