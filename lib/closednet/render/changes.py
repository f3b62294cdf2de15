"""
Changes as a table, in plain words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.change import Manual, key_of
from closednet.render import words
from closednet.render.tables import Table


if TYPE_CHECKING:
    from closednet.model.change import AnyChange


def changes_table(changes: tuple[AnyChange, ...], title: str = "") -> Table:
    """
    Return changes in plain words, with their details.
    """
    rows = tuple(
        (
            words.symbol(change),
            words.sentence(change),
            "" if isinstance(change, Manual) else "\n".join(words.details(change)),
            key_of(change),
        )
        for change in changes
    )
    return Table(
        ("", "change", "details", "name"),
        rows,
        title,
        empty="nothing to do: everything is as desired",
    )


def listed(title: str, lines: tuple[str, ...]) -> tuple[Table, ...]:
    """
    Return a table of one column, or nothing for no lines.
    """
    return (Table((title,), tuple((line,) for line in lines)),) if lines else ()
