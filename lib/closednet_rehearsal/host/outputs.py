"""
Where a command's output goes besides its reply: a bucket, a log group.
"""

from __future__ import annotations

import time

from typing import TYPE_CHECKING, Any

from closednet_rehearsal.host.aws import ServiceError
from closednet_rehearsal.host.wire import Unreachable


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.host.documents import Work
    from closednet_rehearsal.host.plugins import Result
    from closednet_rehearsal.host.session import Session


def upload(
    session: Session, payload: dict[str, Any], work: Work, result: Result
) -> Iterator[str]:
    """
    Upload a step's output where the message asks for it; yield what failed.
    """
    texts = {"stdout": result.stdout, "stderr": result.stderr}
    for stream, text in texts.items():
        if not text:
            continue
        if payload.get("OutputS3BucketName"):
            try:
                _to_bucket(session, payload, work, (stream, text))
            except (ServiceError, Unreachable) as error:
                yield f"failed to upload {stream} to s3: {error}"
        if payload.get("CloudWatchLogGroupName"):
            try:
                _to_logs(session, payload, work, (stream, text))
            except (ServiceError, Unreachable) as error:
                yield f"failed to send {stream} to CloudWatch Logs: {error}"


def _to_bucket(
    session: Session, payload: dict[str, Any], work: Work, what: tuple[str, str]
) -> None:
    parts = (
        payload.get("OutputS3KeyPrefix", ""),
        payload["CommandId"],
        session.identity.node_id,
        work.plugin.replace(":", ""),
        work.identifier.replace(":", ""),
        what[0],
    )
    key = "/".join(part.strip("/") for part in parts if part)
    session.client.put_object(payload["OutputS3BucketName"], key, what[1].encode())


def _to_logs(
    session: Session, payload: dict[str, Any], work: Work, what: tuple[str, str]
) -> None:
    group = payload["CloudWatchLogGroupName"]
    plugin = work.plugin.replace(":", "-")
    stream = "/".join((payload["CommandId"], session.identity.node_id, plugin, what[0]))
    names = {"logGroupName": group, "logStreamName": stream}
    _make_stream(session, names)
    now = int(time.time() * 1000)
    events = [
        {"timestamp": now, "message": line}
        for line in what[1].splitlines()
        if line.strip()
    ]
    if events:
        session.client.json("logs", "PutLogEvents", **names, logEvents=events)


def _make_stream(session: Session, names: dict[str, str]) -> None:
    try:
        session.client.json("logs", "CreateLogStream", **names)
    except ServiceError as error:
        if error.code == "ResourceAlreadyExistsException":
            return
        if error.code != "ResourceNotFoundException":
            raise
        group = names["logGroupName"]
        session.client.json("logs", "CreateLogGroup", logGroupName=group)
        session.client.json("logs", "CreateLogStream", **names)
