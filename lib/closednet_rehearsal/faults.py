"""
Faults that somebody asked for: the next calls of an operation go wrong.
"""

from __future__ import annotations

import threading

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.settings import OPERATOR_ROLE


if TYPE_CHECKING:
    from closednet_rehearsal.calls import Asked


ANY: Final = "*"
DROP: Final = "drop"
HOLD: Final = "hold"
HOLD_ANSWER: Final = "hold-answer"
SILENT: Final = frozenset({DROP, HOLD, HOLD_ANSWER})


@dataclass(slots=True)
class Fault:
    """
    What happens to the `times` calls that fit, after `skip` that pass unharmed.

    `error` is an error code, or `drop` (act, answer nothing), `hold` (wait until
    released, never act) or `hold-answer` (act, wait until released, answer nothing).
    `operation` may be `*`: whatever the operator calls that can change something.
    """

    operation: str
    error: str
    times: int = 1
    skip: int = 0

    def fits(self, asked: Asked, principal: str) -> bool:
        """
        Return whether this fault is for that call (`service:Operation` or name).
        """
        if self.operation == ANY:
            return asked.mutating and OPERATOR_ROLE in principal
        return self.operation in (
            asked.operation,
            f"{asked.service}:{asked.operation}",
        )


@dataclass(slots=True)
class Faults:
    """
    The faults that wait for their calls, and the calls that are held.
    """

    waiting: list[Fault] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _held: threading.Event = field(default_factory=threading.Event)
    _released: threading.Event = field(default_factory=threading.Event)

    def add(self, request: dict[str, Any]) -> Fault:
        """
        Add the fault that a control request describes.
        """
        fault = Fault(
            str(request["operation"]),
            str(request["error"]),
            int(request.get("times", 1)),
            int(request.get("skip", 0)),
        )
        self.waiting.append(fault)
        return fault

    def take(self, asked: Asked, principal: str) -> str:
        """
        Return the error of the first fault that fits and use it up, else nothing.
        """
        with self._lock:
            for fault in self.waiting:
                if not fault.fits(asked, principal):
                    continue
                if fault.skip > 0:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                self.waiting = [each for each in self.waiting if each.times > 0]
                return fault.error
        return ""

    def mend(self) -> None:
        """
        Forget every fault that still waits.
        """
        with self._lock:
            self.waiting = []

    def hold(self) -> None:
        """
        Keep the caller waiting until somebody releases what is held.
        """
        self._released.clear()
        self._held.set()
        self._released.wait()

    def held(self, patience_s: float) -> bool:
        """
        Wait until a call is held; say whether one is.
        """
        return self._held.wait(patience_s)

    def release(self) -> None:
        """
        Let every held call end.
        """
        self._held.clear()
        self._released.set()
