"""
Requests and answers as bytes: the JSON protocol over WSGI.
"""

from __future__ import annotations

import io
import json
import re

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.settings import NETWORK_ACCOUNT, PAGE_SIZE, REGION
from closednet_rehearsal.ssm import protocol
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.seams import Caller


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from closednet_rehearsal.ssm.seams import Environ, JsonObject


ACCOUNT_DIGITS: Final = 12
CONTENT_TYPE: Final = "application/x-amz-json-1.1"
PAGED_PARAMETERS: Final = frozenset(
    {"DescribeParameters", "GetParameterHistory", "GetParametersByPath"}
)
STANDARD_VALUE: Final = 4096
NESTED: Final = re.compile(r"\{\{.*\}\}")


def read(environ: Environ) -> bytes:
    """
    Read a request's body, also one without a length (chunked), and keep it.
    """
    stream = environ["wsgi.input"]
    length = environ.get("CONTENT_LENGTH", "")
    if length:
        raw = bytes(stream.read(int(length)))
    else:
        raw = bytes(stream.read()) if environ.get("wsgi.input_terminated") else b""
    environ["wsgi.input"] = io.BytesIO(raw)
    return raw


def parse(raw: bytes) -> JsonObject:
    """
    Return the JSON object of a body; an empty body is an empty object.
    """
    try:
        body = json.loads(raw or b"{}")
    except ValueError as error:
        raise SsmError("SerializationException", "The body is not JSON") from error
    if not isinstance(body, dict):
        raise SsmError("SerializationException", "The body is not an object")
    return body


def error_body(error: SsmError) -> JsonObject:
    """
    Return the body of an error; its text says that this is a rehearsal.
    """
    return {"__type": error.code, "message": f"{error.message} (rehearsal)"}


def respond(
    start_response: Callable[..., Any], answer: JsonObject, error: str = ""
) -> Iterable[bytes]:
    """
    Send a JSON answer; every error is HTTP 400, which clients do not retry.
    """
    raw = json.dumps(answer).encode()
    headers = [
        ("Content-Type", CONTENT_TYPE),
        ("Content-Length", str(len(raw))),
        ("x-amzn-RequestId", f"rehearsal-{sha256(raw).hexdigest()[:12]}"),
    ]
    if error:
        headers.append(("x-amzn-ErrorType", error))
    start_response("400 Bad Request" if error else "200 OK", headers)
    return [raw]


def prepare_parameter_request(
    operation: str, environ: Environ, body: JsonObject
) -> None:
    """
    Refuse what Parameter Store would, and make its pages small.
    """
    if operation == "PutParameter" and NESTED.search(str(body.get("Value", ""))):
        raise SsmError(
            "ValidationException",
            'Parameter value can\'t nest another parameter. Do not use "{{}}" in the '
            "value.",
        )
    size = len(str(body.get("Value", "")).encode())
    standard = body.get("Tier", "Standard") == "Standard"
    if operation == "PutParameter" and standard and size > STANDARD_VALUE:
        message = (
            f"Standard tier parameters support a maximum parameter value of "
            f"{STANDARD_VALUE} characters. To create a larger parameter value, "
            "upgrade the parameter to use the advanced-parameter tier. For more "
            "information, see https://docs.aws.amazon.com/systems-manager/latest/"
            "userguide/parameter-store-advanced-parameters.html"
        )
        raise SsmError("ValidationException", message)
    if operation in PAGED_PARAMETERS:
        body["MaxResults"] = min(body.get("MaxResults", PAGE_SIZE), PAGE_SIZE)
        raw = json.dumps(body).encode()
        environ["wsgi.input"] = io.BytesIO(raw)
        environ["CONTENT_LENGTH"] = str(len(raw))


def identify_static(environ: Environ) -> Caller:
    """
    Take static keys for the network account's; a 12-digit key names its account.
    """
    auth = protocol.authorization(environ)
    if auth is None:
        raise SsmError("MissingAuthenticationTokenException", "Not signed")
    key_id = auth.access_key_id
    is_account = key_id.isdigit() and len(key_id) == ACCOUNT_DIGITS
    account = key_id if is_account else NETWORK_ACCOUNT
    principal = f"arn:aws:iam::{account}:user/operator"
    return Caller(account, principal, auth.region or REGION, key_id)
