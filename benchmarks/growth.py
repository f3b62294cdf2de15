"""
A drawing of how cost grows with the number of servers, both axes logarithmic.
"""

from __future__ import annotations

import math

from typing import Any


WIDTH, HEIGHT = 640, 360
LEFT, RIGHT, TOP, BOTTOM = 60, 170, 20, 320
LINES = (
    ("registered, s", "#1f5fa8", ("registered", "seconds")),
    ("verified, s", "#2f7d32", ("verified", "seconds")),
    ("verified, CPU s", "#8a4fbf", ("verified", "cpu")),
    ("verified, calls", "#b3541e", ("verified", "calls")),
)


def svg(sizes: list[dict[str, Any]]) -> str:
    """
    Return the drawing; the same figures give the same bytes.
    """
    values = {
        words: [float(size["phases"][phase][figure]) for size in sizes]
        for words, _, (phase, figure) in LINES
    }
    numbers = [v for line in values.values() for v in line if v > 0] or [1.0]
    low, high = math.floor(_log(min(numbers))), math.ceil(_log(max(numbers)))
    high = max(high, low + 1)
    parts = [_frame(), *_grid(low, high), *_servers(sizes)]
    for at, (words, colour, _) in enumerate(LINES):
        points = [
            (_x(size["hosts"], sizes), _y(max(value, 10**low), low, high))
            for size, value in zip(sizes, values[words], strict=True)
        ]
        parts += _line(points, colour, words, TOP + 20 + 22 * at)
    return "\n".join([*parts, "</svg>"]) + "\n"


def _frame() -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}"'
        ' font-family="sans-serif" font-size="12" role="img">'
        "<title>Cost by the number of servers</title>"
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#ffffff"/>'
    )


def _grid(low: int, high: int) -> list[str]:
    return [
        f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{_y(10**n, low, high):.1f}"'
        f' y2="{_y(10**n, low, high):.1f}" stroke="#d0d0d0"/>'
        f'<text x="{LEFT - 8}" y="{_y(10**n, low, high) + 4:.1f}" text-anchor="end">'
        f"{10**n:g}</text>"
        for n in range(low, high + 1)
    ]


def _servers(sizes: list[dict[str, Any]]) -> list[str]:
    ticks = [
        f'<text x="{_x(size["hosts"], sizes):.1f}" y="{BOTTOM + 18}"'
        f' text-anchor="middle">{size["hosts"]:,}</text>'
        for size in sizes
    ]
    middle = (LEFT + WIDTH - RIGHT) / 2
    word = (
        f'<text x="{middle:.1f}" y="{BOTTOM + 36}" text-anchor="middle">servers</text>'
    )
    return [*ticks, word]


def _line(
    points: list[tuple[float, float]], colour: str, words: str, label_y: int
) -> list[str]:
    path = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    label_x = WIDTH - RIGHT + 20
    return [
        f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>',
        *(
            f'<circle cx="{x:.1f}" cy="{y:.1f}" r="3.5" fill="{colour}"/>'
            for x, y in points
        ),
        (
            f'<line x1="{label_x}" x2="{label_x + 18}" y1="{label_y}" y2="{label_y}"'
            f' stroke="{colour}" stroke-width="2"/>'
        ),
        f'<text x="{label_x + 24}" y="{label_y + 4}">{words}</text>',
    ]


def _x(hosts: int, sizes: list[dict[str, Any]]) -> float:
    first, last = _log(sizes[0]["hosts"]), _log(sizes[-1]["hosts"])
    share = (_log(hosts) - first) / (last - first) if last > first else 0.5
    return LEFT + 20 + share * (WIDTH - RIGHT - LEFT - 40)


def _y(value: float, low: int, high: int) -> float:
    return BOTTOM - (_log(value) - low) / (high - low) * (BOTTOM - TOP)


def _log(value: float) -> float:
    return math.log10(value)
