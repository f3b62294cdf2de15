"""
Calls to AWS's services the way agents make them: signed, over the private link.
"""

from __future__ import annotations

import json
import re

from typing import TYPE_CHECKING, Any, Final
from urllib.parse import quote, urlencode

from closednet_rehearsal.host.signing import Credentials, sign
from closednet_rehearsal.host.wire import Request, Response, send


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from closednet_rehearsal.host.machine import Machine

JSON: Final = "application/x-amz-json-1.1"
FORM: Final = "application/x-www-form-urlencoded; charset=utf-8"
TARGETS: Final = {
    "ssm": "AmazonSSM",
    "ec2messages": "EC2WindowsMessageDeliveryService",
    "logs": "Logs_20140328",
}
REFUSED: Final = 300


class ServiceError(Exception):
    """
    A service's refusal, worded as the AWS SDK for Go words it.
    """

    def __init__(self, code: str, message: str, status: int) -> None:
        super().__init__(f"{code}: {message}\n\tstatus code: {status}")
        self.code = code


def name_of(service: str, region: str) -> str:
    """
    Return the Regional name of a service.
    """
    return f"{service}.{region}.amazonaws.com"


def json_request(
    service: str, region: str, operation: str, body: Mapping[str, Any]
) -> Request:
    """
    Return an unsigned request of the JSON protocol.
    """
    headers = {
        "Content-Type": JSON,
        "X-Amz-Target": f"{TARGETS[service]}.{operation}",
        "User-Agent": "amazon-agent (rehearsal stand-in)",
    }
    name = name_of(service, region)
    return Request("POST", name, "/", headers, json.dumps(body).encode())


def ask(machine: Machine, request: Request, timeout_s: float = 30.0) -> dict[str, Any]:
    """
    Send a request and return the JSON object of the answer.

    Raises:
        ServiceError: The service refused.
        Unreachable: There was no answer.
    """
    response = checked(send(machine, request, timeout_s))
    answer = json.loads(response.body or b"{}")
    return answer if isinstance(answer, dict) else {}


def checked(response: Response) -> Response:
    """
    Return an answer that is not an error.

    Raises:
        ServiceError: It is one.
    """
    if response.status < REFUSED:
        return response
    text = response.body.decode("utf-8", "replace")
    try:
        told = json.loads(text)
        code = str(told.get("__type", "UnknownError")).rpartition("#")[2]
        message = str(told.get("message") or told.get("Message", ""))
    except (AttributeError, ValueError):
        found = re.search(r"<Code>(.*?)</Code>", text)
        said = re.search(r"<Message>(.*?)</Message>", text, re.DOTALL)
        code = found[1] if found else "SerializationError"
        message = said[1] if said else text[:200]
    raise ServiceError(code, message, response.status)


class Client:
    """
    Calls with credentials that are asked for anew each time.
    """

    def __init__(
        self,
        machine: Machine,
        region: str,
        credentials: Callable[[], Credentials],
        names: Mapping[str, str] | None = None,
    ) -> None:
        self._machine = machine
        self._credentials = credentials
        self._names = names or {}
        self.region = region

    def json(self, service: str, operation: str, **members: Any) -> dict[str, Any]:
        """
        Call an operation of a JSON service.
        """
        request = json_request(service, self.region, operation, members)
        request = request._replace(host=self._name(service))
        return ask(self._machine, self._signed(request, service))

    def query(self, service: str, version: str, members: Mapping[str, Any]) -> None:
        """
        Call an operation of a service of the query protocol.
        """
        body = urlencode({**members, "Version": version}).encode()
        headers = {"Content-Type": FORM}
        request = Request("POST", self._name(service), "/", headers, body)
        checked(send(self._machine, self._signed(request, service)))

    def get_object(self, bucket: str, key: str) -> bytes:
        """
        Return an object of a bucket, which is named in the host name.
        """
        return self._object("GET", bucket, key, b"").body

    def put_object(self, bucket: str, key: str, body: bytes) -> None:
        """
        Write an object whose owner is the bucket's.
        """
        self._object("PUT", bucket, key, body)

    def _name(self, service: str) -> str:
        return self._names.get(service) or name_of(service, self.region)

    def _object(self, method: str, bucket: str, key: str, body: bytes) -> Response:
        name = f"{bucket}.{name_of('s3', self.region)}"
        headers = {"X-Amz-Acl": "bucket-owner-full-control"} if body else {}
        request = Request(method, name, f"/{quote(key)}", headers, body)
        return checked(send(self._machine, self._signed(request, "s3")))

    def _signed(self, request: Request, service: str) -> Request:
        return sign(request, self._credentials(), self.region, service)
