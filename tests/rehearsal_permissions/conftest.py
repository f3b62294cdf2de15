"""
A rehearsed AWS whose operator has what a test gives, and people of both accounts.
"""

from __future__ import annotations

import json

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from botocore.config import Config
from botocore.exceptions import ClientError

from closednet_rehearsal import operator
from closednet_rehearsal.server import start_server
from closednet_rehearsal.settings import OPERATOR_KEY_ID, REGION


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.server import Server

CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1})
# Sessions read the services' models anew: one is enough, with other keys each time.
SESSION: Any = boto3.Session()
ROLE = "arn:aws:iam::{account}:role/closednet-operator"


@dataclass(frozen=True)
class Person:
    """
    Somebody with a key; `via` is the private address that their requests go to.
    """

    url: str
    keys: tuple[str, ...] = (OPERATOR_KEY_ID, "rehearsal")
    via: str = ""

    def client(self, service: str) -> Any:
        names = ("aws_access_key_id", "aws_secret_access_key", "aws_session_token")
        keys: Any = dict(zip(names, self.keys, strict=False))
        client = SESSION.client(
            service, endpoint_url=self.url, config=CONFIG, region_name=REGION, **keys
        )
        if self.via:
            client.meta.events.register("before-send.*.*", self._through)
        return client

    def through(self, address: str) -> Person:
        return Person(self.url, self.keys, address)

    def becomes(self, role_arn: str, **others: Any) -> Person:
        keys = self.client("sts").assume_role(
            RoleArn=role_arn, RoleSessionName="tests", **others
        )["Credentials"]
        names = ("AccessKeyId", "SecretAccessKey", "SessionToken")
        return Person(self.url, tuple(keys[name] for name in names), self.via)

    def tries(self, service: str, operation: str, **members: Any) -> str:
        """
        Return why AWS refuses a call, as "code: message"; nothing if it does not.
        """
        try:
            getattr(self.client(service), operation)(**members)
        except ClientError as error:
            told = error.response["Error"]
            return f"{told['Code']}: {told['Message']}"
        return ""

    def _through(self, request: Any, **_: Any) -> None:
        request.headers["X-Rehearsal-Address"] = self.via
        request.headers["X-Rehearsal-Source"] = "192.168.10.11"


@dataclass(frozen=True)
class Site:
    """
    The accounts as an administrator sets them up, outside all policies.
    """

    server: Server

    @property
    def operator(self) -> Person:
        return Person(self.server.endpoint_url)

    def give(self, **documents: Any) -> None:
        operator.attach(documents)

    def role(self, account: str) -> Person:
        return self.operator.becomes(ROLE.format(account=account))

    def administrator(self, account: str) -> Person:
        self.give(**operator.ADMINISTRATOR)
        return self.role(account)


@pytest.fixture(name="aws", scope="module")
def _aws() -> Iterator[Server]:
    server = start_server(operator={})
    yield server
    server.stop()


@pytest.fixture(name="site")
def _site(aws: Server) -> Site:
    operator.attach({})
    return Site(aws)


def text(*statements: dict[str, Any]) -> str:
    """
    Return a policy as APIs take it.
    """
    return json.dumps(document(*statements))


def document(*statements: dict[str, Any]) -> dict[str, Any]:
    """
    Return a policy as an object.
    """
    return {"Version": "2012-10-17", "Statement": list(statements)}
