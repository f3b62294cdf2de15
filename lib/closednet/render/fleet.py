"""
A fleet as a table and as a picture that stay readable with a thousand servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape

from closednet.model.reconciliation import counts


if TYPE_CHECKING:
    from collections.abc import Sequence

    from closednet.model.reconciliation import Row, State

HEAD: Final = ("server", "wave", "state", "managed node", "evidence")
MOST_ROWS: Final = 40
COLUMNS: Final = 50
CELL: Final = 14
TOP: Final = 44
# Told apart by their letters too, not by colour alone.
LOOKS: Final[dict[State, tuple[str, str]]] = {
    "online": ("#2e7d32", ""),
    "lost": ("#ef6c00", "L"),
    "missing": ("#90a4ae", "M"),
    "twice": ("#6a1b9a", "2"),
    "elsewhere": ("#c62828", "E"),
    "unknown": ("#000000", "?"),
}


def summary(rows: Sequence[Row]) -> str:
    """
    Return how many there are of each state, in one line.
    """
    told = [f"{number:,} {state}" for state, number in counts(rows).items()]
    servers = sum(bool(row.name) for row in rows)
    return f"{servers:,} servers: {', '.join(told) or 'none'}"


def table(rows: Sequence[Row], most: int = MOST_ROWS) -> str:
    """
    Return the first rows in columns; what needs attention comes first.
    """
    shown = rows[:most]
    cells = [HEAD] + [
        (row.name or "-", str(row.wave or "-"), row.state, row.node_id or "-", "")
        for row in shown
    ]
    widths = [max(len(line[at]) for line in cells) for at in range(len(HEAD) - 1)]
    texts = [HEAD[-1], *(row.evidence for row in shown)]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=False))
        + f"  {text}"
        for line, text in zip(cells, texts, strict=True)
    ]
    if len(rows) > most:
        lines.append(f"... and {len(rows) - most:,} more; --all shows them")
    return "\n".join(line.rstrip() for line in lines)


def picture(rows: Sequence[Row], title: str) -> str:
    """
    Return an SVG with one small square a server; its tooltip says who it is.
    """
    columns = min(COLUMNS, max(len(rows), 24))
    height = TOP + CELL * (-(-len(rows) // columns) + 1)
    width = CELL * columns + CELL
    words = escape(f"{title}: {summary(rows)}")
    size = f'viewBox="0 0 {width} {height}" width="{width}" height="{height}"'
    look = 'role="img" font-family="sans-serif"'
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} {look}>',
        f"<title>{words}</title>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="8" y="18" font-size="13">{words}</text>',
        *_legend(rows),
    ]
    for at, row in enumerate(rows):
        x, y = CELL // 2 + CELL * (at % columns), TOP + CELL * (at // columns)
        parts.append(_square(row, x, y))
    return "\n".join([*parts, "</svg>\n"])


def _legend(rows: Sequence[Row]) -> list[str]:
    parts, x = [], 8
    for state in counts(rows):
        colour, letter = LOOKS[state]
        parts.append(f'<rect x="{x}" y="26" width="10" height="10" fill="{colour}"/>')
        label = f"{state} ({letter})" if letter else state
        parts.append(f'<text x="{x + 14}" y="35" font-size="10">{label}</text>')
        x += 24 + 6 * len(label)
    return parts


def _square(row: Row, x: int, y: int) -> str:
    colour, letter = LOOKS[row.state]
    tip = escape(f"{row.name or row.node_id}: {row.state}, {row.evidence}")
    text = (
        f'<text x="{x + 6}" y="{y + 10}" font-size="9" fill="#ffffff"'
        f' text-anchor="middle">{letter}</text>'
        if letter
        else ""
    )
    side = CELL - 2
    return (
        f'<g><title>{tip}</title><rect x="{x}" y="{y}" width="{side}" height="{side}"'
        f' rx="2" fill="{colour}"/>{text}</g>'
    )
