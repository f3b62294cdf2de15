"""
What a language has to say for a change request: verbs, nouns, labels, sentences.
"""

from __future__ import annotations

import re

from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, assert_never

from closednet.model.change import (
    AnyChange,
    Create,
    Delete,
    Manual,
    Spec,
    Update,
    inverse,
)


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MANY: Final = 6
LONG: Final = 120
HOUR: Final = 60
_file: Final = re.compile(r"handover/\S+?(?=[,\s]|$)")


@dataclass(frozen=True, slots=True)
class Verbs:
    """
    Three sentences about one sort of resource; `{name}` stands for a field.
    """

    create: str
    update: str
    delete: str


@dataclass(frozen=True, slots=True)
class Words:
    """
    One language.

    `kinds` are sentences by the class of a spec, `labels` the names of fields, and
    `texts` everything else that a document says.
    """

    code: str
    texts: Mapping[str, str]
    kinds: Mapping[str, Verbs]
    labels: Mapping[str, str]
    comma: str = ", "
    gap: str = " "

    def say(self, key: str, /, **values: object) -> str:
        """
        Return a sentence with its values put in.
        """
        return self.texts[key].format_map(values)

    def change(self, change: AnyChange) -> str:
        """
        Return what a change does, in plain words.
        """
        match change:
            case Create(new=spec):
                return self._kind(spec).create.format_map(self._fields(spec))
            case Update(new=spec):
                return self._kind(spec).update.format_map(self._fields(spec))
            case Delete(old=spec):
                return self._kind(spec).delete.format_map(self._fields(spec))
            case Manual():
                return self._by_hand(change)
            case _:
                assert_never(change)

    def undone(self, change: AnyChange) -> str:
        """
        Return what undoes a change, in plain words.
        """
        return self.change(inverse(change))

    def who(self, change: Manual[Spec]) -> str:
        """
        Return who does the work of a change that is made by hand.
        """
        return self.texts.get(f"who.{change.who}", change.who)

    def details(self, change: AnyChange) -> tuple[str, ...]:
        """
        Return what a resource will be, or what changes in it, a line a field.
        """
        match change:
            case Create(new=spec):
                return tuple(
                    self._detail(name, self.value(item))
                    for name, item in _items(spec)
                    if item not in (None, "", (), frozenset())
                )
            case Update(old=old, new=new):
                before = dict(_items(old))
                return tuple(
                    self._detail(
                        name, f"{self.value(before.get(name))} → {self.value(item)}"
                    )
                    for name, item in _items(new)
                    if before.get(name) != item
                )
            case Delete() | Manual():
                return ()
            case _:
                assert_never(change)

    def value(self, item: Any) -> str:
        """
        Return a field's value; a long text stands in the appendix.
        """
        match item:
            case None | "":
                return self.texts["value.none"]
            case bool():
                return self.texts["value.yes" if item else "value.no"]
            case str():
                return self.texts["value.long"] if is_long(item) else item
            case frozenset() | tuple():
                said = [self.value(one) for one in item]
                return self._many(sorted(said) if isinstance(item, frozenset) else said)
            case _ if is_dataclass(item):
                parts = [self._detail(n, self.value(v)) for n, v in _items(item)]
                return f"({self.comma.join(parts)})"
            case _:
                return str(item)

    def duration(self, minutes: float) -> str:
        """
        Return minutes as hours and minutes.
        """
        hours, rest = divmod(round(minutes), HOUR)
        parts = [self.say("time.hours", n=hours)] if hours else []
        if rest or not hours:
            parts.append(self.say("time.minutes", n=rest))
        return " ".join(parts)

    def moment(self, text: str) -> str:
        """
        Return a moment of the parameters as people read it, with its time zone.
        """
        when = datetime.fromisoformat(text)
        return f"{when:%Y-%m-%d %H:%M} (UTC{when:%z})"

    def _kind(self, spec: Spec) -> Verbs:
        return self.kinds[type(spec).__name__]

    def _by_hand(self, change: Manual[Spec]) -> str:
        spec = change.spec
        values = self._fields(spec)
        file = _file.search(change.instruction)
        values["file"] = file.group() if file else "handover/"
        name = type(spec).__name__
        verbs = self.kinds.get(f"{name} by hand")
        if verbs is None and "host" not in values:
            return change.instruction
        verbs = verbs or self.kinds["by hand"]
        return (verbs.delete if change.undo else verbs.create).format_map(values)

    def _fields(self, spec: object) -> dict[str, str]:
        return {name: self.value(item) for name, item in _items(spec)}

    def _detail(self, name: str, said: str) -> str:
        return f"{self.labels[name]}: {said}"

    def _many(self, items: Iterable[str]) -> str:
        found = list(items)
        if len(found) <= MANY:
            return self.comma.join(found) or self.texts["value.none"]
        first = self.comma.join(found[: MANY - 1])
        return first + self.say("value.more", n=len(found) - MANY + 1)


def is_long(text: str) -> bool:
    """
    Tell whether a text is a document by itself, such as a policy.
    """
    return len(text) > LONG or "\n" in text


def long_texts(change: AnyChange) -> tuple[tuple[str, str, str], ...]:
    """
    Return the long texts of a change: field, text before, text afterwards.
    """
    if isinstance(change, Manual | Delete):
        return ()
    before = dict(_items(change.old)) if isinstance(change, Update) else {}
    return tuple(
        (name, str(before.get(name) or ""), item)
        for name, item in _items(change.new)
        if isinstance(item, str) and is_long(item) and before.get(name) != item
    )


def _items(spec: object) -> list[tuple[str, Any]]:
    if not is_dataclass(spec):
        return []
    return [(field.name, getattr(spec, field.name)) for field in fields(spec)]
