"""
What is read twice within one verb is asked once, and never after a write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from botocore.awsrequest import AWSResponse
from botocore.compat import HTTPHeaders

from closednet.aws.calls import AwsCall, share, watch
from closednet.aws.models import new_session
from closednet.aws.reads import SharedReads
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from mypy_boto3_logs import CloudWatchLogsClient

GROUPS = b'{"logGroups": [{"logGroupName": "messages"}]}'


class Body:
    """
    The raw part of an answer.
    """

    def stream(self, **_: Any) -> Any:
        yield GROUPS


@pytest.fixture(name="reads")
def _reads() -> SharedReads:
    return SharedReads()


@pytest.fixture(name="told")
def _told() -> list[AwsCall]:
    return []


@pytest.fixture(name="logs")
def _logs(reads: SharedReads, told: list[AwsCall]) -> CloudWatchLogsClient:
    session = boto3.Session("key", "secret", botocore_session=new_session())
    client = session.client("logs", "ap-northeast-1")
    events: Any = client.meta.events
    body: Any = Body()
    answer = AWSResponse("http://here", 200, HTTPHeaders(), body)
    events.register("before-send.*.*", lambda **_: answer)
    watch(events, "1" * 12, told.append)
    share(events, "1" * 12, reads)
    return client


def test_one_verb_asks_once(
    logs: CloudWatchLogsClient, reads: SharedReads, told: list[AwsCall]
) -> None:
    """
    The second answer is the first one; no call was made, so none is told.
    """
    with reads.shared():
        first = logs.describe_log_groups()
        first["logGroups"].clear()
        second = logs.describe_log_groups()

    assert ["messages"] == [group["logGroupName"] for group in second["logGroups"]]
    assert 1 == len(told)


def test_another_question_is_another(
    logs: CloudWatchLogsClient, reads: SharedReads, told: list[AwsCall]
) -> None:
    """
    Only equal requests have equal answers.
    """
    with reads.shared():
        logs.describe_log_groups()
        logs.describe_log_groups(logGroupNamePrefix="m")

    assert 2 == len(told)


def test_the_next_verb_asks_anew(
    logs: CloudWatchLogsClient, reads: SharedReads, told: list[AwsCall]
) -> None:
    """
    What verifies does not see what was read before the write.
    """
    for _ in range(2):
        with reads.shared():
            logs.describe_log_groups()
    logs.describe_log_groups()
    logs.describe_log_groups()

    assert 4 == len(told)


def test_a_write_makes_everything_ask_anew(
    logs: CloudWatchLogsClient, reads: SharedReads, told: list[AwsCall]
) -> None:
    """
    Nobody knows what else a write changes.
    """
    with reads.shared():
        logs.describe_log_groups()
        logs.create_log_group(logGroupName="more")
        logs.describe_log_groups()

    names = [call.operation for call in told]
    assert ["DescribeLogGroups", "CreateLogGroup", "DescribeLogGroups"] == names


def test_who_waits_looks_anew(
    logs: CloudWatchLogsClient, reads: SharedReads, told: list[AwsCall]
) -> None:
    """
    Otherwise nothing would ever be seen to arrive.
    """
    waiting = Waiting(sleep=lambda _: None, fresh=reads.forget)

    def look() -> bool | None:
        logs.describe_log_groups()
        return len(told) == 3 or None

    with reads.shared():
        waiting.until(look, what="the third look")

    assert 3 == len(told)
