"""
All simulated servers of a rehearsal: made, switched on and off, and ended.
"""

from __future__ import annotations

import json
import subprocess

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host import keeper
from closednet_rehearsal.host.layout import HostSpec, install_stand_ins, make_host
from closednet_rehearsal.host.machine import DESCRIPTION, Machine
from closednet_rehearsal.host.processes import end_all, inside
from closednet_rehearsal.host.services import WANTED


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

__all__ = ["Fleet", "HostSpec", "simulated_hosts"]

SPEED: Final = 60.0
FIRST: Final = (
    HostSpec("web01", "192.168.10.11", "ubuntu", "22.04"),
    HostSpec("web02", "192.168.10.12", "ubuntu", "24.04"),
    HostSpec("db01", "192.168.10.21", "rhel", "9"),
)
LAST_OCTET: Final = 250
# With more servers their tools and daemons are forks of one process.
FEW: Final = 50
# They ask one process for everything: as patient as a resolver is by default, and more.
MANY_S: Final = 15.0
SWEEPS: Final = 5


def simulated_hosts(count: int) -> tuple[HostSpec, ...]:
    """
    Return the first `count` servers of the rehearsed site.
    """
    more = []
    network, octet = 10, 100
    for number in range(len(FIRST) + 1, count + 1):
        more.append(HostSpec(f"srv{number:04}", f"192.168.{network}.{octet}"))
        octet += 1
        if octet > LAST_OCTET:
            network, octet = network + 1, 1
    return (*FIRST, *more)[:count]


class Fleet:
    """
    The servers under `work_dir`; every process inside them can be ended from here.
    """

    def __init__(
        self, work_dir: Path, endpoint_url: str, dns: str, *, speed: float = SPEED
    ) -> None:
        self._work_dir = work_dir.resolve()
        self._connection: dict[str, str | float] = {
            "endpoint_url": endpoint_url,
            "dns": dns,
            "speed": speed,
        }
        self._keeper: subprocess.Popen[bytes] | None = None

    @property
    def ssh(self) -> Path:
        """
        The stand-in for the OpenSSH client.
        """
        return self._work_dir / "ssh"

    def folder(self, name: str) -> Path:
        """
        Return a server's directory.
        """
        return self._work_dir / "hosts" / name

    def create(self, specs: Iterable[HostSpec]) -> None:
        """
        Make the servers' directories, the SSH client and the stand-in tools.
        """
        (self._work_dir / "addresses").mkdir(parents=True, exist_ok=True)
        install_stand_ins(self._work_dir)
        made = list(specs)
        if len(made) > FEW:
            # Each says less often that it is there; together they say the same.
            slower = float(self._connection["speed"]) * FEW / len(made)
            self._connection["speed"] = max(1.0, slower)
            self._connection["patience_s"] = MANY_S
            self._keeper = keeper.start(self._work_dir)
        for spec in made:
            make_host(self._work_dir, spec, self._connection)

    def power(self, name: str, on: bool) -> None:  # noqa: FBT001 - a switch
        """
        Switch a server on, which starts its enabled services, or off.

        Raises:
            KeyError: There is no such server.
        """
        folder = self.folder(name)
        if not folder.is_dir():
            raise KeyError(name)
        off = folder / "off"
        if not on:
            off.touch()
            _end([folder])
        elif off.exists():
            off.unlink()
            _boot(folder)

    def boot(self) -> None:
        """
        Let servers that exist already reach this rehearsal, and switch them on.
        """
        install_stand_ins(self._work_dir)
        for folder in self._folders():
            description = folder / DESCRIPTION
            described = json.loads(description.read_text()) | self._connection
            description.write_text(json.dumps(described, indent=1) + "\n")
            if not (folder / "off").exists():
                _boot(folder)

    def stop(self) -> None:
        """
        End every process inside any server.
        """
        if self._keeper is not None:
            keeper.stop(self._keeper, self._work_dir)
            self._keeper = None
        _end(self._folders())

    def _folders(self) -> list[Path]:
        hosts = self._work_dir / "hosts"
        return sorted(hosts.iterdir()) if hosts.is_dir() else []


def _end(folders: Sequence[Path]) -> None:
    # What is ended may have started something at that very moment.
    for _ in range(SWEEPS):
        left = inside(folders)
        if not left:
            break
        end_all(left)
    for folder in folders:
        for file in (folder / "run").glob("*.pid"):
            file.unlink()


def _boot(folder: Path) -> None:
    machine = Machine(folder)
    for unit in sorted((machine.root / WANTED).glob("*.service")):
        systemctl(folder, "start", unit.name)


def systemctl(folder: Path, *words: str) -> None:
    """
    Run `systemctl` on a server.
    """
    subprocess.run(  # noqa: S603 - our own stand-in
        [folder / "bin/systemctl", *words],
        env=Machine(folder).environment(),
        check=True,
    )
