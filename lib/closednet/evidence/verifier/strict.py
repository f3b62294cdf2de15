"""
JSON read strictly: one spelling, no name twice, no numbers that are none.
"""

from __future__ import annotations

import json

from typing import Any


def canonical(value: Any) -> str:
    """
    Return the one spelling of JSON data that digests are made of.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def readable(value: Any) -> str:
    """
    Return the one spelling of JSON data in files that people read.
    """
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def parse(raw: bytes) -> Any:
    """
    Return the JSON data in `raw`.

    Raises:
        ValueError: It is none, or could be read in two ways.
    """
    try:
        return json.loads(
            raw.decode("utf-8"), object_pairs_hook=_unique, parse_constant=_no_number
        )
    except RecursionError as err:
        raise ValueError("nested too deeply") from err


def parse_object(raw: bytes | None) -> dict[str, Any]:
    """
    Return the JSON object in `raw`; an empty one if there is none.
    """
    try:
        value = parse(raw or b"")
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def is_spelled(value: Any, raw: bytes, spell: Any) -> bool:
    """
    Tell whether `raw` is how `spell` spells `value`.
    """
    try:
        return bool(spell(value).encode() == raw)
    except (UnicodeEncodeError, RecursionError):
        return False


def inside(value: Any, *path: str) -> Any:
    """
    Return what lies at `path` in nested objects, or None.
    """
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name stands twice in one object")
    return made


def _no_number(word: str) -> Any:
    raise ValueError(f"{word} is no JSON")
