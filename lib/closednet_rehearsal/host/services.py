"""
The service manager of a simulated server: units, daemons, and their pid files.
"""

from __future__ import annotations

import os
import sys

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.machine import FORKED
from closednet_rehearsal.host.processes import end_all, is_inside


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

UNITS: Final = "lib/systemd/system"
SETTINGS: Final = "etc/systemd/system"
WANTED: Final = f"{SETTINGS}/multi-user.target.wants"
# How often systemd had begun a program again that does not run, by the time one looks.
RESTARTS: Final = 7
DESCRIPTIONS: Final = {
    "amazon-ssm-agent": "amazon-ssm-agent",
    "amazon-cloudwatch-agent": "Amazon CloudWatch Agent",
}
ALWAYS: Final = frozenset(
    {"chronyd", "cron", "crond", "rsyslog", "ssh", "sshd", "systemd-timesyncd"}
)
TOOLS: Final = Path(__file__).with_name("tools.py")
MOST_FILES: Final = 256


def unit_file(machine: Machine, unit: str) -> Path:
    """
    Return where a unit's file is, if it is installed.
    """
    return machine.root / UNITS / f"{unit}.service"


def exists(machine: Machine, unit: str) -> bool:
    """
    Tell whether a unit is known.
    """
    return unit in ALWAYS or unit_file(machine, unit).exists()


def pid(machine: Machine, unit: str) -> int:
    """
    Return the process id of a unit's daemon, 0 if it does not run.
    """
    try:
        number = int(_pid_file(machine, unit).read_text())
    except (OSError, ValueError):
        return 0
    return number if is_inside(number, machine.folder) else 0


def is_active(machine: Machine, unit: str) -> bool:
    """
    Tell whether a unit runs.
    """
    return unit in ALWAYS or pid(machine, unit) > 0


def is_enabled(machine: Machine, unit: str) -> bool:
    """
    Tell whether a unit starts with the server.
    """
    return unit in ALWAYS or _wanted(machine, unit).is_symlink()


def is_masked(machine: Machine, unit: str) -> bool:
    """
    Tell whether somebody forbade a unit to start.
    """
    link = machine.root / SETTINGS / f"{unit}.service"
    return link.is_symlink() and os.fspath(link.readlink()) == os.devnull


def is_failing(machine: Machine, unit: str) -> bool:
    """
    Tell whether a unit's program ends as soon as it begins, again and again.
    """
    return _failed(machine, unit).exists()


def drop_in(machine: Machine, unit: str, name: str) -> str:
    """
    Return what the drop-ins of a unit say of one setting.
    """
    folder = machine.root / SETTINGS / f"{unit}.service.d"
    lines = [
        line
        for file in sorted(folder.glob("*.conf"))
        for line in file.read_text().splitlines()
    ]
    start = f"{name}="
    return " ".join(
        line.removeprefix(start) for line in lines if line.startswith(start)
    )


def enable(machine: Machine, unit: str) -> str:
    """
    Let a unit start with the server; return what systemd says about it.
    """
    link = _wanted(machine, unit)
    if unit in ALWAYS or link.is_symlink():
        return ""
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(f"/{UNITS}/{unit}.service")
    return f"Created symlink /{WANTED}/{unit}.service → /{UNITS}/{unit}.service."


def disable(machine: Machine, unit: str) -> str:
    """
    Let a unit no longer start with the server.
    """
    link = _wanted(machine, unit)
    if not link.is_symlink():
        return ""
    link.unlink()
    return f"Removed /{WANTED}/{unit}.service."


def start(machine: Machine, unit: str) -> None:
    """
    Start a unit's daemon unless it runs already.
    """
    if is_active(machine, unit):
        return
    _failed(machine, unit).unlink(missing_ok=True)
    if _is_broken(machine, unit):
        _failed(machine, unit).touch()
        machine.note("systemd[1]", f"{unit}.service: Failed with result 'exit-code'.")
        return
    sys.stdout.flush()
    child = os.fork()
    if child == 0:
        _become_daemon(machine, unit)
    _pid_file(machine, unit).write_text(f"{child}\n")
    machine.note("systemd[1]", f"Started {unit}.service.")


def stop(machine: Machine, unit: str) -> None:
    """
    Stop a unit's daemon; what it started goes on (KillMode=process).
    """
    number = pid(machine, unit)
    if number:
        end_all([number])
        machine.note("systemd[1]", f"Stopped {unit}.service.")
    _pid_file(machine, unit).unlink(missing_ok=True)
    _failed(machine, unit).unlink(missing_ok=True)


def _is_broken(machine: Machine, unit: str) -> bool:
    """
    Tell whether there is nothing to execute where the unit says.
    """
    text = unit_file(machine, unit).read_text()
    program = next(
        line for line in text.splitlines() if line.startswith("ExecStart=")
    ).partition("=")[2]
    file = machine.root / program.lstrip("/")
    return file.exists() and file.stat().st_size == 0


def _become_daemon(machine: Machine, unit: str) -> None:
    # The process that forked ends at once, so this one belongs to init.
    try:
        os.setsid()
        os.chdir(machine.root)
        output = machine.folder / "run" / f"{unit}.out"
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(os.open(output, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), 1)
        os.dup2(1, 2)
        os.closerange(3, MOST_FILES)
        if os.environ.pop(FORKED, ""):
            _go_on_as(machine, f"@{unit}")
        program = [sys.executable, "-I", os.fspath(TOOLS), f"@{unit}"]
        environment = machine.environment()
        for name in drop_in(machine, unit, "UnsetEnvironment").split():
            environment.pop(name, None)
        os.execve(program[0], program, environment)  # noqa: S606 - our own
    finally:
        os._exit(127)


def _go_on_as(machine: Machine, daemon: str) -> None:
    # A fork of a process that has everything loaded needs no other program.
    from closednet_rehearsal.host import tools  # noqa: PLC0415 - it imports us

    os.environ.clear()
    os.environ.update(machine.environment())
    os._exit(tools.main([daemon]))


def _pid_file(machine: Machine, unit: str) -> Path:
    return machine.folder / "run" / f"{unit}.pid"


def _failed(machine: Machine, unit: str) -> Path:
    return machine.folder / "run" / f"{unit}.failed"


def _wanted(machine: Machine, unit: str) -> Path:
    return machine.root / WANTED / f"{unit}.service"
