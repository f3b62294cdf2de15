"""
The command line in prepared processes: a test with dozens of commands would wait for
their imports otherwise. tests/docs/test_readme.py types commands into a shell.
"""

from __future__ import annotations

import atexit
import os
import socket
import subprocess
import sys

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from closednet.batch.forked import ForkedProcess, Wanted
from closednet.batch.forking import born_with


if TYPE_CHECKING:
    from collections.abc import Mapping

ROOT: Final = Path(__file__).parents[1]
PATIENCE_S: Final = 280.0
MOST: Final = 64


@dataclass(frozen=True, slots=True)
class Started:
    """
    A command at work, in a process group of its own.
    """

    process: ForkedProcess | subprocess.Popen[bytes]
    arguments: tuple[str, ...]
    out: IO[str]
    err: IO[str]

    @property
    def pid(self) -> int:
        """
        The id of its process, and of its process group.
        """
        return self.process.pid

    def poll(self) -> int | None:
        """
        Return its exit code, or None while it works.
        """
        return self.process.poll()

    def result(self, timeout_s: float = PATIENCE_S) -> subprocess.CompletedProcess[str]:
        """
        Wait for its end and return what it printed.
        """
        code = self.process.wait(timeout_s)
        said = []
        for stream in (self.out, self.err):
            with stream:
                stream.seek(0)
                said.append(stream.read())
        return subprocess.CompletedProcess(self.arguments, code, *said)


class Terminal:
    """
    Starts commands as forks of one process, which ends with this one.
    """

    def __init__(self, born: Mapping[str, str]) -> None:
        self._born = dict(born)
        self._control: socket.socket | None = None

    def start(self, *arguments: str, env: Mapping[str, str], cwd: Path) -> Started:
        """
        Start a command of closednet.
        """
        command = (sys.executable, "-m", "closednet", *arguments)
        out, err = (os.fdopen(os.memfd_create(what), "w+") for what in ("out", "err"))
        with Path(os.devnull).open("rb") as null:
            streams = (null.fileno(), out.fileno(), err.fileno())
            wanted = Wanted(command, env, os.fspath(cwd), streams)
            # While its library is edited it refuses.
            process = self._forked(wanted) or subprocess.Popen(
                command,
                env=env,
                cwd=cwd,
                stdin=null,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
        return Started(process, command, out, err)

    def _forked(self, wanted: Wanted) -> ForkedProcess | None:
        control = self._control = self._control or self._served()
        ours, theirs = socket.socketpair()
        told = b""
        with theirs:
            socket.send_fds(control, [b"fork"], [theirs.fileno(), *wanted.streams])
        with suppress(ConnectionError):
            ours.sendall(wanted.order())
            while b"\n" not in told and (more := ours.recv(MOST)):
                told += more
        pid, ended, rest = told.partition(b"\n")
        if not ended:
            ours.close()
            return None
        ours.setblocking(False)
        return ForkedProcess(int(pid), ours, rest)

    def _served(self) -> socket.socket:
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with theirs:
            handed = theirs.fileno()
            server = subprocess.Popen(
                [sys.executable, "-m", "tests.terminal_server", str(handed)],
                env=self._born,
                cwd=ROOT,
                pass_fds=[handed],
                stdin=subprocess.DEVNULL,
            )
        atexit.register(_end, server, ours)
        return ours


def _end(server: subprocess.Popen[bytes], control: socket.socket) -> None:
    with control, server:
        server.kill()


@cache
def _terminal(born: tuple[tuple[str, str], ...]) -> Terminal:
    return Terminal(dict(born))


def start(*arguments: str, env: Mapping[str, str], cwd: Path = ROOT) -> Started:
    """
    Start a command of closednet, with the library that `env` names.
    """
    born = tuple(sorted(born_with(env).items()))
    return _terminal(born).start(*arguments, env=env, cwd=cwd)


def run(
    *arguments: str, env: Mapping[str, str], cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """
    Run a command of closednet to its end.
    """
    return start(*arguments, env=env, cwd=cwd).result()
