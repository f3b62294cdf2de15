"""
What the modules of stand-in tools need of `typing`, which costs more than they do.

Annotations are not evaluated here, so most names only have to exist. Whoever asks
for another one gets the real module.
"""

from __future__ import annotations

import collections
import importlib
import sys


NAME = "typing"
TYPE_CHECKING = False
Any = Final = TypeAlias = object


class Tuples(type):
    """
    Turns a class with annotated members into a named tuple.
    """

    def __new__(
        cls, name: str, _bases: tuple[type, ...], members: dict[str, object]
    ) -> type:
        """
        Return the tuple's class, with the methods that it was given.
        """
        annotated = members.get("__annotations__", {})
        fields = list(annotated) if isinstance(annotated, dict) else []
        given = [members.pop(field) for field in fields if field in members]
        made = collections.namedtuple(name, fields, defaults=given)  # type: ignore[misc]  # noqa: PYI024 - this replaces the typed one
        for member, value in members.items():
            setattr(made, member, value)
        return made


NamedTuple = type.__new__(Tuples, "NamedTuple", (), {})


def install() -> None:
    """
    Stand in for `typing` unless it was loaded already.
    """
    sys.modules.setdefault(NAME, sys.modules[__name__])


def __getattr__(name: str) -> object:
    if name.startswith("__"):
        raise AttributeError(name)
    sys.modules.pop(NAME, None)
    return getattr(importlib.import_module(NAME), name)
