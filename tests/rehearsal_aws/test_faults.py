"""
Faults hit the call that was meant, before it acts or after.
"""

from __future__ import annotations

import json
import threading

from contextlib import closing
from http.client import HTTPConnection
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from closednet_rehearsal.server import start_server


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.server import Server

pytestmark = pytest.mark.rehearsal
ROLE = "arn:aws:iam::222222222222:role/closednet-operator"


@pytest.fixture(name="server", scope="module")
def _server() -> Iterator[Server]:
    server = start_server()
    yield server
    server.stop()


@pytest.fixture(name="logs", scope="module")
def _logs(server: Server) -> Any:
    reach: Any = {
        "endpoint_url": server.endpoint_url,
        "region_name": "ap-northeast-1",
        "config": Config(retries={"total_max_attempts": 1}),
    }
    session = boto3.Session("AKIAREHEARSALOPERATOR", "rehearsal")
    got = session.client("sts", **reach).assume_role(
        RoleArn=ROLE, RoleSessionName="tests"
    )["Credentials"]
    assumed = boto3.Session(
        got["AccessKeyId"], got["SecretAccessKey"], got["SessionToken"]
    )
    return assumed.client("logs", **reach)


def tell(server: Server, what: str, **request: object) -> Any:
    place = server.endpoint_url.removeprefix("http://")
    with closing(HTTPConnection(place, timeout=40)) as http:
        method = "POST" if request else "GET"
        http.request(method, f"/rehearsal/{what}", json.dumps(request))
        return json.load(http.getresponse())


def groups(logs: Any, prefix: str) -> list[str]:
    found = logs.describe_log_groups(logGroupNamePrefix=prefix)["logGroups"]
    return [group["logGroupName"] for group in found]


def test_any_writing_call_of_the_operator_can_be_counted_to(
    server: Server, logs: Any
) -> None:
    """
    `*` with `skip` lets so many writes pass; reads are not counted.
    """
    tell(server, "fault", operation="*", error="LimitExceededException", skip=1)
    logs.create_log_group(logGroupName="counted/1")
    assert ["counted/1"] == groups(logs, "counted/")

    with pytest.raises(ClientError, match="LimitExceededException"):
        logs.create_log_group(logGroupName="counted/2")

    logs.create_log_group(logGroupName="counted/3")
    assert ["counted/1", "counted/3"] == groups(logs, "counted/")
    assert [] == tell(server, "faults")


@pytest.mark.parametrize(("error", "acts"), [("hold", False), ("hold-answer", True)])
def test_a_held_call_waits_until_it_is_released(
    server: Server, logs: Any, error: str, *, acts: bool
) -> None:
    """
    The caller gets no answer; only `hold-answer` lets the service act.
    """
    name = f"held/{error}"
    said: list[BotoCoreError] = []

    def create() -> None:
        try:
            logs.create_log_group(logGroupName=name)
        except BotoCoreError as err:
            said.append(err)

    tell(server, "fault", operation="logs:CreateLogGroup", error=error)
    caller = threading.Thread(target=create)
    caller.start()
    assert tell(server, "held")["held"]
    assert caller.is_alive()

    tell(server, "release", all=True)
    caller.join(10)

    assert 1 == len(said)
    assert ([name] if acts else []) == groups(logs, name)
