"""
Metrics over time as small charts with scales: a chart a metric, a line a server.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.render.series import FONT, INK
from closednet.render.tables import escape


if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

COLUMNS: Final = 3
WIDTH, HEIGHT = 310, 128
LEFT, TOP, PLOT_WIDTH, PLOT_HEIGHT = 58, 24, 238, 72
# Distinct also in print without colour, together with the dashes.
STROKES: Final = ("#1f6feb", "#b3261e", "#176d2d", "#8a4b00", "#6f42c1", "#0a7a88")
DASHES: Final = ("", "5 3", "2 2", "7 2 2 2")
MOST_LINES: Final = 12
MOST_PANELS: Final = 24
FRAME: Final = "#c8ced6"


@dataclass(frozen=True, slots=True)
class Line:
    """
    One server's values of one metric, oldest first.
    """

    subject: str
    points: tuple[tuple[datetime, float], ...]


def svg(metrics: dict[str, tuple[Line, ...]]) -> str:
    """
    Return the charts of all metrics, and what each line stands for.
    """
    shown = dict(list(metrics.items())[:MOST_PANELS])
    lines = [line for of_metric in shown.values() for line in of_metric]
    times = [moment for line in lines for moment, _ in line.points]
    subjects = list(dict.fromkeys(line.subject for line in lines))
    rows = -(-len(shown) // COLUMNS)
    legend = _legend(subjects[:MOST_LINES], rows * HEIGHT + 18)
    width, height = COLUMNS * WIDTH, rows * HEIGHT + 30
    panels = [
        f'<g transform="translate({place % COLUMNS * WIDTH},'
        f'{place // COLUMNS * HEIGHT})">{_panel(name, of_metric, subjects, times)}</g>'
        for place, (name, of_metric) in enumerate(shown.items())
    ]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}"'
        f' width="{width}" height="{height}" role="img" font-family="{FONT}"'
        f' font-size="11"><rect width="{width}" height="{height}" fill="#ffffff"/>'
        + "".join([*panels, legend])
        + "</svg>"
    )


def _panel(
    name: str, lines: Sequence[Line], subjects: list[str], times: Sequence[datetime]
) -> str:
    """
    Return one chart; all of them share one scale of time.
    """
    values = [value for line in lines for _, value in line.points]
    title = _text(LEFT, 14, name, bold=True)
    frame = (
        f'<rect x="{LEFT}" y="{TOP}" width="{PLOT_WIDTH}" height="{PLOT_HEIGHT}"'
        f' fill="none" stroke="{FRAME}"/>'
    )
    if not values:
        return title + frame
    scale = _Scale(min(times), max(times), min(values), max(values))
    drawn = "".join(
        _line(line, scale, subjects.index(line.subject))
        for line in lines
        if subjects.index(line.subject) < MOST_LINES
    )
    bottom = TOP + PLOT_HEIGHT
    return (
        title
        + frame
        + drawn
        + _text(LEFT - 4, TOP + 9, _short(scale.high), anchor="end")
        + _text(LEFT - 4, bottom, _short(scale.low), anchor="end")
        + _text(LEFT, bottom + 14, f"{scale.first:%H:%M:%S}")
        + _text(LEFT + PLOT_WIDTH, bottom + 14, f"{scale.last:%H:%M:%S}", anchor="end")
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    first: datetime
    last: datetime
    low: float
    high: float

    def place(self, moment: datetime, value: float) -> tuple[float, float]:
        time = (self.last - self.first).total_seconds()
        span = self.high - self.low
        part = (moment - self.first).total_seconds() / time if time else 0.5
        share = (value - self.low) / span if span else 0.5
        return LEFT + part * PLOT_WIDTH, TOP + PLOT_HEIGHT - share * PLOT_HEIGHT


def _line(line: Line, scale: _Scale, number: int) -> str:
    places = [scale.place(moment, value) for moment, value in line.points]
    corners = " ".join(f"{x:.1f},{y:.1f}" for x, y in places)
    dots = "".join(
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="2" fill="{_stroke(number)}"/>'
        for x, y in places
    )
    return f'<polyline points="{corners}" {_style(number)}/>{dots}'


def _legend(subjects: Iterable[str], y: int) -> str:
    parts, x = [], LEFT
    for number, subject in enumerate(subjects):
        line = (
            f'<line x1="{x}" y1="{y - 4}" x2="{x + 26}" y2="{y - 4}" {_style(number)}/>'
        )
        parts.append(line + _text(x + 32, y, subject))
        x += 48 + 8 * len(subject)
    return "".join(parts)


def _style(number: int) -> str:
    dashes = DASHES[number % len(DASHES)]
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'fill="none" stroke="{_stroke(number)}" stroke-width="1.5"{dashed}'


def _stroke(number: int) -> str:
    return STROKES[number % len(STROKES)]


def _short(value: float) -> str:
    for limit, unit in ((1e9, "G"), (1e6, "M"), (1e4, "k")):
        if abs(value) >= limit:
            return f"{value / (1e3 if unit == 'k' else limit):.3g} {unit}"
    return f"{value:.4g}"


def _text(
    x: float, y: int, words: str, *, anchor: str = "start", bold: bool = False
) -> str:
    weight = ' font-weight="600"' if bold else ""
    return (
        f'<text x="{x}" y="{y}" fill="{INK}" text-anchor="{anchor}"{weight}>'
        f"{escape(words)}</text>"
    )
