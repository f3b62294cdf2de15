"""
The prepared process that kernels are forked from: it imports once what all need.

It forks when it is asked to over a socket pair, which nobody but the process that
started it can reach. What a kernel is to be (command, environment, folder) is read
by the fork itself, from a socket of its own: it never enters this process, so that
nothing of one notebook can reach the next. It ends with whoever started it, and
leaves no file.

    starter --fork, with four descriptors--> this process --fork--> kernel
       ^-------- the kernel's own socket: order, process id, exit status ---^
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import signal
import socket
import sys
import tempfile
import threading
import time

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from closednet.aws.account import Account
from closednet.aws.models import read_models


if TYPE_CHECKING:
    from collections.abc import Callable

LAUNCHER: Final = "ipykernel_launcher"
DESCRIPTORS: Final = 4
MODULES: Final = (
    *("ipykernel.kernelapp", "ipykernel.comm", "ipykernel.debugger"),
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect"),
    *("IPython.core.logger", "IPython.extensions.storemagic", "IPython.utils.wildcard"),
    *(
        "psutil",
        "sqlite3",
        "tornado.platform.asyncio",
        "tornado.queues",
        "closednet.run",
    ),
)


class Order(NamedTuple):
    """
    What a fork was given: its own socket, and what becomes its streams 0, 1 and 2.
    """

    life: socket.socket
    streams: tuple[int, ...]


class Server:
    """
    Forks on demand and reports how each fork ended.
    """

    def __init__(self, control: socket.socket) -> None:
        self._control = control
        self._lives: dict[int, socket.socket] = {}
        self._stamps = _stamps()

    def serve(self) -> Order | None:
        """
        Return an order in each forked process, and None here once nobody asks.
        """
        signal.signal(signal.SIGCHLD, self._reap)
        while True:
            _, descriptors, _, _ = socket.recv_fds(
                self._control, 16, DESCRIPTORS, socket.MSG_CMSG_CLOEXEC
            )
            if len(descriptors) != DESCRIPTORS:
                break
            life, *streams = descriptors
            order = Order(socket.socket(fileno=life), tuple(streams))
            # A fresh process would read code that was edited since: so we are old.
            if _stamps() == self._stamps and self._fork(order):
                return order
            order.life.close()
            _close(order.streams)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        while self._lives:
            self._tell(*os.wait())
        return None

    def _fork(self, order: Order) -> bool:
        """
        Fork and return whether this is the new process.
        """
        blocked = {signal.SIGCHLD}
        before = signal.pthread_sigmask(signal.SIG_BLOCK, blocked)
        pid = os.fork()
        if pid == 0:
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._control.close()
            for life in self._lives.values():
                life.close()
            self._lives.clear()
        else:
            self._lives[pid] = order.life.dup()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
        return pid == 0

    def _reap(self, *_: object) -> None:
        while self._lives:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._tell(pid, status)

    def _tell(self, pid: int, status: int) -> None:
        code = os.waitstatus_to_exitcode(status)
        # Whoever wanted the kernel may have gone before it.
        with self._lives.pop(pid) as life, contextlib.suppress(OSError):
            life.sendall(f"{code}\n".encode())


def prepare() -> dict[str, str]:
    """
    Import what every notebook needs, and read the models of the AWS services.

    Returns:
        The variables of the environment that an import has set.
    """
    before = dict(os.environ)
    for name in MODULES:
        importlib.import_module(name)
    read_models(Account.services())
    gc.collect()
    gc.freeze()
    return dict(os.environ.items() - before.items())


def become_kernel(order: Order, set_by_imports: dict[str, str]) -> None:
    """
    Turn a fork into what `python -m ipykernel_launcher` would be, until it ends.
    """
    os.setsid()
    line = order.life.makefile("rb").readline()
    if not line:
        return
    told: dict[str, Any] = json.loads(line)
    for number, descriptor in enumerate(order.streams):
        os.dup2(descriptor, number)
    _close(order.streams)
    os.environ.clear()
    os.environ.update(set_by_imports | told["env"])
    time.tzset()
    tempfile.tempdir = None
    os.chdir(told["cwd"])
    command: list[str] = told["command"]
    sys.orig_argv[:] = command
    launcher = importlib.import_module(LAUNCHER)
    sys.argv[:] = [str(launcher.__file__), *command[3:]]
    order.life.sendall(f"{os.getpid()}\n".encode())
    threading.Thread(target=_end_with, args=(order.life,), daemon=True).start()
    # No poller of its own: process 1 is the parent that ipykernel does not watch.
    app = importlib.import_module("ipykernel.kernelapp").IPKernelApp
    app.launch_instance(argv=command[3:], parent_handle=1)


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
        for stream in (sys.__stdout__, sys.__stderr__):
            with contextlib.suppress(OSError, ValueError):
                if stream is not None:
                    stream.flush()
        os._exit(self.code)


def _end_with(life: socket.socket) -> None:
    """
    End this kernel as soon as the process that wanted it is gone.
    """
    while life.recv(16):
        pass
    os._exit(1)


def _close(descriptors: tuple[int, ...]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


def _stamps() -> dict[str, int]:
    """
    Return the times of the loaded modules that may be edited: those not installed.
    """
    installed = (sys.prefix, sys.base_prefix)
    stamps = {}
    for module in list(sys.modules.values()):
        name = getattr(module, "__file__", None)
        if name and not name.startswith(installed):
            with contextlib.suppress(OSError):
                stamps[name] = Path(name).stat().st_mtime_ns
    return stamps


def main(arguments: list[str]) -> None:
    """
    Serve the socket whose descriptor is given; a fork goes on as a kernel.
    """
    # As Jupyter's launcher does it: the folder we stand in is no library.
    if sys.path[0] == os.fspath(Path.cwd()):
        del sys.path[0]
    ending = Ending()
    control = socket.socket(fileno=int(arguments[0]))
    set_by_imports = prepare()
    order = Server(control).serve()
    if order is not None:
        ending.run(partial(become_kernel, order, set_by_imports))


if __name__ == "__main__":
    main(sys.argv[1:])
