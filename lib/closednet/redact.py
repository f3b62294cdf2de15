"""
Secrets as a type, and the scrubbing of every known secret from texts.

Operations people leak secrets through outputs, logs and tracebacks; a `Secret`
has no way to print itself, and what slips out as text is replaced here.
"""

from __future__ import annotations

import base64
import html

from typing import TYPE_CHECKING, Final, NoReturn
from urllib.parse import quote, quote_plus


if TYPE_CHECKING:
    from collections.abc import Iterator

MASK: Final = "[secret]"
SHORTEST: Final = 8
_known: dict[str, str] = {}


class Secret:
    """
    A value that is handed on but never shown.
    """

    __slots__ = ("_value", "name")

    def __init__(self, value: str, *, name: str) -> None:
        self.name = name
        self._value = value
        if len(value) >= SHORTEST:
            _known[value] = name

    def reveal(self) -> str:
        """
        Return the value, for the one who must hand it on.
        """
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.name})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} is not written anywhere, not even pickled")


def forms(value: str) -> Iterator[str]:
    """
    Yield the ways in which a secret value can stand in a text.
    """
    raw = value.encode()
    yield value
    yield from {
        base64.b64encode(raw).decode().rstrip("="),
        base64.urlsafe_b64encode(raw).decode().rstrip("="),
        quote(value, safe=""),
        quote_plus(value),
        raw.hex(),
        raw.hex().upper(),
        html.escape(value, quote=True),
        html.escape(value, quote=False),
        value.encode("unicode_escape").decode(),
    } - {value}


def redact(text: str) -> str:
    """
    Return `text` with every form of every known secret masked.
    """
    for value in sorted(_known, key=len, reverse=True):
        for form in forms(value):
            if form in text:
                text = text.replace(form, MASK)
    return text


def found_in(text: str) -> tuple[str, ...]:
    """
    Return the names of the known secrets that stand in `text` in some form.
    """
    joined = "".join(text.split())
    return tuple(
        sorted(
            name
            for value, name in _known.items()
            if any(form in text or form in joined for form in forms(value))
        )
    )
