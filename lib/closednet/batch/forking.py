"""
The fork server of this process: started, asked and ended.
"""

from __future__ import annotations

import asyncio
import atexit
import contextlib
import os
import signal
import socket
import subprocess
import sys
import threading
import weakref

from typing import TYPE_CHECKING, Final

from closednet.batch.forked import ForkedProcess, Wanted, begun


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# In the environment of a Jupyter program it makes all of its kernels forked ones.
FOR_JUPYTER: Final = {"JUPYTER_DEFAULT_PROVISIONER_NAME": "closednet-fork"}
SERVER: Final = (sys.executable, "-m", "closednet.batch.fork_server")
START_TIMEOUT_S: Final = 60.0
# What shapes a process while it starts: a fork cannot be given it afterwards.
BORN_WITH: Final = frozenset({"HOME", "LANG", "LANGUAGE", "PATH", "TMPDIR"})
BORN_PREFIXES: Final = ("LC_", "LD_", "PYDEVD_", "PYTHON")


class ForkServer:
    """
    The fork server of this process, started when first needed.

    Processes that this one forks from then on share it. `program` makes it, given the
    descriptor of the socket that it serves.
    """

    def __init__(self, program: Sequence[str] = SERVER) -> None:
        self._program = program
        self._processes: list[subprocess.Popen[bytes]] = []
        self._control: socket.socket | None = None
        self._born: dict[str, str] = {}
        self._owner = 0
        self._threads = threading.Lock()
        self._kernels: weakref.WeakSet[ForkedProcess] = weakref.WeakSet()

    @property
    def pid(self) -> int | None:
        """
        The server's process id, once it was started.
        """
        return self._processes[-1].pid if self._processes else None

    def prepare(self, env: Mapping[str, str] = os.environ) -> socket.socket | None:
        """
        Start the server in the background, for kernels born with this `env`.

        Returns:
            Where it is asked; nothing if no such kernel can be forked.
        """
        # A relative path would mean another folder there.
        relative = any(path[:1] != "/" for path in _library_paths(env))
        if relative or not sys.platform.startswith("linux"):
            return None
        with self._threads:
            if self._control is None:
                self._start(born_with(env))
            return self._control if self._born == born_with(env) else None

    async def fork(self, wanted: Wanted) -> ForkedProcess | None:
        """
        Return a new kernel, or None if the server cannot make this one.
        """
        for _ in range(2):
            control = self.prepare(wanted.env)
            if control is None:
                return None
            try:
                process = await _asked(control, wanted)
            except (OSError, TimeoutError, ValueError):
                # It was killed, or it refused since code was edited: another, once.
                self._forget(control)
            else:
                with self._threads:
                    self._kernels.add(process)
                return process
        return None

    def interrupt(self) -> None:
        """
        Interrupt whatever the kernels of this process do.
        """
        with self._threads:
            kernels = list(self._kernels)
        for kernel in kernels:
            kernel.send_signal(signal.SIGINT)

    def stop(self) -> None:
        """
        End the server and all of its kernels.
        """
        self._forget(self._control)
        for kernel in list(self._kernels):
            kernel.let_go()
        for process in self._own():
            process.kill()
            process.wait()
        self._processes = []

    def _forget(self, control: socket.socket | None) -> None:
        """
        Ask there for nothing more; that server ends after its last kernel.
        """
        with self._threads:
            if control is not None:
                control.close()
            if control is self._control:
                self._control = None

    def _own(self) -> list[subprocess.Popen[bytes]]:
        """
        Return the servers that run, for the process that started them.
        """
        ours = self._processes if self._owner == os.getpid() else []
        return [process for process in ours if process.poll() is None]

    def _start(self, born: dict[str, str]) -> None:
        # One that was replaced goes on for as long as it has kernels.
        self._processes = self._own()
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        descriptor = theirs.fileno()
        with theirs:
            process = subprocess.Popen(  # noqa: S603 - our own interpreter
                [*self._program, str(descriptor)],
                env=born,
                cwd="/",
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        self._processes.append(process)
        self._control, self._born, self._owner = ours, born, os.getpid()
        atexit.unregister(self.stop)
        atexit.register(self.stop)


async def _asked(control: socket.socket, wanted: Wanted) -> ForkedProcess:
    """
    Return a kernel from the server that is asked over `control`.

    Raises:
        OSError: The server is gone.
        TimeoutError: It takes too long.
        ValueError: It refused.
    """
    ours, theirs = socket.socketpair()
    with contextlib.ExitStack() as stack:
        stack.callback(ours.close)
        ours.setblocking(False)
        with theirs:
            handed = [theirs.fileno(), *wanted.streams]
            socket.send_fds(control, [b"fork"], handed)
        process = await asyncio.wait_for(begun(ours, wanted), START_TIMEOUT_S)
        stack.pop_all()
    return process


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
