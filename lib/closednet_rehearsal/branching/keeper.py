"""
The process of a checkpoint: it waits, and forks whoever goes on from there.
"""

from __future__ import annotations

import gc
import os
import select
import signal
import socket
import sys
import time
import traceback

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.branching.folders import copy
from closednet_rehearsal.branching.messages import receive, send
from closednet_rehearsal.branching.operator import operate
from closednet_rehearsal.branching.serving import serving


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.server import Services

OUTPUT: Final = "operations.log"
PATIENCE_S: Final = 2.0
PAUSE_S: Final = 0.01


@dataclass(frozen=True, slots=True)
class Keeper:
    """
    A world at one moment, and the folder that belongs to it.
    """

    services: Services
    folder: Path

    def stay(self, listener: socket.socket, life: socket.socket) -> None:
        """
        Answer requests until the other side of `life` is closed.
        """
        signal.signal(signal.SIGCHLD, lambda *_: _reap())
        gc.freeze()
        send(life, kept=True)
        while True:
            ready, _, _ = select.select([listener, life], [], [])
            if life in ready:
                _last_children()
                return
            connection, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                life.close()
                signal.signal(signal.SIGCHLD, signal.SIG_DFL)
                self._answer(connection)
                os._exit(0)
            connection.close()

    def _answer(self, connection: socket.socket) -> None:
        request = receive(connection)
        if request is None:
            return
        try:
            if request["do"] == "branch":
                self._branch(connection, Path(request["folder"]))
            else:
                self._operate(connection, request)
        except Exception:
            send(connection, broken=traceback.format_exc())
            raise

    def _branch(self, connection: socket.socket, folder: Path) -> None:
        copy(self.folder, folder)
        with serving(self.services, folder) as ready:
            send(connection, **asdict(ready))
            request = receive(connection)
        if request is not None:
            Keeper(self.services, folder).stay(_listening(request["at"]), connection)

    def _operate(self, connection: socket.socket, request: dict[str, Any]) -> None:
        folder = Path(request["folder"])
        _into(folder / OUTPUT)
        send(connection, pid=os.getpid())
        answer = operate(folder, request["operation"], request["arguments"])
        send(connection, **answer)


def _reap() -> bool:
    """
    Note the ends of children; whoever asked for one saw it by itself.
    """
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


def _last_children() -> None:
    """
    Wait a moment for those that end with this process, to count their time.
    """
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    deadline = time.monotonic() + PATIENCE_S
    while _reap() and time.monotonic() < deadline:
        time.sleep(PAUSE_S)


def _listening(at: str) -> socket.socket:
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(at)
    listener.listen()
    return listener


def _into(log: Path) -> None:
    """
    Let everything that is printed from now on go to a file.
    """
    opened = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for stream in (sys.stdout, sys.stderr):
        os.dup2(opened, stream.fileno())
    os.close(opened)


def begin(prepare: Callable[[], Services], folder: Path, at: str) -> None:
    """
    Become the first checkpoint of all; its life is standard input.
    """
    life = socket.socket(fileno=os.dup(0))
    Keeper(prepare(), folder).stay(_listening(at), life)
