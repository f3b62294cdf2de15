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

import contextlib
import gc
import importlib
import os
import signal
import socket
import sys

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.aws.account import Account
from closednet.aws.models import read_models
from closednet.batch.fork_kernel import Ending, Order, become_kernel


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

DESCRIPTORS: Final = 4
MODULES: Final = (
    *("ipykernel.kernelapp", "ipykernel.comm", "ipykernel.debugger"),
    *("IPython.core.completerlib", "IPython.core.debugger", "IPython.core.oinspect"),
    *("IPython.core.logger", "IPython.extensions.storemagic", "IPython.utils.wildcard"),
    *("psutil", "sqlite3", "tornado.platform.asyncio", "tornado.queues"),
    *("dns.asyncresolver", "dns.resolver", "boto3.s3.inject", "s3transfer.manager"),
    "closednet.run.opening",
)


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
            order.close()
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


def _prepare(modules: Iterable[str]) -> dict[str, str]:
    """
    Import modules, and read the models of the AWS services.

    Returns:
        The variables of the environment that an import has set.
    """
    before = dict(os.environ)
    # All of it stays: looking for garbage meanwhile would find none.
    gc.disable()
    for name in modules:
        importlib.import_module(name)
    read_models(Account.services())
    gc.collect()
    gc.freeze()
    gc.enable()
    return dict(os.environ.items() - before.items())


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


def serve(
    descriptor: str,
    modules: Iterable[str],
    become: Callable[[Order, dict[str, str]], None],
) -> None:
    """
    Import modules and serve a socket; each fork becomes what was ordered, and ends.
    """
    # As Jupyter's launcher does it: the folder we stand in is no library.
    if sys.path[0] == os.fspath(Path.cwd()):
        del sys.path[0]
    ending = Ending()
    control = socket.socket(fileno=int(descriptor))
    set_by_imports = _prepare(modules)
    order = Server(control).serve()
    if order is not None:
        ending.run(partial(become, order, set_by_imports))


if __name__ == "__main__":
    serve(sys.argv[1], MODULES, become_kernel)
