"""
A Jupyter kernel provisioner that forks kernels from a prepared process.

Installed as the entry point `closednet-fork`: a kernel specification may name it,
or the variable JUPYTER_DEFAULT_PROVISIONER_NAME for every kernel of a process.
Kernels that it cannot fork faithfully are started in the ordinary way.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jupyter_client.provisioning.local_provisioner import LocalProvisioner

from closednet.batch.forked import Wanted
from closednet.batch.forking import SHARED


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jupyter_client.connect import KernelConnectionInfo

LAUNCH: Final = ["-m", "ipykernel_launcher"]
STREAMS: Final = ("stdin", "stdout", "stderr")
UNDERSTOOD: Final = frozenset({*STREAMS, "env", "cwd", "independent", "kernel_id"})


class ForkProvisioner(LocalProvisioner):
    """
    Launches a kernel by forking it, where that gives the same kernel.
    """

    async def launch_kernel(
        self, cmd: list[str], **kwargs: Any
    ) -> KernelConnectionInfo:
        """
        Launch a kernel; the connection information of the manager is returned.
        """
        process = await self._forked(cmd, kwargs) if forkable(cmd, kwargs) else None
        if process is None:
            return await super().launch_kernel(cmd, **kwargs)
        self.process = process
        self.pid = self.pgid = process.pid
        self.cwd = kwargs.get("cwd") or Path.cwd()
        return self.connection_info

    async def _forked(self, cmd: Sequence[str], kwargs: Mapping[str, Any]) -> Any:
        with _streams(kwargs) as streams:
            return await SHARED.fork(_wanted(cmd, kwargs, streams))


def _wanted(
    cmd: Sequence[str], kwargs: Mapping[str, Any], streams: tuple[int, int, int]
) -> Wanted:
    given = os.environ if kwargs.get("env") is None else kwargs["env"]
    env = {**given, "JPY_PARENT_PID": str(os.getpid())}
    cwd = os.fspath(Path(kwargs.get("cwd") or ".").absolute())
    return Wanted(cmd, env, cwd, streams)


def forkable(cmd: Sequence[str], kwargs: Mapping[str, Any]) -> bool:
    """
    Tell whether a fork would be the very kernel that is asked for.
    """
    piped = any(kwargs.get(name) == subprocess.PIPE for name in STREAMS)
    return (
        cmd[0] == sys.executable
        and list(cmd[1:3]) == LAUNCH
        and set(kwargs) <= UNDERSTOOD
        and not kwargs.get("independent")
        and not piped
    )


@contextlib.contextmanager
def _streams(kwargs: Mapping[str, Any]) -> Iterator[tuple[int, int, int]]:
    """
    Yield what becomes the standard streams of a kernel: no input, our own outputs.
    """
    null = os.open(os.devnull, os.O_RDWR)
    try:
        given = [kwargs.get(name) for name in STREAMS]
        stdin, stdout, stderr = map(_descriptor, given, (null, 1, 2), [null] * 3)
        yield stdin, stdout, stderr
    finally:
        os.close(null)


def _descriptor(given: Any, default: int, null: int) -> int:
    if given is None:
        return default
    if given == subprocess.DEVNULL:
        return null
    return given if isinstance(given, int) else int(given.fileno())
