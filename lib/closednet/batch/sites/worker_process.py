"""
A worker as the process that gives it orders sees it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys

from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

from closednet.batch.sites import orders


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.batch.sites.orders import Order

PROGRAM: Final = "closednet.batch.sites.worker"
CHUNK: Final = 65536
END_S: Final = 10.0


class WorkerProcess:
    """
    A worker on this machine; it ends when it is let go, or when we end.
    """

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", PROGRAM, str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                # Ctrl-C reaches it through us alone.
                start_new_session=True,
            )
        self._channel = ours
        self._heard = b""

    @property
    def pid(self) -> int:
        """
        The process id.
        """
        return self._process.pid

    def fileno(self) -> int:
        """
        Return the descriptor that is readable when there is something to hear.
        """
        return self._channel.fileno()

    def give(self, order: Order) -> None:
        """
        Give it an order.

        Raises:
            OSError: It is gone.
        """
        line = json.dumps(orders.to_json(order)).encode() + b"\n"
        self._channel.sendall(line)

    def hear(self) -> list[dict[str, Any]] | None:
        """
        Return its next messages, once there are some; None when it is gone.
        """
        try:
            more = self._channel.recv(CHUNK)
        except OSError:
            return None
        if not more:
            return None
        *lines, self._heard = (self._heard + more).split(b"\n")
        return [json.loads(line) for line in lines]

    def messages(self) -> Iterator[dict[str, Any]]:
        """
        Yield its messages until it is gone.
        """
        while (heard := self.hear()) is not None:
            yield from heard

    def interrupt(self) -> None:
        """
        Ask it to stop where it is.
        """
        with suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGINT)

    def end(self) -> str:
        """
        Let it go and say how it ended.
        """
        self._channel.close()
        try:
            code = self._process.wait(END_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        how = f"was killed by signal {-code}" if code < 0 else f"ended with code {code}"
        return f"worker process {self.pid} {how}"
