"""
What was applied in this kernel: a cell that is run again does not act twice.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Generic, TypeVar


T = TypeVar("T")


@dataclass
class Applied(Generic[T]):
    """
    The plans that this kernel carried out, with what came of them.

    A plan is the very one that the plan cell showed: a later inspection may well find
    the same work to do again, and then makes another.
    """

    _plans: list[tuple[object, T]] = field(default_factory=list)

    def remember(self, plan: object, outcome: T) -> None:
        """
        Note that a plan was carried out.
        """
        self._plans.append((plan, outcome))

    def with_plan(self, plan: object) -> T | None:
        """
        Return what came of a plan that was carried out already.
        """
        return next((found for one, found in self._plans if one is plan), None)
