"""
The views at the end of a run: receipts, coverage, the seal, where it lies.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.render import words
from closednet.render.tables import Table
from closednet.render.view import NO, YES, Part, View
from closednet.render.views import ReceiptView


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.model.receipt import Receipt

SYMBOLS = {"proven": YES, "failed": NO, "not checked": words.NONE}


@dataclass(frozen=True, slots=True, repr=False)
class ReceiptsView(View):
    """
    What a rollback did, step by step.
    """

    receipts: tuple[Receipt, ...]
    again: bool = False

    def parts(self) -> tuple[Part, ...]:
        """
        The receipt of every step.
        """
        views = [ReceiptView(receipt, again=self.again) for receipt in self.receipts]
        return tuple(part for view in views for part in (view.title(), *view.parts()))


@dataclass(frozen=True, slots=True)
class Requirement:
    """
    A requirement, its words, its verdict and how many checks stand behind it.
    """

    name: str
    words: str
    verdict: str
    checks: int


@dataclass(frozen=True, slots=True, repr=False)
class CoverageView(View):
    """
    The requirements of the mission and whether this run proves them.
    """

    requirements: tuple[Requirement, ...]

    def title(self) -> str:
        """
        How many of them are proven.
        """
        proven = sum(r.verdict == "proven" for r in self.requirements)
        return f"{proven} of {len(self.requirements)} requirements are proven"

    def parts(self) -> tuple[Part, ...]:
        """
        One line a requirement.
        """
        rows = tuple(
            (SYMBOLS[r.verdict], r.name, r.words, r.verdict, str(r.checks))
            for r in self.requirements
        )
        return (Table(("", "id", "requirement", "verdict", "checks"), rows),)


@dataclass(frozen=True, slots=True, repr=False)
class LinesView(View):
    """
    A few lines of text.
    """

    lines: tuple[str, ...]

    def parts(self) -> tuple[Part, ...]:
        """
        The lines.
        """
        return self.lines


@dataclass(frozen=True, slots=True, repr=False)
class TableView(View):
    """
    One table with a heading.
    """

    heading: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def title(self) -> str:
        """
        The heading.
        """
        return self.heading

    def parts(self) -> tuple[Part, ...]:
        """
        The table.
        """
        return (Table(self.columns, self.rows),)


def table_view(
    heading: str, columns: Iterable[str], rows: Iterable[Iterable[str]]
) -> TableView:
    """
    Return a table with a heading from anything that can be iterated.
    """
    return TableView(heading, tuple(columns), tuple(tuple(row) for row in rows))
