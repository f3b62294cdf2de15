"""
Terminal and logs of a command without secrets, also where a command fails.
"""

from __future__ import annotations

import sys

from typing import TYPE_CHECKING, Any

from closednet.redact import redact


if TYPE_CHECKING:
    from typing import TextIO


class GuardedStream:
    """
    A text stream that masks what it is given; all else is the stream's own.
    """

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    def write(self, text: str) -> int:
        """
        Write `text` with every known secret masked.
        """
        self._stream.write(redact(text))
        return len(text)

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
