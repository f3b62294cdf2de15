"""
Kernels that are forked, and talk over sockets in a folder of their own.

Over TCP, ports are chosen before they are bound, which fails now and then when
many kernels start, and anybody on the machine could connect.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
import uuid

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from jupyter_client.asynchronous.client import AsyncKernelClient
from jupyter_client.manager import AsyncKernelManager

from closednet.batch.provisioner import ForkProvisioner


if TYPE_CHECKING:
    from collections.abc import Coroutine

POLL_S: Final = 0.01
ANSWER_S: Final = 1.0
OUTPUT_S: Final = 0.05


class PromptClient(AsyncKernelClient):
    """
    A client that goes on as soon as its kernel is idle, and not 0.4 s later.
    """

    def wait_for_ready(self, timeout: float | None = None) -> Coroutine[Any, Any, None]:
        """
        Wait until the kernel answers and its outputs are heard.

        Raises:
            RuntimeError: It died, or did not answer within `timeout` seconds.
        """
        return self._until_ready(timeout or float("inf"))

    async def _until_ready(self, patience_s: float) -> None:
        deadline = time.monotonic() + patience_s
        while not await self._answers():
            if not await self.is_alive():
                raise RuntimeError("the kernel died before it answered")
            if time.monotonic() > deadline:
                raise RuntimeError(f"the kernel did not answer in {patience_s} s")

    async def _answers(self) -> bool:
        """
        Tell whether both the answer to a question and its end were heard.
        """
        asked = self.kernel_info()
        try:
            async with asyncio.timeout(ANSWER_S):
                while not _is(await self.get_shell_msg(), asked, "kernel_info_reply"):
                    pass
            # Outputs that were sent before we listened are lost, this one too.
            async with asyncio.timeout(OUTPUT_S):
                while not _is(await self.get_iopub_msg(), asked, "status", "idle"):
                    pass
        except TimeoutError:
            return False
        return True


def _is(message: Any, asked: str, kind: str, state: str | None = None) -> bool:
    told = (
        message["parent_header"].get("msg_id"),
        message["msg_type"],
        message["content"].get("execution_state"),
    )
    return told == (asked, kind, state)


class SocketKernelManager(AsyncKernelManager):
    """
    A kernel whose sockets only this user can reach.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._folder = Path(tempfile.mkdtemp(prefix="closednet-"))
        self.client_factory = PromptClient
        self.transport = "ipc"
        self.ip = os.fspath(self._folder / "kernel")

    async def _async_pre_start_kernel(self, **kwargs: Any) -> Any:
        self.kernel_id = self.kernel_id or str(uuid.uuid4())
        if self.provisioner is None:
            self.provisioner = ForkProvisioner(
                kernel_id=self.kernel_id, kernel_spec=self.kernel_spec, parent=self
            )
        return await super()._async_pre_start_kernel(**kwargs)

    async def _async_wait(self, pollinterval: float = POLL_S) -> None:
        """
        Wait for the kernel's end, which comes a moment after it was asked to.
        """
        await super()._async_wait(min(pollinterval, POLL_S))

    async def _async_cleanup_resources(self, restart: bool = False) -> None:  # noqa: FBT001, FBT002 - the base class's signature
        """
        Remove the sockets once the kernel is gone for good.
        """
        await super()._async_cleanup_resources(restart)
        if not restart:
            shutil.rmtree(self._folder, ignore_errors=True)

    cleanup_resources = _async_cleanup_resources
