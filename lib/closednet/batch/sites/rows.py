"""
How far each site of a batch is: one small row a site, and nothing else is kept.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from closednet.batch.sites.orders import Order, Result

WAITING: Final = "not started"
RUNNING: Final = "running"
DONE: Final = "done"
FAILED: Final = "failed"
INTERRUPTED: Final = "interrupted"
UNKNOWN: Final = "not known"
BAD: Final = "bad parameters"
SIGNS: Final = {DONE: "✅", FAILED: "⛔", BAD: "⛔", INTERRUPTED: "⛔", UNKNOWN: "⛔"}

NEXT: Final = "\n  next: "


@dataclass(slots=True)
class Row:
    """
    One site: where it stands, how often it was begun, and how it ended.
    """

    site: str
    params: str
    order: Order | None = None
    state: str = WAITING
    begun: int = 0
    where: str = ""
    step: str = ""
    result: Result | None = None
    remarks: list[str] = field(default_factory=list)

    @property
    def sign(self) -> str:
        """
        The sign before the row.
        """
        return SIGNS.get(self.state, "✋")

    @property
    def reason(self) -> str:
        """
        Why the site is not done, and what happened on the way, for people.
        """
        said = self.result.reason if self.result else ""
        return "; ".join(filter(None, [said.partition(NEXT)[0], *self.remarks]))

    @property
    def remedy(self) -> str:
        """
        What to do about it.
        """
        said = self.result.reason if self.result else ""
        return said.partition(NEXT)[2]

    def to_json(self) -> dict[str, Any]:
        """
        Return the row as JSON data.
        """
        told: dict[str, Any] = {
            "site": self.site,
            "params": self.params,
            "state": self.state,
            "begun": self.begun,
            "remarks": list(self.remarks),
        }
        if self.result is not None:
            one = self.result
            told |= {
                "exit_code": one.code,
                "error": one.error,
                "message": one.message,
                "run": one.run,
                "digest": one.digest,
                "figures": dict(one.figures),
                "notes": list(one.notes),
                "seconds": one.seconds,
                "memory_mb": one.memory_mb,
            }
        return told
