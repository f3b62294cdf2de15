"""
Ways to the service without a socket: a boto3 client over WSGI, and raw calls.
"""

from __future__ import annotations

import io
import json

from dataclasses import dataclass, field
from functools import cache
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders
from botocore.config import Config

from closednet_rehearsal.settings import Delays
from closednet_rehearsal.ssm.app import SsmApp
from closednet_rehearsal.ssm.seams import RoleView
from closednet_rehearsal.world import World


if TYPE_CHECKING:
    from collections.abc import Iterable

    from botocore.awsrequest import AWSPreparedRequest


REGION = "ap-northeast-1"
ACCOUNT = "222222222222"
ROLE = "closednet-node"
TRUST = {
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ssm.amazonaws.com"},
            "Action": "sts:AssumeRole",
            "Condition": {
                "StringEquals": {"aws:SourceAccount": ACCOUNT},
                "ArnEquals": {"aws:SourceArn": f"arn:aws:ssm:{REGION}:{ACCOUNT}:*"},
            },
        }
    ]
}


@dataclass(slots=True)
class Cloud:
    """
    The service under test with its surroundings.
    """

    world: World = field(default_factory=lambda: World(delays=Delays()))
    roles: dict[str, RoleView] = field(default_factory=dict)
    passed_on: list[dict[str, Any]] = field(default_factory=list)
    app: SsmApp = field(init=False)

    def __post_init__(self) -> None:
        self.roles[ROLE] = RoleView(f"arn:aws:iam::{ACCOUNT}:role/{ROLE}", TRUST)
        self.app = SsmApp(self.world, self._inner, self._role)

    def _role(self, account: str, role_name: str) -> RoleView | None:
        return self.roles.get(role_name) if account == ACCOUNT else None

    def _inner(self, environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        body = environ["wsgi.input"].read()
        target = environ.get("HTTP_X_AMZ_TARGET")
        self.passed_on.append({"target": target, "body": json.loads(body or b"{}")})
        start_response("200 OK", [("Content-Type", "application/x-amz-json-1.1")])
        return [b"{}"]

    def wait(self, seconds: float) -> None:
        """
        Let time pass.
        """
        self.world.clock.advance(seconds)

    def client(self, account: str = ACCOUNT) -> Any:
        """
        Return a boto3 client of an account that talks to this service.
        """
        CURRENT.app = self.app
        return _client(account)

    def post(
        self, path: str, body: bytes, headers: dict[str, str]
    ) -> tuple[int, dict[str, str], bytes]:
        """
        Send one request; return status, headers, and body.
        """
        return call(self.app, path, body, headers)


@dataclass(slots=True)
class Current:
    """
    The service that the cached clients talk to.
    """

    app: SsmApp | None = None


CURRENT = Current()


def call(
    app: Any, path: str, body: bytes, headers: dict[str, str]
) -> tuple[int, dict[str, str], bytes]:
    """
    Send one request to a WSGI application.
    """
    split = urlsplit(path)
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": split.path or "/",
        "QUERY_STRING": split.query,
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
    }
    for name, value in headers.items():
        variable = name.upper().replace("-", "_")
        is_plain = variable in {"CONTENT_TYPE", "CONTENT_LENGTH"}
        environ[variable if is_plain else f"HTTP_{variable}"] = value
    started: list[Any] = []
    answer = app(environ, lambda status, given: started.extend((status, given)))
    status, given = started
    return int(status.split()[0]), dict(given), b"".join(answer)


@cache
def _client(account: str) -> Any:
    client = boto3.client(
        "ssm",
        region_name=REGION,
        endpoint_url="http://rehearsal.invalid",
        aws_access_key_id=account,
        aws_secret_access_key="rehearsal",
        config=Config(retries={"max_attempts": 0}, parameter_validation=False),
    )
    events: Any = client.meta.events
    events.register("before-send.ssm", _send)
    return client


def _send(request: AWSPreparedRequest, **_: Any) -> AWSResponse:
    headers = {name: _text(value) for name, value in request.headers.items()}
    body: Any = request.body or b""
    status, given, answer = call(CURRENT.app, request.url, body, headers)
    return AWSResponse(request.url, status, HTTPHeaders.from_dict(given), _Body(answer))


def _text(value: Any) -> str:
    return value.decode() if isinstance(value, bytes) else str(value)


class _Body(io.BytesIO):
    def stream(self, *_: Any, **__: Any) -> Iterable[bytes]:
        yield self.read()
