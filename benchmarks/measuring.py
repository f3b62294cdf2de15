"""
What a command costs: wall clock, and CPU time and memory of all its processes.
"""

from __future__ import annotations

import contextlib
import os
import platform
import subprocess
import sys
import tempfile
import threading
import time

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import psutil


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

LOOK_S = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """
    What one run of a command took, and how it ended.

    Memory is the largest sum over its processes that was seen, what they share once.
    """

    wall_s: float
    cpu_s: float
    peak_mb: float
    code: int
    said: str


class _Memory(threading.Thread):
    """
    Looks now and then how much memory a process and its descendants have.
    """

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self._pid = pid
        self.ended = threading.Event()
        self.peak = 0

    def run(self) -> None:
        while True:
            with contextlib.suppress(psutil.Error):
                top = psutil.Process(self._pid)
                tree = [top, *top.children(recursive=True)]
                self.peak = max(self.peak, sum(map(_pss, tree)))
            if self.ended.wait(LOOK_S):
                return


def _pss(process: Any) -> int:
    with contextlib.suppress(psutil.Error):
        return int(process.memory_full_info().pss)
    return 0


def run(command: Sequence[str], env: Mapping[str, str], folder: Path) -> Cost:
    """
    Run a command in a folder and return what it cost.
    """
    with tempfile.TemporaryFile() as said:
        began = time.perf_counter()
        process = subprocess.Popen(  # noqa: S603 - our own contestants
            command, env=env, cwd=folder, stdout=said, stderr=subprocess.STDOUT
        )
        memory = _Memory(process.pid)
        memory.start()
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        memory.ended.set()
        memory.join()
        said.seek(0)
        text = said.read().decode("utf-8", "replace")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(wall, cpu, memory.peak / 2**20, process.returncode, text)


def machine() -> dict[str, Any]:
    """
    Return what this machine is; no name, no path.
    """
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 1),
        "memory_gb": round(psutil.virtual_memory().total / 2**30),
        "python": platform.python_version(),
        "system": platform.system(),
    }


def say(text: str) -> None:
    """
    Print at once.
    """
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def table(rows: Sequence[Sequence[str]]) -> str:
    """
    Return rows as aligned text; the first column to the left.
    """
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
