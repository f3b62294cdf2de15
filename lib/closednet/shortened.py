"""
What is left of a secret where a text was shortened: the beginning or the end of it.

Tracebacks, tables and reports show "abcdef...uvwxyz" of a long value; the secret is
not there as a whole, and all but a few of its letters are.
"""

from __future__ import annotations

import re

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

# Fewer letters than that are left as they are: they give nothing away.
LEAST: Final = 6
# So far from the dots a part of a secret is looked for.
NEAR: Final = 400
# Each begins with one letter: the search skips all others.
DOTS: Final = re.compile(r"\.\.\.+|\u2026|\\\\*u2026")
_brackets: Final = "[](){}<>"


@dataclass
class Ends:
    """
    The forms of secrets by their first letters and by their last, each with a name.
    """

    first: dict[str, list[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )
    last: dict[str, list[tuple[str, str]]] = field(
        default_factory=lambda: defaultdict(list)
    )

    @classmethod
    def of(cls, forms: Iterable[tuple[str, str]]) -> Ends:
        """
        Return the ends of forms, each given with the name of its secret.
        """
        ends = cls()
        for form, name in forms:
            ends.first[form[:LEAST]].append((form, name))
            ends.last[form[-LEAST:]].append((form, name))
        return ends

    def parts(
        self, text: str, squeeze: Callable[[str], str]
    ) -> Iterator[tuple[str, str]]:
        """
        Yield each part of a secret that stands beside dots, and the secret's name.

        Args:
            text: What may have been shortened.
            squeeze: Takes out what may stand between two letters of a secret.
        """
        for dots in DOTS.finditer(text):
            start, end = dots.span()
            before = squeeze(text[max(0, start - NEAR) : start]).rstrip(_brackets)
            after = squeeze(text[end : end + NEAR]).lstrip(_brackets)
            yield from self._beginnings(before)
            yield from self._endings(after)

    def _beginnings(self, before: str) -> Iterator[tuple[str, str]]:
        for at in range(len(before) - LEAST + 1):
            for form, name in self.first.get(before[at : at + LEAST], ()):
                if form.startswith(before[at:]):
                    yield before[at:], name

    def _endings(self, after: str) -> Iterator[tuple[str, str]]:
        for at in range(LEAST, len(after) + 1):
            for form, name in self.last.get(after[at - LEAST : at], ()):
                if form.endswith(after[:at]):
                    yield after[:at], name
