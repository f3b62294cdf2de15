"""
The two ways by which commands come to an agent: polled, or over a held channel.
"""

from __future__ import annotations

import json
import threading
import time

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID, uuid4

from closednet_rehearsal.host import aws
from closednet_rehearsal.host.signing import sign
from closednet_rehearsal.host.socket_client import SocketClient, upgrade_headers
from closednet_rehearsal.host.wire import Request, Unreachable, send, upgrade
from closednet_rehearsal.ssm.agent_messages import (
    JOB,
    JOB_ACK,
    JOB_REPLY,
    JOB_REPLY_ACK,
    AgentMessage,
    unpack,
)


if TYPE_CHECKING:
    from closednet_rehearsal.host.session import Session

POLL_S: Final = 5
CREATED: Final = 201
ACKNOWLEDGED_S: Final = 2.0
OPENING: Final = "<TokenValue>"
CLOSING: Final = "</TokenValue>"
DENIED: Final = "<AccessDeniedException>"


class ChannelDeniedError(Exception):
    """
    The role does not allow a control channel: it is not asked for again.
    """


class Polled:
    """
    ec2messages: the agent asks, again and again.
    """

    name = "ec2messages"

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self) -> list[dict[str, Any]]:
        """
        Return the messages that wait, or none after a while.
        """
        body = {
            "Destination": self._session.identity.node_id,
            "MessagesRequestId": str(uuid4()),
            "VisibilityTimeoutInSeconds": 10,
        }
        told = self._call("GetMessages", body, {"X-Rehearsal-Poll": str(POLL_S)})
        messages: list[dict[str, Any]] = told.get("Messages", [])
        return messages

    def acknowledge(self, message_id: str) -> None:
        """
        Say that a message need not come again.
        """
        self._call("AcknowledgeMessage", {"MessageId": message_id})

    def reply(self, message_id: str, payload: dict[str, Any]) -> None:
        """
        Report on a command.
        """
        body = {"MessageId": message_id, "ReplyId": str(uuid4())}
        self._call("SendReply", {**body, "Payload": json.dumps(payload)})

    def keep(self) -> None:
        """
        Do nothing: every poll shows that the agent is there.
        """

    def close(self) -> None:
        """
        Do nothing: nothing is held.
        """

    def _call(
        self, operation: str, body: dict[str, Any], extra: dict[str, str] | None = None
    ) -> dict[str, Any]:
        return self._session.message_call(operation, body, extra)


class Held:
    """
    ssmmessages: the service sends jobs over a WebSocket.
    """

    name = "ssmmessages"

    def __init__(self, socket: SocketClient) -> None:
        self._socket = socket
        self._unanswered: dict[str, threading.Event] = {}

    def take(self) -> list[dict[str, Any]]:
        """
        Return the next job as a message, once there is one.
        """
        message = unpack(self._socket.receive())
        if message.kind == JOB_REPLY_ACK:
            event = self._unanswered.get(message.body["acknowledgedMessageId"])
            if event is not None:
                event.set()
        if message.kind != JOB:
            return []
        job_id = message.body["JobId"]
        told = {
            "jobId": job_id,
            "acknowledgedMessageId": str(message.message_id),
            "createdDate": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "statusCode": "200",
            "errorMessage": "Successful",
        }
        self._say(JOB_ACK, uuid4(), told)
        content, topic = message.body["Content"], message.body["Topic"]
        return [{"MessageId": job_id, "Payload": content, "Topic": topic}]

    def acknowledge(self, message_id: str) -> None:
        """
        Do nothing: a job is acknowledged as it comes.
        """

    def reply(self, message_id: str, payload: dict[str, Any]) -> None:
        """
        Report on a command, and wait until that has arrived.

        Raises:
            Unreachable: Nobody said so in time.
        """
        uuid, event = uuid4(), threading.Event()
        self._unanswered[str(uuid)] = event
        body = {
            "schemaVersion": 1,
            "jobId": message_id,
            "content": json.dumps(payload),
            "topic": "aws.ssm.sendCommand",
        }
        try:
            self._say(JOB_REPLY, uuid, body)
            if not event.wait(ACKNOWLEDGED_S):
                raise Unreachable("websocket: the reply was not acknowledged")
        finally:
            del self._unanswered[str(uuid)]

    def keep(self) -> None:
        """
        Show that the agent is there.
        """
        self._socket.ping()

    def close(self) -> None:
        """
        End the channel.
        """
        self._socket.close()

    def _say(self, kind: str, uuid: UUID, body: dict[str, Any]) -> None:
        self._socket.send(AgentMessage(kind, uuid, body, time.time()).pack())


def hold(session: Session) -> Held:
    """
    Open the control channel of a session's node.

    Raises:
        ChannelDeniedError: The role does not allow one.
        Unreachable: There is none to be had now.
    """
    node_id, region = session.identity.node_id, session.identity.region
    host = aws.name_of("ssmmessages", region)
    path = f"/v1/control-channel/{node_id}"
    token = _create(session, host, path)
    asked = Request("GET", host, f"{path}?role=subscribe&stream=input")
    signed = sign(asked, session.credentials(), region, "ssmmessages")
    # These are not signed; the last one spares a rehearsal the seconds in which a
    # real agent would drop what comes too early.
    more = {**upgrade_headers(), "X-Rehearsal-Ready": "0"}
    signed = signed._replace(headers={**signed.headers, **more})
    socket = SocketClient(upgrade(session.machine, signed))
    opening = {
        "Cookie": None,
        "MessageSchemaVersion": "1.0",
        "RequestId": str(uuid4()),
        "TokenValue": token,
        "AgentVersion": session.version,
        "PlatformType": "linux",
    }
    socket.send(json.dumps(opening))
    return Held(socket)


def _create(session: Session, host: str, path: str) -> str:
    body = {"MessageSchemaVersion": "1.0", "RequestId": str(uuid4())}
    headers = {"Content-Type": "application/json"}
    asked = Request("POST", host, path, headers, json.dumps(body).encode())
    region = session.identity.region
    signed = sign(asked, session.credentials(), region, "ssmmessages")
    answer = send(session.machine, signed)
    text = answer.body.decode("utf-8", "replace")
    if DENIED in text:
        raise ChannelDeniedError(text)
    if answer.status != CREATED:
        raise Unreachable(f"createControlChannel failed with status {answer.status}")
    return text.partition(OPENING)[2].partition(CLOSING)[0]
