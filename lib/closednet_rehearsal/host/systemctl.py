"""
Stand-in for `systemctl`.
"""

from __future__ import annotations

import sys

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host import services
from closednet_rehearsal.host.unit_properties import properties


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.host.machine import Machine

NOT_RUNNING: Final = 3
NO_SUCH_UNIT: Final = 4
NOT_LOADED: Final = 5
WITHOUT_UNIT: Final = frozenset(
    {"daemon-reload", "daemon-reexec", "reset-failed", "is-system-running"}
)


def main(machine: Machine, _: str, arguments: list[str]) -> int:
    """
    Run one verb on every unit that is named.
    """
    words = [word for word in arguments if not word.startswith("-")]
    options = [word for word in arguments if word.startswith("-")]
    verb, *units = words or ["list-units"]
    if verb in WITHOUT_UNIT:
        if verb == "is-system-running":
            print("running")
        return 0
    if verb == "show":
        return _show(machine, arguments)
    if verb in {"list-units", "list-unit-files"}:
        return _list(machine)
    act = VERBS.get(verb)
    if act is None:
        print(f"Unknown command verb {verb}.", file=sys.stderr)
        return 1
    names = [unit.removesuffix(".service") for unit in units]
    if "--now" in options and verb in {"enable", "disable"}:
        follow = _start if verb == "enable" else _stop
        return max(act(machine, name) or follow(machine, name) for name in names)
    return max(act(machine, name) for name in names)


def _known(machine: Machine, unit: str, verb: str) -> bool:
    if services.exists(machine, unit):
        return True
    if verb in {"enable", "disable"}:
        text = f"Failed to {verb} unit: Unit file {unit}.service does not exist."
    else:
        text = f"Failed to {verb} {unit}.service: Unit {unit}.service not found."
    print(text, file=sys.stderr)
    return False


def _start(machine: Machine, unit: str) -> int:
    if not _known(machine, unit, "start"):
        return NOT_LOADED
    if services.is_masked(machine, unit):
        text = f"Failed to start {unit}.service: Unit {unit}.service is masked."
        print(text, file=sys.stderr)
        return 1
    services.start(machine, unit)
    return 0


def _stop(machine: Machine, unit: str) -> int:
    if not _known(machine, unit, "stop"):
        return NOT_LOADED
    services.stop(machine, unit)
    return 0


def _restart(machine: Machine, unit: str) -> int:
    if not _known(machine, unit, "restart"):
        return NOT_LOADED
    services.stop(machine, unit)
    services.start(machine, unit)
    return 0


def _enable(machine: Machine, unit: str) -> int:
    if not _known(machine, unit, "enable"):
        return 1
    if services.is_masked(machine, unit):
        file = f"/{services.SETTINGS}/{unit}.service"
        text = f"Failed to enable unit: Unit file {file} is masked."
        print(text, file=sys.stderr)
        return 1
    _say(services.enable(machine, unit))
    return 0


def _disable(machine: Machine, unit: str) -> int:
    if not _known(machine, unit, "disable"):
        return 1
    _say(services.disable(machine, unit))
    return 0


def _say(text: str) -> None:
    if text:
        print(text, file=sys.stderr)


def _is_active(machine: Machine, unit: str) -> int:
    active = services.is_active(machine, unit)
    print("active" if active else "inactive")
    return 0 if active else NOT_RUNNING


def _is_enabled(machine: Machine, unit: str) -> int:
    if not services.exists(machine, unit):
        print(
            f"Failed to get unit file state for {unit}.service:"
            " No such file or directory",
            file=sys.stderr,
        )
        return 1
    if services.is_masked(machine, unit):
        print("masked")
        return 1
    enabled = services.is_enabled(machine, unit)
    print("enabled" if enabled else "disabled")
    return 0 if enabled else 1


def _status(machine: Machine, unit: str) -> int:
    if not services.exists(machine, unit):
        print(f"Unit {unit}.service could not be found.", file=sys.stderr)
        return NO_SUCH_UNIT
    active = services.is_active(machine, unit)
    state = "active (running)" if active else "inactive (dead)"
    enabled = "enabled" if services.is_enabled(machine, unit) else "disabled"
    title = services.DESCRIPTIONS.get(unit, unit)
    print(f"● {unit}.service - {title}")
    print(f"     Loaded: loaded (/{services.UNITS}/{unit}.service; {enabled})")
    print(f"     Active: {state}")
    if active:
        print(f"   Main PID: {services.pid(machine, unit)} ({unit})")
    return 0 if active else NOT_RUNNING


def _cat(machine: Machine, unit: str) -> int:
    if not _known(machine, unit, "cat"):
        return 1
    print(services.unit_file(machine, unit).read_text(), end="")
    return 0


def _show(machine: Machine, arguments: list[str]) -> int:
    wanted: list[str] = []
    unit, value_only = "", "--value" in arguments
    rest = iter(arguments[arguments.index("show") + 1 :])
    for word in rest:
        if word in {"-p", "--property"}:
            wanted += next(rest, "").split(",")
        elif word.startswith("--property="):
            wanted += word.partition("=")[2].split(",")
        elif word.startswith("-p"):
            wanted += word[2:].split(",")
        elif not word.startswith("-"):
            unit = word.removesuffix(".service")
    facts = properties(machine, unit)
    for name in wanted or list(facts):
        print(facts.get(name, "") if value_only else f"{name}={facts.get(name, '')}")
    return 0


def _list(machine: Machine) -> int:
    for file in sorted((machine.root / services.UNITS).glob("*.service")):
        state = "active" if services.is_active(machine, file.stem) else "inactive"
        print(f"  {file.name}  loaded {state}")
    return 0


VERBS: Final[dict[str, Callable[[Machine, str], int]]] = {
    "start": _start,
    "stop": _stop,
    "restart": _restart,
    "try-restart": _restart,
    "enable": _enable,
    "disable": _disable,
    "is-active": _is_active,
    "is-enabled": _is_enabled,
    "status": _status,
    "cat": _cat,
}
