"""
The channel by which agents fetch commands and answer: ec2messages.
"""

from __future__ import annotations

import json
import time

from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.ssm import replies
from closednet_rehearsal.ssm.authentication import authenticate
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.pages import iso
from closednet_rehearsal.ssm.settling import settle


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.authentication import AgentRequest
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Message, Node, Scope


VISIBILITY_S: Final = 10
SLICE_S: Final = 0.5


def get_messages(service: Service, request: AgentRequest) -> JsonObject:
    """
    Return what waits for a node, at once or within the long poll.
    """
    scope, node = authenticate(service, request, "ec2messages:GetMessages")
    _check_destination(node, request)
    hidden = request.body.get("VisibilityTimeoutInSeconds", VISIBILITY_S)
    deadline = _deadline(service, request)
    node.polls += 1
    try:
        taken = _wait(service, scope, node, deadline)
    finally:
        node.polls -= 1
        node.last_poll = service.now
    for message in taken:
        message.visible_at = service.now + hidden
        replies.delivered(scope, message.message_id)
    return {
        "Destination": node.node_id,
        "Messages": [_view(node, message) for message in taken],
        "MessagesRequestId": request.body.get("MessagesRequestId", ""),
    }


def _deadline(service: Service, request: AgentRequest) -> float:
    longest = service.timings.long_poll
    asked = request.environ.get("HTTP_X_REHEARSAL_POLL", "")
    try:
        seconds = float(asked)
    except ValueError:
        seconds = longest
    return time.monotonic() + min(max(seconds, 0.0), longest)


def _wait(service: Service, scope: Scope, node: Node, deadline: float) -> list[Message]:
    while True:
        settle(service)
        found = [] if _has_channel(service, node) else ready(service, node)
        left = deadline - time.monotonic()
        gone = scope.nodes.get(node.node_id) is not node
        if found or left <= 0 or gone or service.closed:
            return found
        service.arrivals.wait(min(left, SLICE_S))


def _has_channel(service: Service, node: Node) -> bool:
    # What a control channel can carry does not take both roads.
    return node.channel_ready is not None and service.now >= node.channel_ready


def ready(service: Service, node: Node) -> list[Message]:
    """
    Return the messages that may be handed out; those out of date are dropped.
    """
    now = service.now
    node.inbox = [each for each in node.inbox if each.deliver_before > now]
    return [each for each in node.inbox if each.visible_at <= now]


def _view(node: Node, message: Message) -> JsonObject:
    return {
        "CreatedDate": iso(message.created),
        "Destination": node.node_id,
        "MessageId": message.message_id,
        "Payload": message.payload,
        "PayloadDigest": sha256(message.payload.encode()).hexdigest(),
        "Topic": message.topic,
    }


def send_reply(service: Service, request: AgentRequest) -> JsonObject:
    """
    Take an agent's reply to a command; it proves that the message arrived.
    """
    scope, node, message_id = _about(service, request, "ec2messages:SendReply")
    payload = _payload(request)
    replies.reply(service, scope, message_id, payload)
    forget(node, message_id)
    return {
        "MessageId": message_id,
        "ReplyId": request.body.get("ReplyId", ""),
        "ReplyStatus": "QUEUED",
        "Description": "",
    }


def acknowledge_message(service: Service, request: AgentRequest) -> JsonObject:
    """
    Note that a message arrived; it is not handed out again.
    """
    action = "ec2messages:AcknowledgeMessage"
    scope, node, message_id = _about(service, request, action)
    replies.delivered(scope, message_id)
    forget(node, message_id)
    return {}


def delete_message(service: Service, request: AgentRequest) -> JsonObject:
    """
    Take a message out of the inbox.
    """
    _, node, message_id = _about(service, request, "ec2messages:DeleteMessage")
    forget(node, message_id)
    return {}


def fail_message(service: Service, request: AgentRequest) -> JsonObject:
    """
    Note that the agent cannot handle a message; the invocation has failed.
    """
    scope, node, message_id = _about(service, request, "ec2messages:FailMessage")
    reason = request.body.get("FailureType", "")
    failed = {"documentStatus": "Failed", "documentTraceOutput": reason}
    replies.reply(service, scope, message_id, failed)
    forget(node, message_id)
    return {}


def _about(
    service: Service, request: AgentRequest, action: str
) -> tuple[Scope, Node, str]:
    scope, node = authenticate(service, request, action)
    message_id = str(request.body.get("MessageId", ""))
    if not message_id.endswith(f".{node.node_id}"):
        message = f"{message_id} is not a message of {node.node_id}"
        raise SsmError("AccessDeniedException", message)
    return scope, node, message_id


def _check_destination(node: Node, request: AgentRequest) -> None:
    if request.body.get("Destination") != node.node_id:
        message = f"{node.node_id} cannot read another node's messages"
        raise SsmError("AccessDeniedException", message)


def _payload(request: AgentRequest) -> Any:
    try:
        payload = json.loads(request.body.get("Payload", ""))
    except (TypeError, json.JSONDecodeError) as error:
        raise SsmError("ValidationException", "Payload is not JSON") from error
    if not isinstance(payload, dict):
        raise SsmError("ValidationException", "Payload is not an object")
    return payload


def forget(node: Node, message_id: str) -> None:
    """
    Take a message out of a node's inbox.
    """
    node.inbox = [each for each in node.inbox if each.message_id != message_id]


OPERATIONS = {
    "GetMessages": get_messages,
    "SendReply": send_reply,
    "AcknowledgeMessage": acknowledge_message,
    "DeleteMessage": delete_message,
    "FailMessage": fail_message,
}
