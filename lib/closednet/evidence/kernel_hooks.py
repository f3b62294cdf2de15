"""
What happens inside a notebook's kernel: redaction of its outputs, cells journaled.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from closednet import redact


if TYPE_CHECKING:
    from closednet.recorder import Recorder


@dataclass
class Hooks:
    """
    The hooks of one kernel; installing again only changes the recorder.
    """

    recorder: Recorder
    send: Any
    began: float = 0.0

    def redacted(self, stream: Any, message: Any, *args: Any, **kwargs: Any) -> Any:
        """
        Send a message of the kernel with every known secret masked.
        """
        if redact.names():
            if isinstance(message, dict) and "content" in message:
                message = message | {"content": redact.scrub(message["content"])}
            args = (redact.scrub(args[0]), *args[1:]) if args else args
            if "content" in kwargs:
                kwargs["content"] = redact.scrub(kwargs["content"])
        return self.send(stream, message, *args, **kwargs)

    def before(self, *_: Any) -> None:
        """
        Note when a cell began.
        """
        self.began = time.perf_counter()

    def after(self, result: Any) -> None:
        """
        Journal that a cell ran: which source, how long, whether it succeeded.
        """
        error = result.error_before_exec or result.error_in_exec
        # The cell that installs the hooks began before them.
        took = time.perf_counter() - self.began if self.began else 0.0
        self.recorder.record(
            "cell",
            count=result.execution_count,
            source_sha256=sha256((result.info.raw_cell or "").encode()).hexdigest(),
            success=bool(result.success),
            error=type(error).__name__ if error else "",
            duration_ms=round(took * 1000),
        )


def install(recorder: Recorder) -> bool:
    """
    Put the hooks into this kernel; outside a kernel do nothing and return False.
    """
    shell = _shell()
    session = getattr(getattr(shell, "kernel", None), "session", None)
    if shell is None or session is None:
        return False
    hooks: Hooks | None = getattr(shell, "_closednet_hooks", None)
    if hooks is not None:
        hooks.recorder = recorder
        return True
    hooks = Hooks(recorder, session.send)
    shell._closednet_hooks = hooks  # noqa: SLF001 - kept where the kernel keeps it
    session.send = hooks.redacted
    shell.events.register("pre_run_cell", hooks.before)
    shell.events.register("post_run_cell", hooks.after)
    _close_the_back_door()
    return True


def _close_the_back_door() -> None:
    """
    Keep what children print off the terminal of whoever started the kernel.

    ipykernel catches it for the notebook, where it is masked, and repeats it there,
    where it would not be. A crash of Python still shows its stack there.
    """
    for stream in (sys.stdout, sys.stderr):
        terminal = getattr(stream, "_original_stdstream_copy", None)
        if terminal is None:
            continue
        if stream is sys.stderr:
            faulthandler.enable(os.dup(terminal))
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, terminal)
        os.close(nowhere)


def _shell() -> Any:
    try:
        from IPython.core.getipython import get_ipython  # noqa: PLC0415 - slow import
    except ImportError:
        return None
    return get_ipython()
