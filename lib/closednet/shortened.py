"""
What is left of a secret where a text was shortened: the beginning or the end of it.

Tracebacks, tables and reports show "abcdef...uvwxyz" of a long value; the secret is
not there as a whole, and all but a few of its letters are.
"""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

# Fewer letters than that are left as they are: they give nothing away.
LEAST: Final = 6
# So far from the dots a part of a secret is looked for.
NEAR: Final = 400
DOTS: Final = re.compile(r"\.{3,}|\u2026|\\+u2026")
_brackets: Final = "[](){}<>"


def parts(
    text: str, forms: Sequence[str], squeeze: Callable[[str], str]
) -> Iterator[str]:
    """
    Yield each part of a secret that stands beside dots.

    Args:
        text: What may have been shortened.
        forms: The forms of the secrets, squeezed.
        squeeze: Takes out of a text what may stand between two letters of a secret.
    """
    for dots in DOTS.finditer(text):
        start, end = dots.span()
        before = squeeze(text[max(0, start - NEAR) : start]).rstrip(_brackets)
        after = squeeze(text[end : end + NEAR]).lstrip(_brackets)
        for form in forms:
            yield from filter(None, (_beginning(form, before), _end(form, after)))


def _beginning(form: str, before: str) -> str:
    """
    Return with how much of the beginning of `form` a text ends.
    """
    if form[:LEAST] not in before:
        return ""
    sizes = range(min(len(form), len(before)), LEAST - 1, -1)
    return next((form[:size] for size in sizes if before.endswith(form[:size])), "")


def _end(form: str, after: str) -> str:
    """
    Return with how much of the end of `form` a text begins.
    """
    if form[-LEAST:] not in after:
        return ""
    sizes = range(min(len(form), len(after)), LEAST - 1, -1)
    return next((form[-size:] for size in sizes if after.startswith(form[-size:])), "")
