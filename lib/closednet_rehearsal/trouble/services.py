"""
The services of a server, handled as an administrator does.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.fleet import systemctl


if TYPE_CHECKING:
    from pathlib import Path

SSM: Final = "amazon-ssm-agent"
CLOUDWATCH: Final = "amazon-cloudwatch-agent"


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
