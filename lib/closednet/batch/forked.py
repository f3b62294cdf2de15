"""
Kernels from the fork server, as the process that wants them sees them.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import weakref

from typing import TYPE_CHECKING, Final, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# In the environment of a Jupyter program it makes all of its kernels forked ones.
FOR_JUPYTER: Final = {"JUPYTER_DEFAULT_PROVISIONER_NAME": "closednet-fork"}
SERVER: Final = "closednet.batch.fork_server"
START_TIMEOUT_S: Final = 60.0
STOP_TIMEOUT_S: Final = 5.0
UNKNOWN_EXIT: Final = 1
MOST: Final = 64
# What shapes a process while it starts: a fork cannot be given it afterwards.
BORN_WITH: Final = frozenset({"HOME", "LANG", "LANGUAGE", "PATH", "TMPDIR"})
BORN_PREFIXES: Final = ("LC_", "LD_", "PYDEVD_", "PYTHON")


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


class ForkServer:
    """
    The fork server of this process, started when first needed.
    """

    def __init__(self) -> None:
        self._processes: list[subprocess.Popen[bytes]] = []
        self._control: socket.socket | None = None
        self._born: dict[str, str] = {}
        self._owner = 0
        self._kernels: weakref.WeakSet[ForkedProcess] = weakref.WeakSet()

    @property
    def pid(self) -> int | None:
        """
        The server's process id, once it was started.
        """
        return self._processes[-1].pid if self._processes else None

    def prepare(self, env: Mapping[str, str] = os.environ) -> bool:
        """
        Start the server in the background, for kernels born with this `env`.

        Returns:
            False where processes cannot be forked safely.
        """
        if not sys.platform.startswith("linux"):
            return False
        if self._owner == os.getpid() and self._control is not None:
            return self._born == born_with(env)
        self._born = born_with(env)
        # A relative path would mean another folder there.
        if any(path[:1] != "/" for path in _library_paths(env)):
            return False
        self._start()
        return True

    async def fork(self, wanted: Wanted) -> ForkedProcess | None:
        """
        Return a new kernel, or None if the server cannot make this one.
        """
        for _ in range(2):
            if not self.prepare(wanted.env):
                return None
            process = await self._asked(wanted)
            if process is not None:
                self._kernels.add(process)
                return process
            # It was killed, or it refused since code was edited: a new one, once.
            self.forget()
        return None

    def forget(self) -> None:
        """
        Ask this server for nothing more; it ends after its last kernel.
        """
        if self._control is not None:
            self._control.close()
        self._control = None

    def stop(self) -> None:
        """
        End the server and all of its kernels.
        """
        self.forget()
        for kernel in list(self._kernels):
            kernel.let_go()
        for process in self._own():
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_TIMEOUT_S)
            process.kill()
            process.wait()
        self._processes = []

    def _own(self) -> list[subprocess.Popen[bytes]]:
        """
        Return the servers that run, for the process that started them.
        """
        ours = self._processes if self._owner == os.getpid() else []
        return [process for process in ours if process.poll() is None]

    def _start(self) -> None:
        # One that was replaced goes on for as long as it has kernels.
        self._processes = self._own()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        descriptor = theirs.fileno()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [sys.executable, "-m", SERVER, str(descriptor)],
                env=self._born,
                cwd="/",
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._processes.append(process)
        self._control = ours
        self._owner = os.getpid()
        atexit.unregister(self.stop)
        atexit.register(self.stop)

    async def _asked(self, wanted: Wanted) -> ForkedProcess | None:
        ours, theirs = socket.socketpair()
        ours.setblocking(False)
        try:
            with theirs:
                handed = [theirs.fileno(), *wanted.streams]
                socket.send_fds(self._control or ours, [b"fork"], handed)
            return await asyncio.wait_for(_begun(ours, wanted), START_TIMEOUT_S)
        except (OSError, TimeoutError, ValueError):
            ours.close()
            return None


async def _begun(life: socket.socket, wanted: Wanted) -> ForkedProcess:
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


def born_with(env: Mapping[str, str]) -> dict[str, str]:
    """
    Return the part of an environment that shapes a process while it starts.

    Credentials are not among it.
    """
    return {
        name: value
        for name, value in env.items()
        if name in BORN_WITH or name.startswith(BORN_PREFIXES)
    }


def _library_paths(env: Mapping[str, str]) -> list[str]:
    return [path for path in env.get("PYTHONPATH", "").split(os.pathsep) if path]


SHARED: Final = ForkServer()
