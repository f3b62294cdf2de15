"""
Kernels from the fork server, as the process that wants them sees them.
"""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import subprocess

from typing import TYPE_CHECKING, Final, NamedTuple


if TYPE_CHECKING:
    import socket

    from collections.abc import Mapping, Sequence

UNKNOWN_EXIT: Final = 1
MOST: Final = 64


class Wanted(NamedTuple):
    """
    A kernel to be: its command, its environment, its folder and its streams.
    """

    command: Sequence[str]
    env: Mapping[str, str]
    cwd: str
    streams: tuple[int, int, int]

    def order(self) -> bytes:
        """
        Return what the fork reads, in one line.
        """
        told = {"command": list(self.command), "env": {**self.env}, "cwd": self.cwd}
        return json.dumps(told).encode() + b"\n"


class ForkedProcess:
    """
    A forked kernel, with the attributes of a `subprocess.Popen`.
    """

    stdin = stdout = stderr = None

    def __init__(self, pid: int, life: socket.socket, told: bytes = b"") -> None:
        self.pid = pid
        self.returncode: int | None = None
        self._life = life
        self._told = told

    def poll(self) -> int | None:
        """
        Return how the process ended, or None: a negative number is a signal.

        If the fork server was killed nobody knows, and it counts as failed.
        """
        while self.returncode is None:
            if b"\n" in self._told:
                return self._ended(int(self._told))
            try:
                more = self._life.recv(MOST)
            except BlockingIOError:
                return None
            except OSError:
                more = b""
            if not more:
                return self._ended(UNKNOWN_EXIT)
            self._told += more
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        """
        Return how the process ended once it has; `timeout` is in seconds.

        Raises:
            subprocess.TimeoutExpired: It still runs.
        """
        while (code := self.poll()) is None:
            if not select.select([self._life], [], [], timeout)[0]:
                raise subprocess.TimeoutExpired(f"kernel {self.pid}", timeout or 0)
        return code

    def send_signal(self, number: int) -> None:
        """
        Send a signal to the process unless it is known to have ended.
        """
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        """
        Ask the process to end.
        """
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """
        End the process.
        """
        self.send_signal(signal.SIGKILL)

    def let_go(self) -> None:
        """
        Want the process no more: it ends by itself.
        """
        self._life.close()

    def _ended(self, code: int) -> int:
        self.returncode = code
        self._life.close()
        return code


async def begun(life: socket.socket, wanted: Wanted) -> ForkedProcess:
    """
    Give a fork its order and return it once it has begun to be a kernel.

    Raises:
        ValueError: It ended before.
    """
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(life, wanted.order())
    told = b""
    while b"\n" not in told:
        more = await loop.sock_recv(life, MOST)
        if not more:
            raise ValueError("the fork ended")
        told += more
    pid, _, rest = told.partition(b"\n")
    return ForkedProcess(int(pid), life, rest)
