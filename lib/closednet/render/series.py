"""
Measurements over time as small inline drawings.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.render.tables import escape


if TYPE_CHECKING:
    from collections.abc import Iterable

FONT: Final = "'Noto Sans CJK JP','Hiragino Sans','Yu Gothic',Meiryo,sans-serif"
LINE_HEIGHT: Final = 26
LABEL_WIDTH: Final = 330
WIDTH: Final = 640
PLOT: Final = 200
MOST: Final = 60
LINE: Final = "#1f6feb"
INK: Final = "#1c2733"


@dataclass(frozen=True, slots=True)
class Series:
    """
    Values of one metric of one server, oldest first.
    """

    subject: str
    metric: str
    values: tuple[float, ...]
    unit: str = ""


def rows(all_series: Iterable[Series]) -> tuple[tuple[str, ...], ...]:
    """
    Return what arrived, without the values.
    """
    return tuple(
        ("✅" if one.values else "⛔", one.subject, one.metric) for one in all_series
    )


def svg(all_series: tuple[Series, ...]) -> str:
    """
    Return one line a series; after `MOST` of them the rest is counted.
    """
    shown = all_series[:MOST]
    rest = len(all_series) - len(shown)
    height = LINE_HEIGHT * (len(shown) + bool(rest)) + 6
    parts = [_one(one, 6 + place * LINE_HEIGHT) for place, one in enumerate(shown)]
    if rest:
        parts.append(_text(6, height - 10, f"and {rest} more"))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" data-volatile="" viewBox="0 0 {WIDTH} {height}"'
        f' width="{WIDTH}" height="{height}" role="img" font-family="{FONT}"'
        f' font-size="12"><rect width="{WIDTH}" height="{height}" fill="#ffffff"/>'
        + "".join(parts)
        + "</svg>"
    )


def points(values: tuple[float, ...], width: float, height: float) -> str:
    """
    Return the corners of the line through `values`, lowest at the bottom.
    """
    low, high = min(values), max(values)
    span = (high - low) or 1.0
    step = width / max(1, len(values) - 1)
    return " ".join(
        f"{place * step:.1f},{height - (value - low) / span * height:.1f}"
        for place, value in enumerate(values)
    )


def _one(one: Series, top: int) -> str:
    label = _text(6, top + 14, f"{one.subject} · {one.metric}")
    if not one.values:
        return label + _text(LABEL_WIDTH, top + 14, "nothing arrived")
    values = one.values if len(one.values) > 1 else one.values * 2
    corners = points(values, PLOT, LINE_HEIGHT - 10)
    last = f"{one.values[-1]:,.6g} {one.unit}".strip()
    return (
        label
        + f'<g transform="translate({LABEL_WIDTH},{top + 2})"><polyline'
        + f' points="{corners}" fill="none" stroke="{LINE}" stroke-width="1.5"/></g>'
        + _text(LABEL_WIDTH + PLOT + 10, top + 14, last)
    )


def _text(x: int, y: int, words: str) -> str:
    return f'<text x="{x}" y="{y}" fill="{INK}">{escape(words)}</text>'
