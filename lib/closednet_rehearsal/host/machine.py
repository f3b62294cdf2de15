"""
One simulated server, as the tools and daemons that run inside see it.

Nothing here imports more than it must: a tool has to start within milliseconds.
"""

from __future__ import annotations

import json
import os
import time

from pathlib import Path
from typing import Any, Final


DESCRIPTION: Final = "host.json"
PACE_S: Final = 5.0
FOLDER_VARIABLE: Final = "CLOSEDNET_HOST_DIR"
# In the environment of what was forked rather than started.
FORKED: Final = "CLOSEDNET_FORKED"
# Tools in this folder go before the server's own: what they say is a fault.
TROUBLE: Final = "trouble"
DEBIAN: Final = frozenset({"ubuntu", "debian"})
MACHINES: Final = {"arm64": "aarch64", "aarch64": "aarch64"}


class Machine:
    """
    A server's description, and where its files lie on this machine.
    """

    def __init__(self, folder: Path) -> None:
        described: dict[str, Any] = json.loads((folder / DESCRIPTION).read_text())
        self.folder = folder
        self.root = folder / "root"
        self.name = str(described["name"])
        self.address = str(described["address"])
        self.os = str(described["os"])
        self.os_version = str(described["os_version"])
        self.arch = str(described["arch"])
        self.endpoint_url = str(described["endpoint_url"])
        self.dns = str(described["dns"])
        self.region = str(described["region"])
        self.seed = str(described["seed"])
        self.speed = float(described["speed"])
        # How long it waits for an answer of DNS before it asks once more.
        self.patience_s = float(described.get("patience_s", 1.0))
        # The least time between two publications of the same metrics.
        self.pace_s = float(described.get("pace_s", PACE_S))
        self.clock_offset = float(described.get("clock_offset", 0))

    @property
    def is_debian(self) -> bool:
        """
        Whether packages are Debian's rather than RPM's.
        """
        return self.os in DEBIAN

    @property
    def package_arch(self) -> str:
        """
        The architecture as AWS's packages name it.
        """
        return "arm64" if self.arch in MACHINES else "amd64"

    @property
    def system_log(self) -> Path:
        """
        The system's log.
        """
        name = "syslog" if self.is_debian else "messages"
        return self.root / "var/log" / name

    def inside(self, path: str) -> Path:
        """
        Return where a path of the server lies on this machine.
        """
        if path.startswith(os.fspath(self.root)):
            return Path(path)
        return self.root / path.lstrip("/")

    def environment(self) -> dict[str, str]:
        """
        Return the environment of every process inside.
        """
        return {
            "PATH": f"{self.folder / TROUBLE}:{self.folder / 'bin'}:/usr/bin:/bin",
            "HOME": os.fspath(self.root / "root"),
            "CLOSEDNET_ROOT": os.fspath(self.root),
            FOLDER_VARIABLE: os.fspath(self.folder),
            "LANG": "C.UTF-8",
        }

    def note(self, program: str, message: str) -> None:
        """
        Write a line to the system's log.
        """
        stamp = time.strftime("%b %e %H:%M:%S")
        with self.system_log.open("a") as log:
            log.write(f"{stamp} {self.name} {program}: {message}\n")

    def pause(self, seconds: float) -> None:
        """
        Sleep as long as so many seconds of this server take.
        """
        time.sleep(seconds / self.speed)


def this_machine() -> Machine:
    """
    Return the server that this process runs in.
    """
    return Machine(Path(os.environ[FOLDER_VARIABLE]))


def now() -> float:
    """
    Return the time of this server's clock, which may be wrong.
    """
    folder = os.environ.get(FOLDER_VARIABLE)
    return time.time() + (Machine(Path(folder)).clock_offset if folder else 0.0)


def write_private(path: Path, text: str) -> None:
    """
    Replace a file that only root may read, at once and as a whole.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(text)
    fresh.replace(path)
