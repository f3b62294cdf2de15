"""
Checks requests against the public API model, as the service itself would.

The client library checks types and required members only; lengths, patterns,
enumerations, and ranges are refused here.
"""

from __future__ import annotations

import re

from functools import cache
from typing import TYPE_CHECKING, Any

from botocore.loaders import create_loader
from botocore.model import ListShape, MapShape, ServiceModel, StructureShape

from closednet_rehearsal.ssm.errors import SsmError


if TYPE_CHECKING:
    from collections.abc import Iterator

    from botocore.model import Shape

    from closednet_rehearsal.ssm.seams import JsonObject


TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "timestamp": (int, float),
    "list": (list,),
    "map": (dict,),
    "structure": (dict,),
}
SPACES = r" \u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000"


@cache
def model() -> ServiceModel:
    """
    Return the public API model of Systems Manager.
    """
    return ServiceModel(create_loader().load_service_model("ssm", "service-2"), "ssm")


@cache
def pattern(text: str) -> re.Pattern[str]:
    r"""
    Compile a pattern of the model; `\p{…}` classes are spelt out for Python.
    """
    text = text.replace(r"\p{L}", r"\w").replace(r"\p{N}", "")
    return re.compile(text.replace(r"\p{Z}", SPACES))


def check_request(operation: str, request: JsonObject) -> None:
    """
    Refuse a request that breaks the model, naming every broken constraint.
    """
    shape = model().operation_model(operation).input_shape
    problems = list(_problems(shape, request, "")) if shape else []
    if problems:
        count = len(problems)
        errors = "error" if count == 1 else "errors"
        raise SsmError(
            "ValidationException",
            f"{count} validation {errors} detected: " + "; ".join(problems),
        )


def conform(operation: str, result: JsonObject) -> JsonObject:
    """
    Drop absent members of an answer; a member unknown to the model is our fault.
    """
    shape = model().operation_model(operation).output_shape
    if shape is None:
        return {}
    return dict(_conform(shape, result))


def _conform(shape: Shape, value: Any) -> Any:
    if isinstance(shape, StructureShape):
        return {
            key: _conform(shape.members[key], item)
            for key, item in value.items()
            if item is not None
        }
    if isinstance(shape, ListShape):
        return [_conform(shape.member, item) for item in value]
    return value


def _problems(shape: Shape, value: Any, where: str) -> Iterator[str]:
    _check_type(shape, value, where)
    yield from _constraints(shape, value, where)
    if isinstance(shape, StructureShape):
        yield from _members(shape, value, where)
    elif isinstance(shape, ListShape):
        for number, item in enumerate(value, 1):
            yield from _problems(shape.member, item, f"{where}.{number}.member")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _problems(shape.value, item, f"{where}.{key}.member")


def _check_type(shape: Shape, value: Any, where: str) -> None:
    expected = TYPES.get(shape.type_name, (object,))
    is_number = isinstance(value, int) and not isinstance(value, bool)
    if not isinstance(value, expected) or (int in expected and not is_number):
        if shape.type_name == "timestamp" and isinstance(value, float):
            return
        raise SsmError(
            "SerializationException",
            f"{where or 'request'} is not a {shape.type_name}",
        )


def _members(shape: StructureShape, value: JsonObject, where: str) -> Iterator[str]:
    for name, member in shape.members.items():
        path = f"{where}.{_lower(name)}".lstrip(".")
        if value.get(name) is not None:
            yield from _problems(member, value[name], path)
        elif name in shape.required_members:
            yield _broken("null", path, "Member must not be null")


def _constraints(shape: Shape, value: Any, where: str) -> Iterator[str]:
    low, high = shape.metadata.get("min"), shape.metadata.get("max")
    sized = isinstance(value, (str, list, dict))
    size = len(value) if sized else value
    what = "length" if sized else "value"
    if low is not None and size < low:
        text = f"Member must have {what} greater than or equal to {low}"
        yield _broken(_quoted(value), where, text)
    if high is not None and size > high:
        text = f"Member must have {what} less than or equal to {high}"
        yield _broken(_quoted(value), where, text)
    rule = shape.metadata.get("pattern")
    if rule and isinstance(value, str) and not pattern(rule).fullmatch(value):
        text = f"Member must satisfy regular expression pattern: {rule}"
        yield _broken(_quoted(value), where, text)
    allowed = shape.metadata.get("enum")
    if allowed and value not in allowed:
        text = f"Member must satisfy enum value set: [{', '.join(allowed)}]"
        yield _broken(_quoted(value), where, text)


def _broken(value: str, where: str, constraint: str) -> str:
    return f"Value {value} at '{where}' failed to satisfy constraint: {constraint}"


def _quoted(value: Any) -> str:
    return f"'{value}'"


def _lower(name: str) -> str:
    return name[:1].lower() + name[1:]
