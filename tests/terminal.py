"""
The command line in prepared processes: a test with dozens of commands would wait for
their imports otherwise. tests/docs/test_readme.py types commands into a shell.
"""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from closednet.batch.forked import Wanted
from closednet.batch.forking import ForkServer, born_with


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.batch.forked import ForkedProcess

ROOT: Final = Path(__file__).parents[1]
SERVER: Final = ROOT / "tests" / "terminal_server.py"
PATIENCE_S: Final = 280.0


@dataclass(frozen=True, slots=True)
class Started:
    """
    A command at work, in a process group of its own.
    """

    process: ForkedProcess
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


@cache
def _terminal(born: frozenset[tuple[str, str]]) -> ForkServer:
    """
    Return the server of commands that are born with this environment.
    """
    del born
    return ForkServer((sys.executable, "-P", os.fspath(SERVER)))


def start(*arguments: str, env: Mapping[str, str], cwd: Path = ROOT) -> Started:
    """
    Start a command of closednet, with the library that `env` names.
    """
    command = (sys.executable, "-m", "closednet", *arguments)
    server = _terminal(frozenset(born_with(env).items()))
    out, err = (os.fdopen(os.memfd_create(what), "w+") for what in ("out", "err"))
    with Path(os.devnull).open("rb") as null:
        streams = (null.fileno(), out.fileno(), err.fileno())
        wanted = Wanted(command, env, os.fspath(cwd), streams)
        process = asyncio.run(server.fork(wanted))
    assert process is not None, "the terminal has died"
    return Started(process, command, out, err)


def run(
    *arguments: str, env: Mapping[str, str], cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """
    Run a command of closednet to its end.
    """
    return start(*arguments, env=env, cwd=cwd).result()
