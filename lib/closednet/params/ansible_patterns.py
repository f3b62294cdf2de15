"""
Ranges in the names of an Ansible inventory: `web[01:20]`, `db-[a:c]`.
"""

from __future__ import annotations

import re

from itertools import product
from typing import Final


RANGE: Final = re.compile(r"\[([0-9]+|[A-Za-z]):([0-9]+|[A-Za-z])(?::([0-9]+))?\]")


def expanded(pattern: str) -> list[str]:
    """
    Return the names that a pattern stands for; one without a range is itself.

    Raises:
        ValueError: A range makes no sense.
    """
    parts: list[list[str]] = []
    at = 0
    for found in RANGE.finditer(pattern):
        parts += [[pattern[at : found.start()]], _range(found)]
        at = found.end()
    rest = pattern[at:]
    if "[" in rest or "]" in rest:
        raise ValueError(f"{pattern!r} has a range that is not FIRST:LAST")
    return ["".join(chosen) for chosen in product(*parts, [rest])]


def _range(found: re.Match[str]) -> list[str]:
    first, last, step = found[1], found[2], int(found[3] or 1)
    if first.isdigit() != last.isdigit() or step < 1:
        raise ValueError(f"the range {found[0]} mixes letters and digits")
    if first.isdigit():
        if first[0] == "0" and len(first) != len(last) and len(first) > 1:
            raise ValueError(f"the range {found[0]} has ends of different lengths")
        width = len(first) if first[0] == "0" else 0
        names = [f"{n:0{width}}" for n in range(int(first), int(last) + 1, step)]
    else:
        names = [chr(n) for n in range(ord(first), ord(last) + 1, step)]
    if not names:
        raise ValueError(f"the range {found[0]} is empty")
    return names
