"""
What was decided and by which statements, for whoever looks for those not needed.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from closednet_rehearsal.permissions.evaluate import Decision


@dataclass(slots=True)
class Ledger:
    """
    Every distinct access that was allowed or denied, with how often.

    A group lists the statements that each would have been enough.
    """

    seen: dict[tuple[str, ...], dict[str, Any]] = field(default_factory=dict)

    def note(self, who: tuple[str, str, str], *, decision: Decision) -> None:
        """
        Note what was decided about (principal, action, resource).
        """
        groups = [sorted({each.label for each in group}) for group in decision.grants]
        key = (*who, decision.because, str(groups))
        if key not in self.seen:
            self.seen[key] = {
                "principal": who[0],
                "action": who[1],
                "resource": who[2],
                "allowed": decision.allowed,
                "because": decision.because,
                "grants": groups,
                "times": 0,
            }
        self.seen[key]["times"] += 1

    def shown(self) -> list[dict[str, Any]]:
        """
        Return everything noted, in the order in which it happened first.
        """
        return list(self.seen.values())
