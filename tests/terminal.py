"""
The command line, as a test types it: each command is a fork of a prepared process.
"""

from __future__ import annotations

import os
import subprocess

from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from tests import prepared


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.batch.forked import ForkedProcess

ROOT: Final = Path(__file__).parents[1]
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


def start(*arguments: str, env: Mapping[str, str], cwd: Path = ROOT) -> Started:
    """
    Start a command of closednet, with the library that `env` names.
    """
    out, err = (os.fdopen(os.memfd_create(what), "w+") for what in ("out", "err"))
    with Path(os.devnull).open("rb") as null:
        streams = (null.fileno(), out.fileno(), err.fileno())
        process = prepared.fork("closednet", arguments, env, cwd, streams)
    return Started(process, arguments, out, err)


def run(
    *arguments: str, env: Mapping[str, str], cwd: Path = ROOT
) -> subprocess.CompletedProcess[str]:
    """
    Run a command of closednet to its end.
    """
    return start(*arguments, env=env, cwd=cwd).result()
