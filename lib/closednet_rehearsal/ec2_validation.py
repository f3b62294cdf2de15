"""
What EC2 says of a request that its model does not allow; it has words of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from closednet_rehearsal.errors import Refusal


def check(shape: Any, members: Mapping[str, Any]) -> None:
    """
    Refuse the first member that is missing, or is not what it must be.
    """
    for name in shape.required_members:
        if members.get(name) is None:
            raise Refusal(
                "MissingParameter", f"The request must contain the parameter {name}"
            )
    for name, member in shape.members.items():
        if members.get(name) is not None:
            _check_value(name, member, members[name])


def _check_value(name: str, shape: Any, value: Any) -> None:
    if shape.type_name == "structure" and isinstance(value, Mapping):
        check(shape, value)
    elif shape.type_name == "list" and isinstance(value, list):
        for each in value:
            _check_value(name, shape.member, each)
    elif shape.type_name == "string" and shape.enum and value not in shape.enum:
        raise Refusal("InvalidParameterValue", f"Invalid value '{value}' for {name}.")
    elif shape.type_name in {"integer", "long"}:
        _check_number(name, shape, value)


def _check_number(name: str, shape: Any, value: Any) -> None:
    smallest, largest = shape.metadata.get("min"), shape.metadata.get("max")
    shown = f"Value ( {value} ) for parameter {name[:1].lower()}{name[1:]} is invalid."
    if smallest is not None and int(value) < smallest:
        text = f"{shown} Expecting a value greater than or equal to {smallest}."
        raise Refusal("InvalidParameterValue", text)
    if largest is not None and int(value) > largest:
        text = f"{shown} Expecting a value less than or equal to {largest}."
        raise Refusal("InvalidParameterValue", text)
