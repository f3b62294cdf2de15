"""
Tables for terminals, notebooks and archives: one source, stable to the letter.
"""

from __future__ import annotations

import html
import unicodedata

from dataclasses import dataclass
from typing import Final


WIDEST: Final = 64
TABLE: Final = "border-collapse:collapse;font-size:13px;margin:4px 0 8px 0"
CELL: Final = (
    "border:1px solid #c8ced6;padding:3px 8px;text-align:left;vertical-align:top;"
    "white-space:pre-line"
)
HEAD: Final = f"{CELL};background:#eef1f5;color:#1c2733;font-weight:600"
CAPTION: Final = "font-weight:600;margin:8px 0 2px 0"
NOTE: Final = "margin:2px 0 2px 0"
# Signs are boxes where a machine has no font for them: colours say it too.
COLOURS: Final = {"⛔": "background:#fdecea", "✋": "background:#fff3cd"}


@dataclass(frozen=True, slots=True)
class Table:
    """
    Rows of text under headings; an empty table says so.
    """

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    title: str = ""
    empty: str = "nothing"

    def text(self, widest: int = WIDEST) -> str:
        """
        Return the table in columns of fixed width; long cells are wrapped.
        """
        title = [self.title] if self.title else []
        if not self.rows:
            return "\n".join([*title, f"({self.empty})"])
        head = [column.split("\n") for column in self.columns]
        body = [[wrap(cell, widest) for cell in row] for row in self.rows]
        widths = [
            max(width(line) for row in (head, *body) for line in row[place])
            for place in range(len(self.columns))
        ]
        rule = "  ".join("-" * size for size in widths)
        lines = [line for row in body for line in _row(row, widths)]
        return "\n".join([*title, *_row(head, widths), rule, *lines])

    def html(self) -> str:
        """
        Return the table as HTML that needs no style sheet and no script.
        """
        title = f'<div style="{CAPTION}">{escape(self.title)}</div>'
        parts = [title] if self.title else []
        if not self.rows:
            return "".join(
                [*parts, f'<div style="{NOTE}">({escape(self.empty)})</div>']
            )
        head = "".join(f'<th style="{HEAD}">{escape(c)}</th>' for c in self.columns)
        shown = f"<thead><tr>{head}</tr></thead>\n" if any(self.columns) else ""
        rows = "\n".join(_html_row(row) for row in self.rows)
        return (
            "".join(parts)
            + f'<table style="{TABLE}">\n{shown}'
            + f"<tbody>\n{rows}\n</tbody></table>"
        )

    def markdown(self) -> str:
        """
        Return the table for a change ticket that takes Markdown.
        """
        if not self.rows:
            return f"({self.empty})"
        lines = [self.columns, tuple("---" for _ in self.columns), *self.rows]
        return "\n".join(
            "| " + " | ".join(_markdown_cell(cell) for cell in line) + " |"
            for line in lines
        )


def escape(text: str) -> str:
    """
    Return `text` as it stands in HTML.
    """
    return html.escape(text, quote=True)


def width(text: str) -> int:
    """
    Return how many columns a terminal gives to `text`.
    """
    return sum(_letter_width(letter) for letter in text)


def wrap(text: str, widest: int) -> list[str]:
    """
    Return `text` in lines of at most `widest` columns, broken at spaces.

    A word that is too long by itself stays whole, so that it can be copied.
    """
    lines: list[str] = []
    for paragraph in text.split("\n"):
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if line and width(longer) > widest:
                lines.append(line)
                line = word
            else:
                line = longer
        lines.append(line)
    return lines


def pad(text: str, size: int) -> str:
    """
    Return `text` filled with spaces to `size` columns.
    """
    return text + " " * max(0, size - width(text))


def _row(cells: list[list[str]], widths: list[int]) -> list[str]:
    height = max(len(cell) for cell in cells)
    return [
        "  ".join(
            pad(cell[line] if line < len(cell) else "", size)
            for cell, size in zip(cells, widths, strict=True)
        ).rstrip()
        for line in range(height)
    ]


def _html_row(row: tuple[str, ...]) -> str:
    colour = COLOURS.get(row[0], "")
    style = f"{CELL};{colour}" if colour else CELL
    cells = "".join(f'<td style="{style}">{escape(cell)}</td>' for cell in row)
    return f"<tr>{cells}</tr>"


def _markdown_cell(text: str) -> str:
    return text.replace("\\", "\\\\").replace("|", "\\|").replace("\n", "<br>")


def _letter_width(letter: str) -> int:
    if unicodedata.combining(letter) or letter == "\ufe0f":
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1
