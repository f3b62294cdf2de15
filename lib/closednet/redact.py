"""
Secrets as a type, and the scrubbing of every known secret from texts.

Operations people leak secrets through outputs, logs and tracebacks; a `Secret`
has no way to print itself, and what slips out as text is replaced here.
"""

from __future__ import annotations

import base64
import html
import json
import re
import shlex

from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any, Final, NoReturn
from urllib.parse import quote, quote_plus

from closednet import shortened


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MASK: Final = "[secret]"
SHORTEST: Final = 8
# Stands for a secret that only people handle, so there is nothing to hide in it.
PLACEHOLDER: Final = "@code@"
# Never forgotten, and neither are their forms: all of them are looked for each time, and
# a cache for fewer would be of no use at all.
_known: dict[str, str] = {}

# What may stand between two letters of a secret that was cut into lines, or escaped
# again and again: white space, its escapes (in HTML, too), colours, backslashes, the
# punctuation of a list of lines in JSON, and the bars before the lines of an exception in
# a group. Atomic, as backslashes can be read in many ways.
_NOISE: Final = (
    r"(?>[\s\"',|]+|(?:\x1b|\\+u001b|\\+x1b)\[[0-9;]*m|\\+[nrt]?"
    r"|&(?:amp;)*(?:nbsp|#160);)"
)
# The same in parts, of which the plain characters go much faster by themselves. Each
# begins with one letter, for which the others are skipped.
_escapes_between: Final = re.compile(
    r"\x1b\[[0-9;]*m|\\\\*(?:(?:u001b|x1b)\[[0-9;]*m|[nrt]?)"
    r"|&(?:amp;)*(?:nbsp|#160);"
)
_narrow: Final = b"\t\n\v\f\r\x1c\x1d\x1e\x1f \"',|"
_wide: Final = (
    "\x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009"
    "\u200a\u2028\u2029\u202f\u205f\u3000"
)


class Secret:
    """
    A value that is handed on but never shown.
    """

    __slots__ = ("_value", "name")

    def __init__(self, value: str, *, name: str) -> None:
        self.name = name
        self._value = value
        if len(value) >= SHORTEST and PLACEHOLDER not in value:
            _known[value] = name

    def reveal(self) -> str:
        """
        Return the value, for the one who must hand it on.
        """
        return self._value

    def __repr__(self) -> str:
        return f"Secret({self.name})"

    def __format__(self, spec: str) -> str:
        return format(repr(self), spec)

    def __reduce__(self) -> NoReturn:
        raise TypeError(f"{self!r} is not written anywhere, not even pickled")


def names() -> tuple[str, ...]:
    """
    Return the names of the secrets that this process knows.
    """
    return tuple(sorted(set(_known.values())))


@cache
def forms(value: str) -> tuple[str, ...]:
    """
    Return the ways in which a secret value can stand in a text, longest first.
    """
    return tuple(sorted(_kinds(value), key=lambda f: (-len(f), f)))


@cache
def _kinds(value: str) -> dict[str, str]:
    """
    Return the kind of each form of a value; the plainest kind of equal forms.
    """
    raw = value.encode("utf-8", "surrogatepass")
    by_kind = {
        "plain": (value,),
        "base64": _base64(raw),
        "hexadecimal": (raw.hex(), raw.hex().upper(), raw.hex(":")),
        "URL-encoded": _urls(value),
        "escaped": _in_bytes((*_escapes(value), shlex.quote(value).strip("'"))),
    }
    found: dict[str, str] = {}
    for kind, texts in by_kind.items():
        for text in texts:
            if len(text) >= SHORTEST:
                found.setdefault(text, kind)
    return found


def redact(text: str) -> str:
    """
    Return `text` with every form of every known secret masked.
    """
    if not _known or len(text) < SHORTEST:
        return text
    for value in sorted(_known, key=len, reverse=True):
        for form in forms(value):
            if form in text:
                text = text.replace(form, MASK)
    squeezed = squeeze(text)
    if squeezed != text:
        text = _redact_cut(text, squeezed)
    return _redact_shortened(text)


def scrub(value: Any) -> Any:
    """
    Return nested dicts, lists and tuples with every text in them redacted.
    """
    match value:
        case str():
            return redact(value)
        case dict():
            return {scrub(key): scrub(item) for key, item in value.items()}
        case list():
            return [scrub(item) for item in value]
        case tuple():
            return tuple(scrub(item) for item in value)
        case _:
            return value


def found_in(text: str) -> tuple[str, ...]:
    """
    Return the names of the known secrets that stand in `text` in some form.
    """
    return tuple(sorted({name for name, _ in leaks_in(text)}))


def leaks_in(text: str) -> tuple[tuple[str, str], ...]:
    """
    Return the names of the secrets that stand in `text`, each with its kind of form.
    """
    if not _known:
        return ()
    found: set[tuple[str, str]] = set()
    squeezed = squeeze(text)
    for value, name in _known.items():
        kinds = {kind for form, kind in _kinds(value).items() if form in text}
        if not kinds and any(form in squeezed for form in _squeezed_forms(value)):
            kinds = {"cut into pieces"}
        found.update((name, kind) for kind in kinds)
    whole = {name for name, _ in found}
    found.update((name, "cut short") for _, name in _parts(text) if name not in whole)
    return tuple(sorted(found))


def squeeze(text: str) -> str:
    """
    Return `text` without what may stand between two parts of a cut secret.
    """
    if any(mark in text for mark in ("\\", "\x1b", "&")):
        text = _escapes_between.sub("", text)
    if not text.isascii():
        for letter in _wide:
            text = text.replace(letter, "")
    raw = text.encode("utf-8", "surrogatepass").translate(None, _narrow)
    return raw.decode("utf-8", "surrogatepass")


def _redact_cut(text: str, squeezed: str) -> str:
    """
    Mask what was cut into lines; `squeezed` is `text` without the cuts.
    """
    for value in _known:
        for form in _squeezed_forms(value):
            if form in squeezed:
                text = _spread(form).sub(MASK, text)
    return text


def _redact_shortened(text: str) -> str:
    """
    Mask what is left of secrets where a text was shortened, and wherever else it is.
    """
    for part in sorted({part for part, _ in _parts(text)}, key=len, reverse=True):
        text = _spread(part).sub(MASK, text)
    return text


def _parts(text: str) -> Iterator[tuple[str, str]]:
    if not shortened.DOTS.search(text):
        return iter(())
    return _ends(tuple(_known.items())).parts(text, squeeze)


@lru_cache(maxsize=2)
def _ends(known: tuple[tuple[str, str], ...]) -> shortened.Ends:
    return shortened.Ends.of(
        (form, name) for value, name in known for form in _squeezed_forms(value)
    )


def _base64(raw: bytes) -> Iterator[str]:
    """
    Yield what stands in Base64 text, wherever the secret begins in its input.
    """
    for skip, head in ((0, 0), (1, 2), (2, 3)):
        coded = base64.b64encode(b"\0" * skip + raw).decode().rstrip("=")
        inner = coded[head : -1 if (skip + len(raw)) % 3 else None]
        for text in {inner, coded if skip == 0 else inner}:
            yield text
            yield text.translate(str.maketrans("+/", "-_"))


def _urls(value: str) -> Iterator[str]:
    for safe in ("", "/", "/:@"):
        coded = quote(value, safe=safe, errors="replace")
        yield coded
        yield re.sub("%[0-9A-F]{2}", lambda found: found.group().lower(), coded)
    yield quote_plus(value, errors="replace")


def _escapes(value: str) -> Iterator[str]:
    yield html.escape(value, quote=True)
    yield html.escape(value, quote=True).replace("&#x27;", "&#39;")
    yield html.escape(value, quote=False)
    for inner in (True, False):
        for outer in (True, False):
            yield html.escape(html.escape(value, quote=inner), quote=outer)
    yield value.encode("unicode_escape").decode()
    yield repr(value)[1:-1]
    for ensure_ascii in (True, False):
        once = json.dumps(value, ensure_ascii=ensure_ascii)[1:-1]
        yield once
        yield once.replace("/", "\\/")
        yield json.dumps(once, ensure_ascii=ensure_ascii)[1:-1]
        yield repr(once)[1:-1]
        yield html.escape(once)
        yield html.escape(once, quote=False)


def _in_bytes(texts: Iterable[str]) -> Iterator[str]:
    """
    Yield texts, and each as Python shows its bytes.
    """
    for text in texts:
        yield text
        yield repr(text.encode("utf-8", "surrogatepass"))[2:-1]


@cache
def _squeezed_forms(value: str) -> tuple[str, ...]:
    squeezed = dict.fromkeys(squeeze(form) for form in forms(value))
    return tuple(form for form in squeezed if len(form) >= SHORTEST)


@cache
def _spread(form: str) -> re.Pattern[str]:
    return re.compile(f"{_NOISE}*+".join(re.escape(letter) for letter in form))
