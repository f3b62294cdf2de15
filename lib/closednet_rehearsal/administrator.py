"""
Plays the DNS administrator, who gets files handed over and installs them.
"""

from __future__ import annotations

import threading
import time

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.dns import admin


if TYPE_CHECKING:
    from pathlib import Path

LOOK_EVERY_S: Final = 0.1
# Where nobody has written evidence for a while: a hundred idle sites look, too.
IDLE_S: Final = 30.0
LOOK_SELDOM_S: Final = 3.0
JOURNALS: Final = "*/*/journal.jsonl"
CONFIG: Final = "*/*/handover/forwarder-*.conf"
TAKE_BACK: Final = "*/*/handover/rollback-inbound-endpoint.md"


class Administrator:
    """
    Watches the evidence folder for work and does the newest.
    """

    def __init__(self, evidence: Path, work_dir: Path) -> None:
        self._evidence = evidence
        self._work_dir = work_dir
        self._done: dict[Path, int] = {}
        self._enough = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)

    def start(self) -> None:
        """
        Begin to watch.
        """
        for path in self._work():
            self._done[path] = path.stat().st_mtime_ns
        self._thread.start()

    def stop(self) -> None:
        """
        Stop watching.
        """
        self._enough.set()
        self._thread.join()

    def _watch(self) -> None:
        while not self._enough.wait(self._pause()):
            for path in self._work():
                written = path.stat().st_mtime_ns
                if self._done.get(path) != written:
                    self._done[path] = written
                    self._do(path)

    def _pause(self) -> float:
        journals = self._evidence.glob(JOURNALS)
        newest = max((path.stat().st_mtime for path in journals), default=0.0)
        return LOOK_EVERY_S if time.time() - newest < IDLE_S else LOOK_SELDOM_S

    def _work(self) -> list[Path]:
        found = [*self._evidence.glob(CONFIG), *self._evidence.glob(TAKE_BACK)]
        return sorted(found, key=lambda path: path.stat().st_mtime_ns)

    def _do(self, path: Path) -> None:
        if path.suffix == ".md":
            admin.clear_zones(self._work_dir)
        else:
            admin.install_zones(self._work_dir, path.read_text("utf-8"))
