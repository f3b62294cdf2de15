"""
When the steps of a run were worked on, as an inline drawing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.render.series import FONT, INK
from closednet.render.tables import escape


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    _Place = Callable[[datetime], float]

WIDTH: Final = 960
LEFT: Final = 330
RIGHT: Final = 90
ROW: Final = 24
TOP: Final = 26
BAR, CHANGE, GRID = "#9cc3f5", "#8a4b00", "#dde2e8"
MARKS: Final = 5
DAY: Final = 86400


@dataclass(frozen=True, slots=True)
class Span:
    """
    A row: its label, from when to when, and the moments of changes within.
    """

    label: str
    began: datetime
    ended: datetime
    moments: tuple[datetime, ...] = ()


def svg(spans: Sequence[Span]) -> str:
    """
    Return one bar a span, with a tick for each change, above a scale of times.
    """
    first, last = min(s.began for s in spans), max(s.ended for s in spans)
    whole = max((last - first).total_seconds(), 1.0)
    height = TOP + ROW * len(spans) + 8

    def x(moment: datetime) -> float:
        part = (moment - first).total_seconds() / whole
        return LEFT + part * (WIDTH - LEFT - RIGHT)

    times = [first + (last - first) * part / MARKS for part in range(MARKS + 1)]
    scale = [_mark(time, x, height, whole) for time in times]
    rows = [_row(span, TOP + ROW * place, x) for place, span in enumerate(spans)]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img" font-family="{FONT}"'
        f' font-size="12"><rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        + "".join([*scale, *rows])
        + "</svg>"
    )


def _mark(moment: datetime, x: _Place, height: int, whole: float) -> str:
    place = x(moment)
    shape = "%H:%M:%S" if whole < DAY else "%m-%d %H:%M"
    return (
        f'<line x1="{place:.1f}" y1="{TOP - 6}" x2="{place:.1f}" y2="{height - 4}"'
        f' stroke="{GRID}"/>' + _text(place, 14, f"{moment:{shape}}", anchor="middle")
    )


def _row(span: Span, top: int, x: _Place) -> str:
    left, width = x(span.began), max(2.0, x(span.ended) - x(span.began))
    ticks = "".join(
        f'<rect x="{x(moment):.1f}" y="{top + 4}" width="1.5" height="14"'
        f' fill="{CHANGE}"/>'
        for moment in span.moments
    )
    seconds = (span.ended - span.began).total_seconds()
    return (
        _text(6, top + 15, span.label)
        + f'<rect x="{left:.1f}" y="{top + 4}" width="{width:.1f}" height="14"'
        + f' rx="2" fill="{BAR}"/>{ticks}'
        + _text(left + width + 6, top + 15, _length(seconds))
    )


def _length(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def _text(x: float, y: int, words: str, *, anchor: str = "start") -> str:
    return (
        f'<text x="{x:.1f}" y="{y}" fill="{INK}" text-anchor="{anchor}">'
        f"{escape(words)}</text>"
    )
