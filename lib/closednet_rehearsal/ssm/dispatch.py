"""
The engine of Run Command: hands messages to agents, takes their replies, and
ends what nobody answered.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.document_content import steps
from closednet_rehearsal.ssm.runs import ENDED, Command, Invocation, Step
from closednet_rehearsal.ssm.state import Message


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Node, Scope


DEFAULT_CONCURRENCY: Final = "50"
DEFAULT_ERRORS: Final = "0"


def start(
    service: Service,
    scope: Scope,
    command: Command,
    nodes: list[Node],
) -> None:
    """
    Begin a command on its nodes.
    """
    for node in nodes:
        command.invocations[node.node_id] = Invocation(
            node_id=node.node_id,
            name=node.name or node.details.get("ComputerName", ""),
            message_id=f"aws.ssm.{command.command_id}.{node.node_id}",
            steps={name: Step() for name in steps(command.content)},
        )
    scope.commands[command.command_id] = command
    scope.open_commands.add(command.command_id)
    pump(service, scope, command)


def concurrency(request: JsonObject, total: int) -> int:
    """
    Return on how many nodes a command may run at once.
    """
    return max(1, _share(request.get("MaxConcurrency", DEFAULT_CONCURRENCY), total))


def tolerance(request: JsonObject, total: int) -> int:
    """
    Return how many errors do not stop a command yet.
    """
    return _share(request.get("MaxErrors", DEFAULT_ERRORS), total)


def _share(text: str, total: int) -> int:
    return total * int(text[:-1]) // 100 if text.endswith("%") else int(text)


def pump(service: Service, scope: Scope, command: Command) -> None:
    """
    Hand out as many messages as concurrency and errors allow.
    """
    invocations = command.invocations.values()
    if errors(command) > command.max_errors:
        for waiting in invocations:
            if waiting.dispatched is None and waiting.status not in ENDED:
                end(service, waiting, "Cancelled", "Terminated")
    busy = sum(each.dispatched is not None and not each.ended for each in invocations)
    for waiting in invocations:
        if busy >= command.max_concurrency:
            break
        if waiting.dispatched is None and waiting.status not in ENDED:
            _hand_out(service, scope, command, waiting)
            busy += 1
    if all(each.status in ENDED for each in invocations):
        scope.open_commands.discard(command.command_id)


def errors(command: Command) -> int:
    """
    Count what weighs against MaxErrors; delivery timeouts do not.
    """
    counted = {"Failed", "Execution Timed Out", "Undeliverable"}
    return sum(each.details in counted for each in command.invocations.values())


def end(service: Service, invocation: Invocation, status: str, details: str) -> None:
    """
    End an invocation once; what ended stays as it is.
    """
    if invocation.status not in ENDED:
        invocation.status, invocation.details = status, details
        invocation.ended = service.now


def _hand_out(
    service: Service, scope: Scope, command: Command, invocation: Invocation
) -> None:
    invocation.dispatched = service.now
    message = Message(
        message_id=invocation.message_id,
        topic=f"aws.ssm.sendCommand.{scope.region}.{invocation.node_id}",
        payload=json.dumps(_payload(command)),
        created=service.now,
        deliver_before=command.deliver_before,
    )
    send(service, scope.nodes[invocation.node_id], message)


def send(service: Service, node: Node, message: Message) -> None:
    """
    Put a message into a node's inbox and wake its channel.
    """
    node.inbox.append(message)
    service.announce()


def _payload(command: Command) -> JsonObject:
    logs = command.request.get("CloudWatchOutputConfig", {})
    enabled = bool(logs.get("CloudWatchOutputEnabled"))
    group = logs.get("CloudWatchLogGroupName") or f"/aws/ssm/{command.document}"
    return {
        "Parameters": command.parameters,
        "DocumentContent": command.content,
        "CommandId": command.command_id,
        "DocumentName": command.document,
        "OutputS3BucketName": command.request.get("OutputS3BucketName", ""),
        "OutputS3KeyPrefix": command.request.get("OutputS3KeyPrefix", ""),
        "CloudWatchLogGroupName": group if enabled else "",
        "CloudWatchOutputEnabled": "true" if enabled else "false",
    }


def settle(service: Service, scope: Scope) -> None:
    """
    End what has run out of time.
    """
    for command_id in sorted(scope.open_commands):
        command = scope.commands[command_id]
        if service.now < command.expires:
            continue
        for invocation in command.invocations.values():
            how = "Execution" if invocation.delivered else "Delivery"
            end(service, invocation, "TimedOut", f"{how} Timed Out")
            withdraw(scope, invocation)
        scope.open_commands.discard(command_id)


def withdraw(scope: Scope, invocation: Invocation) -> None:
    """
    Take an invocation's message out of the inbox.
    """
    node = scope.nodes.get(invocation.node_id)
    if node is not None:
        node.inbox = [
            message
            for message in node.inbox
            if message.message_id != invocation.message_id
        ]


def abandon(service: Service, scope: Scope, node: Node) -> None:
    """
    End everything that waits for a node that is no longer registered.
    """
    for command_id in sorted(scope.open_commands):
        invocation = scope.commands[command_id].invocations.get(node.node_id)
        if invocation is not None:
            end(service, invocation, "Failed", "Undeliverable")
            pump(service, scope, scope.commands[command_id])
