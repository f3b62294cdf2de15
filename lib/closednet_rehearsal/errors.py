"""
Refusals in the wire format of each AWS protocol.

A refusal is a 4xx: SDKs retry a 5xx and hide our own mistakes behind it. Only EC2
throttles with a 503, as AWS does.
"""

from __future__ import annotations

import json

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from xml.sax.saxutils import escape


if TYPE_CHECKING:
    from closednet_rehearsal.calls import Asked


UNSUPPORTED: Final = "RehearsalNotImplemented"
EMULATOR_ERROR: Final = "RehearsalEmulatorError"

_JSON: Final = "application/x-amz-json-1.1"
_XML: Final = "text/xml"
_DENIED: Final = 403
_NOT_FOUND: Final = 404
_FORBIDDEN: Final = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "ExpiredToken",
        "InvalidClientTokenId",
        "UnrecognizedClientException",
    }
)


class Refusal(Exception):  # noqa: N818 - a refusal is an answer, not a failure
    """
    An answer that says no, in AWS's words.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = _DENIED if code in _FORBIDDEN else status


def nobody(asked: Asked) -> Refusal:
    """
    Return what a service says to somebody who neither signs nor asks for anything.
    """
    if asked.protocol == "json":
        return Refusal("UnknownOperationException", "No such operation", _NOT_FOUND)
    message = "Request is missing Authentication Token"
    return Refusal("MissingAuthenticationToken", message, _DENIED)


@dataclass(frozen=True, slots=True)
class Answer:
    """
    A complete HTTP answer.
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    error: str = ""


def refuse(protocol: str, refusal: Refusal, request_id: str) -> Answer:
    """
    Return `refusal` as `protocol` (json, query, ec2, rest-xml, s3, ssmmessages) words it.
    """
    if protocol in {"json", "rest-json"}:
        content_type = _JSON
        body = json.dumps({"__type": refusal.code, "message": refusal.message})
    elif protocol == "ssmmessages":
        content_type = _XML
        code, message = escape(refusal.code), escape(refusal.message)
        body = f"<{code}><Message>{message}</Message></{code}>"
    else:
        content_type = _XML
        body = '<?xml version="1.0" encoding="UTF-8"?>\n' + _xml(
            protocol, escape(refusal.code), escape(refusal.message), request_id
        )
    headers = (
        ("Content-Type", content_type),
        ("x-amzn-RequestId", request_id),
        ("x-amz-request-id", request_id),
        ("x-amzn-ErrorType", refusal.code),
    )
    return Answer(refusal.status, headers, body.encode(), refusal.code)


def _xml(protocol: str, code: str, message: str, request_id: str) -> str:
    if protocol == "ec2":
        return (
            f"<Response><Errors><Error><Code>{code}</Code><Message>{message}"
            f"</Message></Error></Errors><RequestID>{request_id}</RequestID></Response>"
        )
    if protocol == "s3":
        return (
            f"<Error><Code>{code}</Code><Message>{message}</Message>"
            f"<RequestId>{request_id}</RequestId></Error>"
        )
    return (
        f"<ErrorResponse><Error><Type>Sender</Type><Code>{code}</Code><Message>"
        f"{message}</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    )
