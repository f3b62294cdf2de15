"""
The logs of the stand-in SSM Agent.
"""

from __future__ import annotations

import sys
import threading
import time

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

FOLDER: Final = "var/log/amazon/ssm"


class AgentLog:
    """
    amazon-ssm-agent.log, and errors.log for errors alone.
    """

    def __init__(self, machine: Machine, *, console: bool = False) -> None:
        self._folder = machine.root / FOLDER
        self._folder.mkdir(parents=True, exist_ok=True)
        self._console = console
        self._lock = threading.Lock()

    def note(self, message: str) -> None:
        """
        Note what happened.
        """
        self._write("INFO", message)

    def problem(self, message: str) -> None:
        """
        Note what went wrong.
        """
        self._write("ERROR", message)

    def _write(self, level: str, message: str) -> None:
        now = time.time()
        stamp = time.strftime("%Y-%m-%d %H:%M:%S", time.gmtime(now))
        line = f"{stamp}.{int(now % 1 * 10000):04} {level} {message}\n"
        names = ["amazon-ssm-agent.log", *(["errors.log"] if level == "ERROR" else [])]
        with self._lock:
            for name in names:
                with (self._folder / name).open("a") as file:
                    file.write(line)
            if self._console:
                print(line, end="", file=sys.stderr if level == "ERROR" else sys.stdout)
