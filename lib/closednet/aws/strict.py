"""
Judges every request by AWS's own model before it is sent.

botocore checks types only; lengths, patterns and enumerations of the model are
checked here, so a wrong value fails on this machine and never half-way.
"""

from __future__ import annotations

import re

from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import AwsError


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    Judge = Callable[[Any, Any, str], Iterator[str]]

SHOWN: Final = 60


def check(params: Mapping[str, Any], model: Any) -> None:
    """
    Refuse `params` of the operation `model` that AWS would refuse.

    Raises:
        AwsError: A value breaks a rule of the model.
    """
    shape = model.input_shape
    problems = [] if shape is None else list(_problems(params, shape, ""))
    if problems:
        name = f"{model.service_model.service_name}:{model.name}"
        raise AwsError(
            f"{name} was not sent: " + "; ".join(problems),
            operation=name,
            code="ParamValidation",
            hint="mend the value in the parameters of the site",
        )


def _problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    kind, judge = JUDGES.get(shape.type_name, (object, _no_problems))
    if isinstance(value, kind):  # botocore itself refuses wrong types
        yield from judge(value, shape, path)


def _no_problems(_value: Any, _shape: Any, _path: str) -> Iterator[str]:
    yield from ()


def _structure_problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    for name, item in value.items():
        if name in shape.members:
            yield from _problems(item, shape.members[name], _at(path, name))


def _list_problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    yield from _size_problems(len(value), shape, path, "items")
    for number, item in enumerate(value):
        yield from _problems(item, shape.member, f"{path}[{number}]")


def _map_problems(value: Any, shape: Any, path: str) -> Iterator[str]:
    for name, item in value.items():
        yield from _problems(item, shape.value, _at(path, str(name)))


def _size_problems(size: int, shape: Any, path: str, what: str) -> Iterator[str]:
    least, most = shape.metadata.get("min"), shape.metadata.get("max")
    if least is not None and size < least:
        yield f"{path} has {size} {what}, fewer than {least}"
    if most is not None and size > most:
        yield f"{path} has {size} {what}, more than {most}"


def _text_problems(value: str, shape: Any, path: str) -> Iterator[str]:
    shown = "a secret" if shape.metadata.get("sensitive") else repr(value[:SHOWN])
    yield from _size_problems(len(value), shape, path, "characters")
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        yield f"{path} is {shown}, not one of {', '.join(allowed)}"
    pattern = _compiled(shape.metadata.get("pattern"))
    if pattern is not None and not pattern(value):
        yield f"{path} is {shown}, which does not match {shape.metadata['pattern']}"


@cache
def _compiled(pattern: str | None) -> Any:
    """
    Return the matcher of a model's pattern, or None for Java-only syntax.
    """
    if pattern is None:
        return None
    try:
        compiled = re.compile(pattern, re.DOTALL)
    except re.error:
        return None
    anchored = pattern.startswith("^") or pattern.endswith("$")
    return compiled.search if anchored else compiled.fullmatch


def _at(path: str, name: str) -> str:
    return f"{path}.{name}" if path else name


JUDGES: Final[Mapping[str, tuple[type | tuple[type, ...], Judge]]] = {
    "structure": (Mapping, _structure_problems),
    "list": ((list, tuple), _list_problems),
    "map": (Mapping, _map_problems),
    "string": (str, _text_problems),
}
