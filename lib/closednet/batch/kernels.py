"""
Kernels that talk over sockets in a folder of their own.

Over TCP, ports are chosen before they are bound, which fails now and then when
many kernels start, and anybody on the machine could connect.
"""

from __future__ import annotations

import os
import shutil
import tempfile

from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager


class SocketKernelManager(AsyncKernelManager):
    """
    A kernel whose sockets only this user can reach.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._folder = Path(tempfile.mkdtemp(prefix="closednet-"))
        self.transport = "ipc"
        self.ip = os.fspath(self._folder / "kernel")

    async def _async_cleanup_resources(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002 - the base class's signature
        """
        Remove the sockets once the kernel is gone for good.
        """
        await super()._async_cleanup_resources(restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
