"""
Canaries, the forms in which one can stand in a text, and the search for them.

Nothing here uses the project's own redaction: what it overlooks must be found.
"""

from __future__ import annotations

import base64
import html
import json
import re

from functools import cache
from typing import TYPE_CHECKING, Final
from urllib.parse import quote, quote_plus


if TYPE_CHECKING:
    from collections.abc import Mapping

# An activation code, a secret access key, and what people choose as passwords.
CANARIES: Final = {
    "code": "Vb7Qm2Xy9Lk4Tz6Rw1Ns",
    "key": "wJa1rXUtn/FEMI+K7MDENG/bPxRf1CYCANARYKey",
    "word": "kF3/x+&<'\"Zq9%Lw7=é\\p",
}
# So many letters in a row are as good as the whole.
TELLING: Final = 16
_between: Final = re.compile(
    r"\\+[nrt]|(?:\x1b|\\u001b|\\x1b)\[[0-9;]*m|<[^<>]{0,200}>|[\s\"',\\]"
)


@cache
def forms(value: str) -> dict[str, str]:
    """
    Return the ways in which a value leaks, each as a text that holds it.
    """
    raw = value.encode()
    middle = len(value) // 2
    once = json.dumps(value)[1:-1]
    coded = base64.encodebytes(b"user:" * 9 + raw * 2).decode()
    return {
        "plain": value,
        "Base64": base64.b64encode(raw).decode(),
        "Base64, one in": base64.b64encode(b"u" + raw + b"\n").decode(),
        "Base64, two in": base64.b64encode(b"me" + raw + b"x").decode(),
        "Base64 for URLs": base64.urlsafe_b64encode(b"u:" + raw).decode(),
        "Base64 in lines": coded,
        "URL": quote(value, safe=""),
        "URL, form": quote_plus(value),
        "hexadecimal": raw.hex(),
        "HEXADECIMAL": raw.hex().upper(),
        "JSON": once,
        "JSON in JSON": json.dumps(once)[1:-1],
        "HTML": html.escape(value),
        "HTML, quotes as they are": html.escape(value, quote=False),
        "repr": repr(value)[1:-1],
        "repr of bytes": repr(raw)[2:-1],
        "in two lines": f"{value[:middle]}\n{value[middle:]}",
        "in three lines": f"{value[:5]}\n  {value[5:middle]}\n  {value[middle:]}",
    }


def hunt(text: str, canaries: Mapping[str, str] = CANARIES) -> list[str]:
    """
    Return which canaries stand in a text, in which form.
    """
    unescaped = html.unescape(html.unescape(text))
    squeezed = [_between.sub("", one) for one in (text, unescaped)]
    return [
        f"{name}: {kind}"
        for name, value in canaries.items()
        for kind, needles in _needles(value).items()
        if any(
            needle in text
            or needle in unescaped
            or any(_between.sub("", needle) in one for one in squeezed)
            for needle in needles
        )
    ]


@cache
def _needles(value: str) -> dict[str, tuple[str, ...]]:
    """
    Return what to look for; of Base64, what does not depend on what stands around.
    """
    raw = value.encode()
    cores = []
    for skip, head in ((0, 0), (1, 2), (2, 3)):
        coded = base64.b64encode(b"\0" * skip + raw).decode().rstrip("=")
        cores.append(coded[head : -1 if (skip + len(raw)) % 3 else None])
    others = {
        kind: (text,) for kind, text in forms(value).items() if "Base64" not in kind
    }
    standard = tuple(cores)
    for_urls = tuple(core.translate(str.maketrans("+/", "-_")) for core in cores)
    return others | {
        "Base64": standard + for_urls,
        "a part of it": _parts(value),
        "a part of its Base64": tuple(part for core in cores for part in _parts(core)),
    }


def _parts(text: str) -> tuple[str, ...]:
    return tuple(
        text[start : start + TELLING] for start in range(len(text) - TELLING + 1)
    )
