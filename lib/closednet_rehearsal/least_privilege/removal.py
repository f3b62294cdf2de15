"""
Policies without one of their parts, and with only some of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.permissions.patterns import is_arn_like, is_like


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping

    Documents = Mapping[str, Any]


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """
    A statement of a policy, or one action of it; the whole statement names no action.
    """

    policy: str
    sid: str
    action: str = ""


def parts(documents: Documents, *, by_action: bool) -> Iterator[Part]:
    """
    Yield everything that can be taken away, statement by statement.
    """
    for name, document in documents.items():
        for statement in document["Statement"]:
            if not by_action:
                yield Part(name, statement["Sid"])
                continue
            for action in statement["Action"]:
                yield Part(name, statement["Sid"], action)


def only(documents: Documents, kept: Collection[Part]) -> dict[str, Any]:
    """
    Return the policies with nothing but some of their parts.
    """
    chosen: dict[str, Any] = {}
    for name, document in documents.items():
        statements = [
            {**statement, "Action": actions}
            for statement in document["Statement"]
            if (actions := _kept(name, statement, kept))
        ]
        chosen[name] = {**document, "Statement": statements}
    return chosen


def _kept(name: str, statement: Mapping[str, Any], kept: Collection[Part]) -> list[str]:
    return [
        action
        for action in statement["Action"]
        if Part(name, statement["Sid"]) in kept
        or Part(name, statement["Sid"], action) in kept
    ]


def speaking_of(documents: Documents, part: Part, action: str, resource: str) -> bool:
    """
    Tell whether a part is about an action on a resource.
    """
    for statement in documents[part.policy]["Statement"]:
        if statement["Sid"] == part.sid:
            actions = [part.action] if part.action else statement["Action"]
            named = any(is_like(each.lower(), action.lower()) for each in actions)
            return named and any(
                is_arn_like(each, resource) for each in statement["Resource"]
            )
    return False
