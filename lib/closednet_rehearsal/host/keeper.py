"""
One process with every tool loaded: many servers' tools and daemons are forks of it.

A fork costs a tenth of a fresh Python, and shares its memory. A tool's shell writes
its process id through a door and waits; the fork takes over its files, folder and
environment, and its exit code comes back through a pipe of the shell's own.
"""

from __future__ import annotations

import contextlib
import errno
import gc
import importlib
import os
import select
import signal
import subprocess
import sys
import time

from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple

from closednet_rehearsal.host import shells, tools


if TYPE_CHECKING:
    from collections.abc import Iterator

DOOR: Final = "door"
RETRY_S: Final = 0.003
START_S: Final = 30.0
# More than the tools themselves: what an agent loads once it is registered.
LOADED: Final = ("agent_work", "session", "plugins", "outputs", "package_plugins")


class Request(NamedTuple):
    """
    Who waits for which exit code.
    """

    client: int
    reply: Path


class Keeper:
    """
    Forks for whoever knocks, and tells how that ended.
    """

    def __init__(self, door: int, woken: int) -> None:
        self._door = door
        self._woken = woken
        self._running: dict[int, Request] = {}
        self._ended: list[tuple[Request, int]] = []

    def serve(self) -> None:
        """
        Work until this process is ended.
        """
        rest = b""
        while True:
            patience = RETRY_S if self._ended else None
            ready, _, _ = select.select([self._door, self._woken], [], [], patience)
            if self._woken in ready:
                os.read(self._woken, 4096)
            if self._door in ready:
                *lines, rest = (rest + os.read(self._door, 4096)).split(b"\n")
                for line in filter(bytes.isdigit, lines):
                    self._start(int(line))
            self._reap()
            self._ended = [each for each in self._ended if not _told(*each)]

    def _start(self, client: int) -> None:
        try:
            shell = shells.look_at(client)
        except OSError:
            return  # it has gone already
        request = Request(client, shell.host / f"run/{client}.reply")
        child = os.fork()
        if child == 0:
            door = os.fstat(self._door)
            os.close(self._door)
            shells.become(shell, tools.main, door)
        self._running[child] = request

    def _reap(self) -> None:
        for pid, status in _children():
            request = self._running.pop(pid, None)
            if request is not None:
                self._ended.append((request, os.waitstatus_to_exitcode(status)))


def _children() -> Iterator[tuple[int, int]]:
    with contextlib.suppress(ChildProcessError):
        while (found := os.waitpid(-1, os.WNOHANG))[0]:
            yield found


def _told(request: Request, code: int) -> bool:
    """
    Tell a shell how its tool ended; one that does not listen yet is asked again.
    """
    try:
        pipe = os.open(request.reply, os.O_WRONLY | os.O_NONBLOCK)
    except OSError as error:
        waits = error.errno == errno.ENXIO and Path(f"/proc/{request.client}").exists()
        return not waits
    word = "no" if code == shells.CANNOT else str(code if code >= 0 else 128 - code)
    with os.fdopen(pipe, "w") as stream:
        stream.write(f"{word}\n")
    return True


def main(work_dir: Path) -> None:
    """
    Load everything, open the door and serve.
    """
    for name in (*tools.MODULES.values(), *LOADED):
        importlib.import_module(f"closednet_rehearsal.host.{name}")
    gc.collect()
    gc.freeze()
    woken, wake = os.pipe()
    os.set_blocking(wake, False)
    signal.set_wakeup_fd(wake)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    path = work_dir / DOOR
    os.mkfifo(path, 0o600)
    # Open for writing, too: it never sees an end.
    Keeper(os.open(path, os.O_RDWR), woken).serve()


def start(work_dir: Path) -> subprocess.Popen[bytes]:
    """
    Start a keeper for the servers of `work_dir` and wait until its door is there.

    Raises:
        RuntimeError: It did not come.
    """
    (work_dir / DOOR).unlink(missing_ok=True)
    process = subprocess.Popen(  # noqa: S603 - our own
        [sys.executable, "-m", "closednet_rehearsal.host.keeper", os.fspath(work_dir)],
        stdin=subprocess.DEVNULL,
    )
    deadline = time.monotonic() + START_S
    while not (work_dir / DOOR).exists():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError("the keeper of the simulated servers did not start")
        time.sleep(0.02)
    return process


def stop(process: subprocess.Popen[bytes], work_dir: Path) -> None:
    """
    End a keeper; the daemons that it forked are ended like all others.
    """
    (work_dir / DOOR).unlink(missing_ok=True)
    process.kill()
    process.wait()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
