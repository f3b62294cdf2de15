"""
What a site demands before anything is changed: signatures, roles, windows.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from closednet.params.approvals import Approvals


@dataclass(frozen=True, slots=True)
class RoleDemand:
    """
    How many of these signers some steps need.
    """

    name: str
    signers: tuple[str, ...]
    required: int
    steps: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Window:
    """
    A time in which changes may be made; both moments carry their time zone.
    """

    begins: str
    ends: str

    def is_open(self, now: datetime) -> bool:
        """
        Whether a change may begin now.
        """
        begins, ends = map(datetime.fromisoformat, (self.begins, self.ends))
        return begins <= now <= ends

    @property
    def minutes(self) -> int:
        """
        How long it is.
        """
        begins, ends = map(datetime.fromisoformat, (self.begins, self.ends))
        return int((ends - begins).total_seconds() // 60)

    def __str__(self) -> str:
        return f"{self.begins} to {self.ends}"


@dataclass(frozen=True, slots=True)
class Demand:
    """
    How many have to sign, in which roles, for how long it holds, and when to act.
    """

    required: int = 0
    roles: tuple[RoleDemand, ...] = ()
    valid_hours: float = 72
    windows: tuple[Window, ...] = ()

    @property
    def signed(self) -> bool:
        """
        Whether anybody has to sign.
        """
        return bool(self.required or self.roles)

    def is_open(self, now: datetime) -> bool:
        """
        Whether changes may be made now.
        """
        return not self.windows or any(w.is_open(now) for w in self.windows)


def of(approvals: Approvals, *, rollback: bool = False) -> Demand:
    """
    Return what the parameters demand; going back may demand nothing.
    """
    if rollback and approvals.rollback == "digest":
        return Demand(valid_hours=approvals.valid_hours)
    return Demand(
        required=approvals.required,
        roles=tuple(
            RoleDemand(role.name, role.signers, role.required, role.steps)
            for role in approvals.roles
        ),
        valid_hours=approvals.valid_hours,
        windows=tuple(Window(one.begins, one.ends) for one in approvals.windows),
    )
