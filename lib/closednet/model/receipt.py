"""
What was really done: the only ground on which something is ever undone.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from closednet.model.change import AnyChange


@dataclass(frozen=True, slots=True)
class Done:
    """
    One change that was made, and the id of the resource it made.
    """

    change: AnyChange
    resource_id: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """
    What one apply did, in order; `waiting` is work for people.

    `undoes` is the run that a rollback undid, empty for a rollout.
    """

    step: str
    plan_digest: str
    approved_by_digest: str
    done: tuple[Done, ...] = ()
    waiting: tuple[AnyChange, ...] = ()
    undoes: str = ""
