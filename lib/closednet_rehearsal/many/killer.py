"""
Kills a worker and a kernel of a batch in the middle of their work, as `kill -9` does.
"""

from __future__ import annotations

import json
import os
import re
import signal
import threading

from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.many.sites import ManySites

LOOK_EVERY_S: Final = 0.05
SERVER: Final = "closednet.batch.fork_server"


@dataclass(frozen=True, slots=True)
class Victim:
    """
    Whose worker or kernel dies: as soon as this site has made a certain call.
    """

    site: str
    after: str
    kernel: bool = False


@dataclass(slots=True)
class Killer:
    """
    Watches the record of a batch and the sites' AWS, and kills each victim once.
    """

    sites: ManySites
    journal: Path
    victims: tuple[Victim, ...]
    killed: dict[str, int] = field(default_factory=dict)
    _enough: threading.Event = field(default_factory=threading.Event)
    _threads: list[threading.Thread] = field(default_factory=list)

    def __enter__(self) -> Self:
        for victim in self.victims:
            thread = threading.Thread(target=self._hunt, args=(victim,), daemon=True)
            self._threads.append(thread)
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._enough.set()
        for thread in self._threads:
            thread.join()

    def _hunt(self, victim: Victim) -> None:
        chosen: Callable[[int], list[int]] = (
            kernels_of if victim.kernel else lambda worker: [worker]
        )
        while not self._enough.wait(LOOK_EVERY_S):
            worker = self._worker_of(victim.site)
            if not worker or victim.after not in self.sites.writes(victim.site):
                continue
            for pid in chosen(worker):
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
                    self.killed[victim.site] = pid
                    return

    def _worker_of(self, site: str) -> int:
        """
        Return the process that works on a site, once it has begun.
        """
        if not self.journal.is_file():
            return 0
        for line in self.journal.read_text("utf-8").splitlines():
            with suppress(ValueError):
                event = json.loads(line)
                if event["kind"] == "site-started" and event["data"]["site"] == site:
                    return int(re.findall(r"process (\d+)", event["data"]["where"])[0])
        return 0


def kernels_of(worker: int) -> list[int]:
    """
    Return the kernels that work for a worker now.
    """
    return [kernel for server in _servers_of(worker) for kernel in children_of(server)]


def _servers_of(worker: int) -> list[int]:
    found = []
    for pid in children_of(worker):
        with suppress(OSError):
            if SERVER in Path(f"/proc/{pid}/cmdline").read_text("utf-8"):
                found.append(pid)
    return found


def children_of(parent: int) -> list[int]:
    """
    Return the processes that a process has started and that still run.
    """
    found = []
    for stat in Path("/proc").glob("[0-9]*/stat"):
        with suppress(OSError, IndexError, ValueError):
            # The name of the program may hold spaces: what follows it does not.
            state, ppid = stat.read_text("utf-8").rpartition(")")[2].split()[:2]
            if int(ppid) == parent and state != "Z":
                found.append(int(stat.parent.name))
    return found
