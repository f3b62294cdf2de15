"""
What a fork does to be a kernel, and how it ends.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import sys
import tempfile
import threading
import time

from typing import TYPE_CHECKING, Any, Final, NamedTuple


if TYPE_CHECKING:
    import socket

    from collections.abc import Callable

LAUNCHER: Final = "ipykernel_launcher"


class Order(NamedTuple):
    """
    What a fork was given: its own socket, and what becomes its streams 0, 1 and 2.
    """

    life: socket.socket
    streams: tuple[int, ...]

    def close(self) -> None:
        """
        Let go of all of it.
        """
        self.life.close()
        self.close_streams()

    def close_streams(self) -> None:
        """
        Let go of the descriptors of the streams.
        """
        for descriptor in self.streams:
            os.close(descriptor)


def become_kernel(order: Order, set_by_imports: dict[str, str]) -> None:
    """
    Turn a fork into what `python -m ipykernel_launcher` would be, until it ends.
    """
    command = begin(order, set_by_imports)
    if not command:
        return
    launcher = importlib.import_module(LAUNCHER)
    sys.argv[:] = [str(launcher.__file__), *command[3:]]
    # No poller of its own: process 1 is the parent that ipykernel does not watch.
    app = importlib.import_module("ipykernel.kernelapp").IPKernelApp
    app.launch_instance(argv=command[3:], parent_handle=1)


def begin(order: Order, set_by_imports: dict[str, str]) -> list[str]:
    """
    Take on the streams, the environment and the folder that a fork is told.

    Returns:
        The command that it stands for; nothing if whoever wanted it is gone.
    """
    os.setsid()
    line = order.life.makefile("rb").readline()
    if not line:
        return []
    told: dict[str, Any] = json.loads(line)
    for number, descriptor in enumerate(order.streams):
        os.dup2(descriptor, number)
    order.close_streams()
    os.environ.clear()
    os.environ.update(set_by_imports | told["env"])
    time.tzset()
    tempfile.tempdir = None
    os.chdir(told["cwd"])
    command: list[str] = told["command"]
    sys.orig_argv[:] = command
    order.life.sendall(f"{os.getpid()}\n".encode())
    threading.Thread(target=_end_with, args=(order.life,), daemon=True).start()
    return command


class Ending:
    """
    The last thing that a process does: what it shares is left as it is.

    To take thousands of imported modules apart would copy them all first. IPython
    has emptied the notebook's names by then, so their finalizers have run.
    """

    def __init__(self) -> None:
        self.code = 1
        # Registered before all others, and therefore called after them.
        atexit.register(self._leave)

    def run(self, work: Callable[[], None]) -> None:
        """
        Do `work` and keep its exit code; an error leaves it at 1.
        """
        try:
            work()
        except SystemExit as error:
            self.code = error.code if isinstance(error.code, int) else bool(error.code)
            raise
        self.code = 0

    def _leave(self) -> None:
        gc.collect()
        for stream in filter(None, (sys.__stdout__, sys.__stderr__)):
            with contextlib.suppress(OSError, ValueError):
                stream.flush()
        os._exit(self.code)


def _end_with(life: socket.socket) -> None:
    """
    End this process as soon as the one that wanted it is gone.
    """
    while life.recv(16):
        pass
    os._exit(1)
