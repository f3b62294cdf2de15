"""
One spelling for every value, so that equal plans have equal digests.
"""

from __future__ import annotations

import json

from collections.abc import Mapping
from dataclasses import fields, is_dataclass
from enum import Enum
from functools import cache
from hashlib import sha256
from typing import Any, Final, cast


DIGEST_LENGTH: Final = 20
# Most of what a plan or a journal holds, told apart at once.
_PLAIN: Final = frozenset({str, int, bool, float, type(None)})
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]


def to_json(value: object) -> Json:
    """
    Return `value` as JSON data; unordered collections are sorted.

    Raises:
        TypeError: The value has no canonical form.
    """
    return cast("Json", value) if type(value) in _PLAIN else _spelled(value)


def _spelled(value: object) -> Json:
    match value:
        case Enum():
            return to_json(value.value)
        case None | bool() | int() | float() | str():
            return value
        case Mapping():
            return {str(k): to_json(v) for k, v in sorted(value.items())}
        case frozenset() | set():
            return sorted((to_json(v) for v in value), key=_sort_key)
        case list() | tuple():
            return [to_json(v) for v in value]
        case _ if is_dataclass(value) and not isinstance(value, type):
            return {"is": type(value).__name__} | {
                name: to_json(getattr(value, name)) for name in _names(type(value))
            }
        case _:
            raise TypeError(f"{type(value).__name__} has no canonical form")


def text(value: object) -> str:
    """
    Return the canonical JSON text of `value`.
    """
    return json.dumps(
        to_json(value), sort_keys=True, separators=(",", ":"), ensure_ascii=False
    )


def digest(value: object) -> str:
    """
    Return the digest of `value` that people copy: 20 hex digits of SHA-256.
    """
    return sha256(text(value).encode()).hexdigest()[:DIGEST_LENGTH]


@cache
def _names(cls: type[Any]) -> tuple[str, ...]:
    return tuple(field.name for field in fields(cls))


def _sort_key(value: Json) -> str:
    return json.dumps(value, sort_keys=True)
