"""
Jobs on a control channel: what is sent for a command, what comes back of it.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from closednet_rehearsal.ssm import replies
from closednet_rehearsal.ssm.agent_messages import (
    JOB,
    JOB_ACK,
    JOB_REPLY,
    JOB_REPLY_ACK,
    AgentMessage,
)
from closednet_rehearsal.ssm.messages import forget


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Message, Node, Scope


TOPIC_LABELS: Final = 3
ACCEPTED: Final = "200"


def job(service: Service, node: Node, message: Message) -> AgentMessage:
    """
    Return the job that carries a message to its node.
    """
    body = {
        "Content": message.payload,
        "JobId": message.message_id,
        "Topic": ".".join(message.topic.split(".")[:TOPIC_LABELS]),
        "SchemaVersion": 1,
    }
    return _message(service, node, JOB, body)


def take(
    service: Service, scope: Scope, node: Node, message: AgentMessage
) -> AgentMessage | None:
    """
    Take what an agent says; return what it waits for, if anything.

    A job of another node, a reply that cannot be read and kinds of messages that
    only sessions know are passed over, unacknowledged.
    """
    job_id = str(message.body.get("jobId", ""))
    if not job_id.endswith(f".{node.node_id}"):
        return None
    if message.kind == JOB_ACK:
        _acknowledged(service, scope, job_id, message.body)
        forget(node, job_id)
        return None
    payload = _content(message.body) if message.kind == JOB_REPLY else None
    if payload is None:
        return None
    replies.reply(service, scope, job_id, payload)
    forget(node, job_id)
    body = {"jobId": job_id, "acknowledgedMessageId": str(message.message_id)}
    return _message(service, node, JOB_REPLY_ACK, body)


def _acknowledged(
    service: Service, scope: Scope, job_id: str, body: JsonObject
) -> None:
    replies.delivered(scope, job_id)
    if str(body.get("statusCode")) != ACCEPTED:
        reason = str(body.get("errorMessage", ""))
        failed = {"documentStatus": "Failed", "documentTraceOutput": reason}
        replies.reply(service, scope, job_id, failed)


def _content(body: JsonObject) -> Any:
    try:
        payload = json.loads(body.get("content", ""))
    except (TypeError, ValueError):
        return None
    return payload if isinstance(payload, dict) else None


def _message(service: Service, node: Node, kind: str, body: JsonObject) -> AgentMessage:
    uuid = UUID(service.world.ids.uuid("agent-message", node.node_id))
    return AgentMessage(kind, uuid, body, service.now)
