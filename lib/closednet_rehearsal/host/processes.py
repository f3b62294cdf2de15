"""
The processes that run inside simulated servers, found by what they inherited.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.machine import FOLDER_VARIABLE


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

PATIENCE_S: Final = 2.0
PAUSE_S: Final = 0.005
PROC: Final = Path("/proc")


def inside(folders: Iterable[Path]) -> list[int]:
    """
    Return every process of these servers: daemons, and whatever they started.
    """
    folders = list(folders)
    wanted = {f"{FOLDER_VARIABLE}={folder}".encode() for folder in folders}
    if not PROC.is_dir():
        return [pid for folder in folders for pid in _daemons(folder)]
    # A forked daemon has its server's environment in memory only.
    roots = {os.fspath(folder / "root") for folder in folders}
    return [
        pid for pid in _all() if wanted & set(_environment(pid)) or _place(pid) in roots
    ]


def end_all(pids: Iterable[int]) -> None:
    """
    Ask processes to end, and end those that do not.
    """
    asked = list(pids)
    for pid in asked:
        _signal(pid, signal.SIGTERM)
    for pid in _left(asked):
        _signal(pid, signal.SIGKILL)
    _left(asked)


def runs(pid: int) -> bool:
    """
    Tell whether a process runs; one that only waits to be reaped does not.
    """
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    try:
        state = (PROC / str(pid) / "stat").read_text().rpartition(") ")[2][:1]
    except OSError:
        return not PROC.is_dir()
    return state not in {"Z", "X"}


def is_inside(pid: int, folder: Path) -> bool:
    """
    Tell whether a running process belongs to a server.
    """
    if not runs(pid):
        return False
    ours = f"{FOLDER_VARIABLE}={folder}".encode()
    if not PROC.is_dir() or ours in _environment(pid):
        return True
    return _place(pid) == os.fspath(folder / "root")


def _left(pids: list[int]) -> list[int]:
    deadline = time.monotonic() + PATIENCE_S
    left = [pid for pid in pids if runs(pid)]
    while left and time.monotonic() < deadline:
        time.sleep(PAUSE_S)
        left = [pid for pid in left if runs(pid)]
    return left


def _signal(pid: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, number)


def _all() -> Iterator[int]:
    for entry in os.scandir(PROC):
        if entry.name.isdigit() and int(entry.name) != os.getpid():
            yield int(entry.name)


def _environment(pid: int) -> list[bytes]:
    try:
        return (PROC / str(pid) / "environ").read_bytes().split(b"\0")
    except OSError:
        return []


def _place(pid: int) -> str:
    try:
        return os.fspath((PROC / str(pid) / "cwd").readlink())
    except OSError:
        return ""


def _daemons(folder: Path) -> Iterator[int]:
    for file in (folder / "run").glob("*.pid"):
        text = file.read_text().strip()
        if text.isdigit() and runs(int(text)):
            yield int(text)
