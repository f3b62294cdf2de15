"""
Run Command: SendCommand and CancelCommand.
"""

from __future__ import annotations

import json

from hashlib import sha1, sha256
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm import dispatch
from closednet_rehearsal.ssm.command_views import command_view
from closednet_rehearsal.ssm.document_content import parse, resolve
from closednet_rehearsal.ssm.documents import find, find_version
from closednet_rehearsal.ssm.errors import SsmError, invalid_instance
from closednet_rehearsal.ssm.runs import ENDED, Command
from closednet_rehearsal.ssm.state import Message
from closednet_rehearsal.ssm.targets import (
    check_targets,
    named_nodes,
    targeted_nodes,
)


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context, Service
    from closednet_rehearsal.ssm.state import Document, DocumentVersion, Node, Scope


DELIVERY_TIMEOUT_S: Final = 3600
EXECUTION_TIMEOUT_S: Final = 3600


def send_command(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Send a document to nodes named by id or found by their tags.
    """
    document = find(ctx.scope, request["DocumentName"])
    nodes = _nodes(ctx, request)
    _check_platforms(document, nodes)
    command = new_command(ctx.service, ctx.scope, request, document, len(nodes))
    dispatch.start(ctx.service, ctx.scope, command, nodes)
    return {"Command": command_view(ctx.service, ctx.scope, command)}


def _nodes(ctx: Context, request: JsonObject) -> list[Node]:
    ids, targets = request.get("InstanceIds", []), request.get("Targets", [])
    if bool(ids) == bool(targets):
        message = "Specify either InstanceIds or Targets"
        raise SsmError("InvalidParameters", message)
    if ids:
        return named_nodes(ctx.service, ctx.scope, ids)
    check_targets(targets, "InvalidParameters")
    for target in targets:
        if target["Key"] == "InstanceIds":
            unknown = [each for each in target["Values"] if each not in ctx.scope.nodes]
            if unknown:
                raise invalid_instance(*unknown, account=ctx.scope.account)
    return targeted_nodes(ctx.scope, targets)


def _check_platforms(document: Document, nodes: list[Node]) -> None:
    for node in nodes:
        platform = node.details.get("PlatformType", "Linux")
        if platform not in document.platforms:
            message = f"{document.name} does not support {platform} ({node.node_id})"
            raise SsmError("UnsupportedPlatformType", message)


def new_command(
    service: Service,
    scope: Scope,
    request: JsonObject,
    document: Document,
    count: int,
) -> Command:
    """
    Return a command for `count` nodes, its document and parameters checked.
    """
    version = find_version(document, request.get("DocumentVersion"))
    _check_document(document, version, request)
    content = parse(version.text, version.format)
    parameters = resolve(content, request.get("Parameters", {}))
    key = (scope.account, scope.region, document.name, _addressed(request))
    delivered = service.now + request.get("TimeoutSeconds", DELIVERY_TIMEOUT_S)
    return Command(
        command_id=service.world.ids.uuid("command", *key),
        request=request,
        document=document.name,
        content=content,
        parameters=parameters,
        requested=service.now,
        deliver_before=delivered,
        expires=delivered + _running_time(parameters),
        max_concurrency=dispatch.concurrency(request, count),
        max_errors=dispatch.tolerance(request, count),
        invocations={},
    )


def _running_time(parameters: JsonObject) -> int:
    execution = str(parameters.get("executionTimeout", ""))
    return int(execution) if execution.isdigit() else EXECUTION_TIMEOUT_S


def _addressed(request: JsonObject) -> str:
    targets = request.get("Targets"), request.get("InstanceIds")
    return json.dumps(targets, sort_keys=True)


def _check_document(
    document: Document, version: DocumentVersion, request: JsonObject
) -> None:
    if document.type not in {"Command", "Policy"}:
        message = f"Document type {document.type} is not supported"
        raise SsmError("InvalidDocument", message)
    given = request.get("DocumentHash")
    if not given:
        return
    is_sha1 = request.get("DocumentHashType") == "Sha1"
    algorithm = sha1 if is_sha1 else sha256
    if algorithm(version.text.encode()).hexdigest() != given.lower():
        raise SsmError("InvalidDocument", "The document's hash does not match")


def cancel_command(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Cancel a command where it has not ended; a running one is asked to stop.
    """
    command = ctx.scope.commands.get(request["CommandId"])
    if command is None:
        raise SsmError("InvalidCommandId", f"{request['CommandId']} is not a command")
    wanted = request.get("InstanceIds") or list(command.invocations)
    for node_id in wanted:
        if node_id not in command.invocations:
            raise invalid_instance(node_id, account=ctx.scope.account)
        _cancel(ctx, command, node_id)
    dispatch.pump(ctx.service, ctx.scope, command)
    return {}


def _cancel(ctx: Context, command: Command, node_id: str) -> None:
    invocation = command.invocations[node_id]
    if invocation.status in ENDED | {"Cancelling"}:
        return
    if not invocation.delivered:
        dispatch.withdraw(ctx.scope, invocation)
        dispatch.end(ctx.service, invocation, "Cancelled", "Cancelled")
        return
    invocation.status = invocation.details = "Cancelling"
    cancel_id = ctx.service.world.ids.uuid("cancel", command.command_id, node_id)
    message = Message(
        message_id=f"aws.ssm.{cancel_id}.{node_id}",
        topic=f"aws.ssm.cancelCommand.{ctx.scope.region}.{node_id}",
        payload=json.dumps({"CancelMessageId": invocation.message_id}),
        created=ctx.now,
        deliver_before=command.expires,
    )
    dispatch.send(ctx.service, ctx.scope.nodes[node_id], message)


OPERATIONS = {"SendCommand": send_command, "CancelCommand": cancel_command}
