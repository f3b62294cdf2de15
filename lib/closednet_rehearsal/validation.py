"""
The service model's own limits, enforced where requests arrive.

moto leaves lengths, patterns, enums and required members to the client, and
botocore checks hardly any of them.
"""

from __future__ import annotations

import re

from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from botocore.exceptions import UnknownServiceError
from botocore.model import OperationNotFoundError
from moto.core.parse import PROTOCOL_PARSERS
from moto.core.request import Request as MotoRequest
from moto.core.routing import get_service_router
from moto.core.utils import get_service_model

from closednet_rehearsal import ec2_validation
from closednet_rehearsal.errors import Refusal


if TYPE_CHECKING:
    from closednet_rehearsal.calls import Asked


_CHECKED: Final = frozenset(
    {
        "ec2",
        "route53",
        "route53resolver",
        "iam",
        "sts",
        "logs",
        "kms",
        "secretsmanager",
        "cloudwatch",
    }
)
_RETENTION_DAYS: Final = (
    *(1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096),
    *(1827, 2192, 2557, 2922, 3288, 3653),
)
_BAD_REQUEST: Final = 400
_ENOUGH: Final = ("one", "another")
_CODES: Final = {
    "route53": "InvalidInput",
    "iam": "ValidationError",
    "sts": "ValidationError",
    "logs": "InvalidParameterException",
    "cloudwatch": "ValidationError",
}


def check(asked: Asked, environ: dict[str, Any]) -> None:
    """
    Refuse a request that the service's model does not allow.
    """
    operation = _operation(asked)
    shape = None if operation is None else operation.input_shape
    if shape is None:
        return
    members = parsed(asked, environ)
    if asked.service == "ec2":
        ec2_validation.check(shape, members)
        return
    if len(members.get("IpAddresses") or _ENOUGH) < len(_ENOUGH):
        raise Refusal(
            "InvalidRequestException",
            "[RSLVR-00400] Resolver endpoint need to have at least 2 IP addresses.",
        )
    problems = [*_problems(shape, members, ""), *_unmodelled(members)]
    if problems:
        count = len(problems)
        plural = "s" if count > 1 else ""
        raise Refusal(
            _CODES.get(asked.service, "ValidationException"),
            f"{count} validation error{plural} detected: {'; '.join(problems)}",
        )


@cache
def status_of(service: str, code: str) -> int:
    """
    Return the HTTP status that a service's model gives to an error, or 400.
    """
    try:
        model: Any = get_service_model(service)
    except (UnknownServiceError, ValueError):
        return _BAD_REQUEST
    shape = model.shape_for_error_code(code)
    error = {} if shape is None else shape.metadata.get("error", {})
    return int(error.get("httpStatusCode", _BAD_REQUEST))


def has_model(asked: Asked) -> bool:
    """
    Return whether the members of this request are read by the service's model.
    """
    return asked.service in _CHECKED


def _unmodelled(members: Mapping[str, Any]) -> Iterator[str]:
    # The model calls this a number; CloudWatch Logs takes these only.
    days = members.get("retentionInDays")
    if days is not None and days not in _RETENTION_DAYS:
        allowed = ", ".join(map(str, _RETENTION_DAYS))
        yield (
            f"Value '{days}' at 'retentionInDays' failed to satisfy constraint: "
            f"Member must satisfy enum value set: [{allowed}]"
        )


def parsed(asked: Asked, environ: dict[str, Any]) -> dict[str, Any]:
    """
    Return the members of a request to a service with a model, read once.
    """
    if "rehearsal.members" not in environ:
        operation = _operation(asked)
        known = operation is not None and operation.input_shape is not None
        members = _read(asked, operation, environ) if known else {}
        environ["rehearsal.members"] = members
    members = environ["rehearsal.members"]
    return members if isinstance(members, dict) else {}


def _operation(asked: Asked) -> Any:
    if asked.service not in _CHECKED:
        return None
    try:
        return get_service_model(asked.service).operation_model(asked.operation)
    except OperationNotFoundError:
        return None


def _read(asked: Asked, operation: Any, environ: Mapping[str, Any]) -> Any:
    request = MotoRequest(dict(environ))
    labels: dict[str, Any] = {}
    if asked.protocol == "rest-xml":
        _, found = get_service_router(asked.service).match(request)
        labels = dict(found)
    parser = PROTOCOL_PARSERS[asked.protocol](operation, map_type=dict)
    return parser.parse(
        {
            "method": request.method,
            "values": request.values,
            "headers": request.headers,
            "body": request.get_data(),
            "url_path": request.path,
            "url_params": labels,
        }
    )


def _problems(shape: Any, value: Any, path: str) -> Iterator[str]:
    if shape.type_name == "structure":
        yield from _structure(shape, value, path)
    elif shape.type_name == "list" and isinstance(value, list):
        yield from _length(shape, value, path)
        for number, each in enumerate(value, 1):
            yield from _problems(shape.member, each, f"{path}.{number}.member")
    elif shape.type_name == "string" and isinstance(value, str):
        yield from _length(shape, value, path)
        yield from _text(shape, value, path)
    elif shape.type_name == "map" and isinstance(value, Mapping):
        for key, each in value.items():
            yield from _problems(shape.value, each, f"{path}.{key}.member")
    elif shape.type_name in {"integer", "long", "float", "double"}:
        yield from _number(shape, value, path)


def _structure(shape: Any, value: Any, path: str) -> Iterator[str]:
    if not isinstance(value, Mapping):
        return
    for name in shape.required_members:
        if value.get(name) is None:
            where = _below(path, name)
            yield f"Value null at '{where}' failed to satisfy constraint: Member must not be null"
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _problems(member, value[name], _below(path, name))


def _below(path: str, name: str) -> str:
    # The services name members as their Java code does.
    return f"{path}.{name[:1].lower()}{name[1:]}".lstrip(".")


def _length(shape: Any, value: Any, path: str) -> Iterator[str]:
    smallest, largest = shape.metadata.get("min"), shape.metadata.get("max")
    if smallest is not None and len(value) < smallest:
        yield _worded(
            shape, value, path, f"have length greater than or equal to {smallest}"
        )
    if largest is not None and len(value) > largest:
        yield _worded(
            shape, value, path, f"have length less than or equal to {largest}"
        )


def _text(shape: Any, value: str, path: str) -> Iterator[str]:
    if shape.enum and value not in shape.enum:
        yield _worded(
            shape, value, path, f"satisfy enum value set: [{', '.join(shape.enum)}]"
        )
    pattern = shape.metadata.get("pattern")
    expression = _compiled(pattern) if pattern else None
    if expression is not None and not expression.fullmatch(value):
        yield _worded(
            shape, value, path, f"satisfy regular expression pattern: {pattern}"
        )


@cache
def _compiled(pattern: str) -> re.Pattern[str] | None:
    # Java's Unicode classes mean nothing to this engine: such a pattern is skipped.
    try:
        return None if "\\p{" in pattern else re.compile(pattern)
    except re.error:
        return None


def _number(shape: Any, value: Any, path: str) -> Iterator[str]:
    smallest, largest = shape.metadata.get("min"), shape.metadata.get("max")
    if smallest is not None and float(value) < smallest:
        yield _worded(
            shape, value, path, f"have value greater than or equal to {smallest}"
        )
    if largest is not None and float(value) > largest:
        yield _worded(shape, value, path, f"have value less than or equal to {largest}")


def _worded(shape: Any, value: Any, path: str, constraint: str) -> str:
    shown = "***" if shape.metadata.get("sensitive") else str(value)[:100]
    return (
        f"Value '{shown}' at '{path}' failed to satisfy constraint: Member must "
        f"{constraint}"
    )
