"""
The services of a server, handled as an administrator does.
"""

from __future__ import annotations

import subprocess

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.machine import Machine


if TYPE_CHECKING:
    from pathlib import Path

SSM: Final = "amazon-ssm-agent"
CLOUDWATCH: Final = "amazon-cloudwatch-agent"


def systemctl(folder: Path, *words: str) -> None:
    """
    Run `systemctl` on a server.
    """
    subprocess.run(  # noqa: S603 - our own stand-in
        [folder / "bin/systemctl", *words],
        env=Machine(folder).environment(),
        check=True,
    )


def is_installed(folder: Path, unit: str) -> bool:
    """
    Tell whether a server has a service.
    """
    return (folder / f"root/lib/systemd/system/{unit}.service").exists()


def restarted(folder: Path, unit: str) -> None:
    """
    Start a service of a server anew, if it has it.
    """
    if is_installed(folder, unit):
        systemctl(folder, "restart", unit)
