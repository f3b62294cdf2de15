"""
Changes in plain words, from the fields of the specs: new specs need no code here.
"""

from __future__ import annotations

import re

from dataclasses import fields, is_dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final, assert_never

from closednet.model.change import (
    AnyChange,
    Create,
    Delete,
    Manual,
    Spec,
    Update,
)


if TYPE_CHECKING:
    from collections.abc import Iterable

CREATE = "\N{FULLWIDTH PLUS SIGN}"
UPDATE = "\N{FULLWIDTH TILDE}"
DELETE = NONE = "\N{FULLWIDTH HYPHEN-MINUS}"
BY_HAND = "✋"
LONGEST: Final = 90
MANY: Final = 6
# Words that people know in capitals.
CAPITALS: Final = {
    word.lower(): word
    for word in (
        "AWS", "DNS", "IAM", "SSM", "VPC", "S3", "KMS", "ID", "IP", "ARN", "CIDR",
        "TTL", "OS", "URL", "CloudWatch", "EC2",
    )
}  # fmt: skip


def symbol(change: AnyChange) -> str:
    """
    Return the sign of a change.
    """
    match change:
        case Create():
            return CREATE
        case Update():
            return UPDATE
        case Delete():
            return DELETE
        case Manual():
            return BY_HAND
        case _:
            assert_never(change)


def sentence(change: AnyChange) -> str:
    """
    Return what a change does, such as `Create interface endpoint ssm`.
    """
    match change:
        case Create(new=spec):
            return f"Create {subject(spec)}"
        case Update(new=spec):
            return f"Change {subject(spec)}"
        case Delete(old=spec):
            return f"Delete {subject(spec)}"
        case Manual(who=who, instruction=instruction, undo=undo):
            again = " (undo)" if undo else ""
            return f"By hand{again}, {who}: {instruction}"
        case _:
            assert_never(change)


def details(change: AnyChange) -> tuple[str, ...]:
    """
    Return what the resource will be, or what changes in it, a line a field.
    """
    match change:
        case Create(new=spec) | Manual(spec=spec):
            return fields_of(spec)
        case Update(old=old, new=new):
            return differences(old, new)
        case Delete():
            return ()
        case _:
            assert_never(change)


def subject(spec: Spec) -> str:
    """
    Return the kind and the name of a resource.
    """
    kind, _, name = spec.key.partition("/")
    words = humanise(type(spec).__name__)
    return f"{words} {name or kind}"


def fields_of(spec: object) -> tuple[str, ...]:
    """
    Return every field that says something, as `name: value`.
    """
    return tuple(
        f"{humanise(name)}: {value(item)}"
        for name, item in _items(spec)
        if item not in (None, "", (), frozenset())
    )


def differences(old: object, new: object) -> tuple[str, ...]:
    """
    Return every field in which two specs differ, as `name: before → after`.
    """
    before = dict(_items(old))
    return tuple(
        f"{humanise(name)}: {value(before.get(name))} → {value(item)}"
        for name, item in _items(new)
        if before.get(name) != item
    )


def value(item: Any) -> str:
    """
    Return a field's value for people; long texts by length and digest.
    """
    match item:
        case None | "":
            return "none"
        case bool():
            return "yes" if item else "no"
        case str():
            return _text(item)
        case frozenset() | tuple():
            said = [value(one) for one in item]
            return _many(sorted(said) if isinstance(item, frozenset) else said)
        case _:
            inner = fields_of(item)
            return f"({', '.join(inner)})" if inner else str(item)


def humanise(name: str) -> str:
    """
    Return a name of code in words: `PrivateDnsName`, `private_dns_name`.
    """
    spaced = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name).replace("_", " ")
    return " ".join(CAPITALS.get(word, word) for word in spaced.lower().split())


def count(number: int, noun: str) -> str:
    """
    Return a number with its noun: `1 change`, `2 changes`.
    """
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


def summary(changes: Iterable[AnyChange]) -> str:
    """
    Return how many changes of which sort there are.
    """
    found = [symbol(change) for change in changes]
    words = {
        CREATE: "to create",
        UPDATE: "to change",
        DELETE: "to delete",
        BY_HAND: "by hand",
    }
    parts = [f"{found.count(s)} {w}" for s, w in words.items() if s in found]
    return ", ".join(parts) or "nothing to do"


def _items(spec: object) -> list[tuple[str, Any]]:
    if not is_dataclass(spec):
        return []
    return [(field.name, getattr(spec, field.name)) for field in fields(spec)]


def _text(text: str) -> str:
    if len(text) <= LONGEST and "\n" not in text:
        return text
    digest = sha256(text.encode()).hexdigest()[:8]
    return f"text of {len(text):,} characters ({digest})"


def _many(items: Iterable[str]) -> str:
    found = list(items)
    if len(found) <= MANY:
        return ", ".join(found) or "none"
    return f"{', '.join(found[: MANY - 1])} and {len(found) - MANY + 1} more"
