"""
The side of whoever tries things: checkpoints, branches and operations as objects.
"""

from __future__ import annotations

import itertools
import json
import os
import shutil
import signal
import socket
import sys
import tempfile

from contextlib import ExitStack, closing, contextmanager, suppress
from dataclasses import dataclass, field
from http.client import HTTPConnection
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Self
from urllib.parse import urlsplit

from closednet_rehearsal.branching.folders import EVIDENCE
from closednet_rehearsal.branching.messages import receive, send
from closednet_rehearsal.work_dir import Ready


if TYPE_CHECKING:
    from collections.abc import Iterator


PATIENCE_S: Final = 60.0


class BranchingError(RuntimeError):
    """
    A process of the branching itself failed: nothing was learned.
    """


@dataclass(frozen=True, slots=True)
class Operation:
    """
    closednet at work in a process of its own.
    """

    pid: int
    connection: socket.socket

    def kill(self) -> None:
        """
        End it at once, as `kill -9` does, unless it has ended by itself.
        """
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def result(self) -> dict[str, Any] | None:
        """
        Wait for its end; None if it was killed.

        Raises:
            BranchingError: It failed in a way that closednet does not know.
        """
        with self.connection:
            return _sound(receive(self.connection))


@dataclass(frozen=True, slots=True)
class Branch:
    """
    A running rehearsal that began at a checkpoint.
    """

    ready: Ready
    folder: Path
    origin: Checkpoint
    connection: socket.socket

    @property
    def params_file(self) -> str:
        """
        The parameters of the rehearsed site.
        """
        return str(self.ready.params_file)

    def environment(self) -> dict[str, str]:
        """
        Return the variables by which closednet uses this branch.
        """
        return {
            "CLOSEDNET_CONNECTION": self.ready.connection_file,
            "CLOSEDNET_EVIDENCE": os.fspath(self.folder / EVIDENCE),
        }

    def ask(self, what: str) -> Any:
        """
        Return what the control API says: `calls`, `state`, `held` ...
        """
        return self._control("GET", what)

    def tell(self, what: str, **members: Any) -> Any:
        """
        Have the control API do something: `fault`, `release`, `advance` ...
        """
        return self._control("POST", what, json.dumps(members))

    def start(self, operation: str, **arguments: Any) -> Operation:
        """
        Start an operation on this branch.
        """
        given = {"params": self.params_file} | arguments
        connection = self.origin.connect(
            do="operate",
            folder=os.fspath(self.folder),
            operation=operation,
            arguments=given,
        )
        return Operation(_answer(connection)["pid"], connection)

    def run(self, operation: str, **arguments: Any) -> dict[str, Any]:
        """
        Do an operation to its end.

        Raises:
            BranchingError: It ended without a result.
        """
        result = self.start(operation, **arguments).result()
        if result is None:
            raise BranchingError(f"{operation} {arguments} ended without a result")
        return result

    def keep(self) -> Checkpoint:
        """
        Stop here and keep this moment.
        """
        at = self.origin.beside()
        send(self.connection, at=at)
        _answer(self.connection)
        self.origin.lives.enter_context(self.connection)
        return Checkpoint(self.folder, at, self.origin.lives, self.origin.numbers)

    def close(self) -> None:
        """
        End the branch, and forget all that happened in it.
        """
        self.connection.shutdown(socket.SHUT_WR)
        while receive(self.connection) is not None:
            pass
        self.connection.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    def _control(self, method: str, what: str, body: str | None = None) -> Any:
        place = urlsplit(self.ready.endpoint_url).netloc
        with closing(HTTPConnection(place, timeout=PATIENCE_S)) as http:
            http.request(method, f"/rehearsal/{what}", body)
            return json.load(http.getresponse())

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """
    A kept moment, from which any number of branches can begin.
    """

    folder: Path
    at: str
    lives: ExitStack
    numbers: Iterator[int] = field(default_factory=itertools.count)

    def branch(self, folder: Path) -> Branch:
        """
        Begin a branch whose files lie in `folder`, which must not exist yet.
        """
        connection = self.connect(do="branch", folder=os.fspath(folder))
        ready = Ready(**_answer(connection))
        return Branch(ready, folder, self, connection)

    def connect(self, **request: Any) -> socket.socket:
        """
        Send a request and return the connection on which the answer comes.
        """
        connection = socket.socket(socket.AF_UNIX)
        connection.connect(self.at)
        send(connection, **request)
        return connection

    def beside(self) -> str:
        """
        Return a new place for another checkpoint's socket.
        """
        return os.fspath(Path(self.at).with_name(str(next(self.numbers))))


@contextmanager
def origin(folder: Path, hosts: int = 3) -> Iterator[Checkpoint]:
    """
    Start the first checkpoint, at which nobody has done anything yet.

    At the end of the `with` block it ends, and so do all that were kept since.
    """
    with tempfile.TemporaryDirectory(prefix="closednet-") as sockets:
        at = os.fspath(Path(sockets) / "origin")
        ours, theirs = socket.socketpair()
        command = [sys.executable, "-m", "closednet_rehearsal.branching"]
        command += [os.fspath(folder), str(hosts), at]
        program = os.posix_spawn(
            sys.executable,
            command,
            os.environ,
            file_actions=[(os.POSIX_SPAWN_DUP2, theirs.fileno(), 0)],
        )
        theirs.close()
        try:
            with ExitStack() as lives:
                lives.enter_context(ours)
                _answer(ours)
                yield Checkpoint(folder, at, lives)
        finally:
            os.waitpid(program, 0)


def _answer(connection: socket.socket) -> dict[str, Any]:
    answer = _sound(receive(connection))
    if answer is None:
        raise BranchingError("a checkpoint or a branch ended by itself")
    return answer


def _sound(answer: dict[str, Any] | None) -> dict[str, Any] | None:
    if answer is not None and "broken" in answer:
        raise BranchingError(answer["broken"])
    return answer
