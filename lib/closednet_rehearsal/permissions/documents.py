"""
Policy documents, read once and asked often.
"""

from __future__ import annotations

import json

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.permissions import conditions, principals
from closednet_rehearsal.permissions.patterns import expanded, is_arn_like, is_like


if TYPE_CHECKING:
    from closednet_rehearsal.permissions.conditions import Condition
    from closednet_rehearsal.permissions.patterns import Context
    from closednet_rehearsal.permissions.principals import Names


@dataclass(frozen=True, slots=True)
class Statement:
    """
    One statement; of each pair of elements, such as Action and NotAction, one is set.
    """

    policy: str
    sid: str
    allows: bool
    actions: tuple[str, ...]
    not_actions: tuple[str, ...]
    resources: tuple[str, ...]
    not_resources: tuple[str, ...]
    names: Names | None
    not_names: Names | None
    conditions: tuple[Condition, ...]

    @property
    def label(self) -> str:
        """
        Return what people call this statement.
        """
        return f"{self.policy}/{self.sid}"

    def speaks_of(self, action: str, resource: str, context: Context) -> bool:
        """
        Tell whether the statement is about this action on this resource, now.
        """
        return (
            self._covers(action.lower())
            and self._reaches(resource, context)
            and all(condition.holds(context) for condition in self.conditions)
        )

    def _covers(self, action: str) -> bool:
        if self.not_actions:
            return not any(is_like(pattern, action) for pattern in self.not_actions)
        return any(is_like(pattern, action) for pattern in self.actions)

    def _reaches(self, resource: str, context: Context) -> bool:
        if self.not_resources:
            return not _any_like(self.not_resources, resource, context)
        # A trust policy names no resource: it is about the role that carries it.
        return not self.resources or _any_like(self.resources, resource, context)


@dataclass(frozen=True, slots=True)
class Policy:
    """
    A policy document with its name.
    """

    name: str
    statements: tuple[Statement, ...]


@lru_cache(maxsize=1024)
def parsed(name: str, text: str) -> Policy:
    """
    Return the policy that a JSON text describes.

    Raises:
        ValueError: It is not a policy.
    """
    document = json.loads(text)
    statements = _listed(document.get("Statement"))
    return Policy(
        name,
        tuple(
            _statement(name, number, each) for number, each in enumerate(statements, 1)
        ),
    )


def _statement(name: str, number: int, raw: dict[str, Any]) -> Statement:
    return Statement(
        policy=name,
        sid=str(raw.get("Sid", f"#{number}")),
        allows=raw["Effect"] == "Allow",
        actions=_actions(raw.get("Action")),
        not_actions=_actions(raw.get("NotAction")),
        resources=tuple(_listed(raw.get("Resource"))),
        not_resources=tuple(_listed(raw.get("NotResource"))),
        names=principals.parsed(raw.get("Principal")),
        not_names=principals.parsed(raw.get("NotPrincipal")),
        conditions=conditions.parsed(raw.get("Condition")),
    )


def _any_like(patterns: tuple[str, ...], resource: str, context: Context) -> bool:
    filled = (expanded(pattern, context) for pattern in patterns)
    return any(
        pattern is not None and is_arn_like(pattern, resource) for pattern in filled
    )


def _actions(value: Any) -> tuple[str, ...]:
    return tuple(str(each).lower() for each in _listed(value))


def _listed(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, list) else [value]
