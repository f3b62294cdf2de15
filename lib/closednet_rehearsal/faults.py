"""
Faults that somebody asked for: the next calls of an operation go wrong.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from closednet_rehearsal.calls import Asked


DROP: Final = "drop"


@dataclass(slots=True)
class Fault:
    """
    An error code for the next `times` calls, or `drop`: act, answer nothing.
    """

    operation: str
    error: str
    times: int

    def fits(self, asked: Asked) -> bool:
        """
        Return whether this fault is for that call (`service:Operation` or name).
        """
        names = (asked.operation, f"{asked.service}:{asked.operation}")
        return self.times > 0 and self.operation in names


@dataclass(slots=True)
class Faults:
    """
    The faults that wait for their calls.
    """

    waiting: list[Fault] = field(default_factory=list)

    def add(self, request: dict[str, Any]) -> Fault:
        """
        Add the fault that a control request describes.
        """
        fault = Fault(
            str(request["operation"]),
            str(request["error"]),
            int(request.get("times", 1)),
        )
        self.waiting.append(fault)
        return fault

    def take(self, asked: Asked) -> str:
        """
        Return the error of the first fault that fits and use it up, else nothing.
        """
        for fault in self.waiting:
            if fault.fits(asked):
                fault.times -= 1
                self.waiting = [each for each in self.waiting if each.times > 0]
                return fault.error
        return ""
