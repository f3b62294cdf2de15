"""
Terminal and logs of a command without secrets, also where a command fails.
"""

from __future__ import annotations

import os
import sys

from typing import TYPE_CHECKING, Any

from closednet.redact import redact


if TYPE_CHECKING:
    from typing import TextIO


class GuardedStream:
    """
    A text stream that masks what it is given; all else is the stream's own.

    A reader that went away (`closednet apply … | head`) does not end the work.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """
        Write `text` with every known secret masked.
        """
        try:
            self._stream.write(redact(text))
        except BrokenPipeError:
            self._go_on_unread()
        return len(text)

    def flush(self) -> None:
        """
        Hand on what was written, if anybody still reads.
        """
        try:
            self._stream.flush()
        except BrokenPipeError:
            self._go_on_unread()

    def _go_on_unread(self) -> None:
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, self._stream.fileno())
        os.close(nowhere)

    def writelines(self, lines: Any) -> None:
        """
        Write lines, masked together: a secret may go from one into the next.
        """
        self.write("".join(lines))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)


def install() -> None:
    """
    Guard this process's output for good: prints, logs, warnings, tracebacks.

    Python writes the traceback of an unexpected error to `sys.stderr`, too.
    """
    guarded: Any = (GuardedStream(sys.stdout), GuardedStream(sys.stderr))
    sys.stdout, sys.stderr = guarded
