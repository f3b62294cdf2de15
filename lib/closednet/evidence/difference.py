"""
What differs between two runs or two sites: in things and answers, not in text.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.evidence.portrait import IDENTITY, STATE
from closednet.render.tables import Table


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.evidence.portrait import Portrait, Thing
    from closednet.model.canonical import Json

SIGNS: Final = {"appeared": "+", "vanished": "-", "changed": "~"}


@dataclass(frozen=True, slots=True)
class Difference:
    """
    One thing that differs; `before` and `after` are empty where it is not there.
    """

    section: str
    key: str
    attribute: str
    before: str
    after: str
    kind: str

    def to_json(self) -> dict[str, Json]:
        """
        Return the difference as JSON data.
        """
        return {name: getattr(self, name) for name in Difference.__slots__}


def between(a: Portrait, b: Portrait) -> tuple[Difference, ...]:
    """
    Return what differs from `a` to `b`, section by section.

    Ids of resources are compared within a site only; elsewhere they always differ.
    """
    return tuple(
        difference
        for section in a.sections
        for difference in _of_section(a, b, section)
    )


def tables(a: Portrait, b: Portrait, found: tuple[Difference, ...]) -> str:
    """
    Return the differences for a terminal, a table a section.
    """
    heads = ("", "what", "of it", f"{a.site} {a.run_id}", f"{b.site} {b.run_id}")
    parts = []
    for section in a.sections:
        rows = tuple(
            (SIGNS[d.kind], d.key, d.attribute, d.before, d.after)
            for d in found
            if d.section == section
        )
        if rows:
            parts.append(Table(heads, rows, title=section).text(widest=40))
    counts = ", ".join(f"{sum(d.kind == kind for d in found)} {kind}" for kind in SIGNS)
    return "\n\n".join([*parts, counts if found else "no difference"])


def _of_section(a: Portrait, b: Portrait, section: str) -> Iterator[Difference]:
    before, after = a.sections[section], b.sections[section]
    for key in sorted(before.keys() | after.keys()):
        old, new = before.get(key), after.get(key)
        if old is None:
            yield Difference(section, key, "", "", _brief(new or {}), "appeared")
        elif new is None:
            yield Difference(section, key, "", _brief(old), "", "vanished")
        else:
            skipped = {IDENTITY} if a.site != b.site else set()
            for name in _comparable(old, new, skipped):
                yield Difference(section, key, name, old[name], new[name], "changed")


def _comparable(old: Thing, new: Thing, skipped: set[str]) -> list[str]:
    """
    Return the attributes that both sides know and that differ.

    A run that found a resource in place knows that it stands, and no more.
    """
    known = (old.keys() & new.keys()) - skipped
    return [name for name in sorted(known) if old[name] != new[name]]


def _brief(thing: Thing) -> str:
    return thing.get("", "") or thing.get(STATE, "") or "there"
