"""
What became of commands: ListCommands, ListCommandInvocations, GetCommandInvocation.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.command_views import (
    command_view,
    common_view,
    invocation_view,
    moment,
    shown_status,
    status_of,
    step_status,
    urls,
)
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.pages import from_iso, iso, page
from closednet_rehearsal.ssm.runs import ENDED


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Command, Invocation
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context


STDOUT_LENGTH: Final = 24_000
STDERR_LENGTH: Final = 8_000


def list_commands(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List commands, newest first.
    """
    found = [
        command
        for command in _commands(ctx, request)
        if all(
            _matches(command, each, status_of(ctx.service, command))
            for each in request.get("Filters", [])
        )
    ]
    shown, more = page(found, request)
    views = [command_view(ctx.service, ctx.scope, each) for each in shown]
    return {"Commands": views, **more}


def list_command_invocations(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List commands per node, newest first, with their steps if asked for.
    """
    wanted = request.get("InstanceId")
    found = [
        (command, invocation)
        for command in _commands(ctx, request)
        if _is_visible(ctx, command)
        for invocation in command.invocations.values()
        if wanted in {None, invocation.node_id}
        and all(
            _matches(command, each, shown_status(ctx.service, invocation))
            for each in request.get("Filters", [])
        )
    ]
    shown, more = page(found, request)
    details = bool(request.get("Details"))
    views = [
        invocation_view(ctx.service, ctx.scope, *each, with_steps=details)
        for each in shown
    ]
    return {"CommandInvocations": views, **more}


def _commands(ctx: Context, request: JsonObject) -> list[Command]:
    command_id, node_id = request.get("CommandId"), request.get("InstanceId")
    if command_id and command_id not in ctx.scope.commands:
        raise SsmError("InvalidCommandId", f"{command_id} is not a command")
    return [
        command
        for command in reversed(ctx.scope.commands.values())
        if command_id in {None, command.command_id}
        and (node_id is None or node_id in command.invocations)
    ]


def _is_visible(ctx: Context, command: Command) -> bool:
    visible = command.requested + ctx.service.timings.invocation_visible
    return ctx.now >= visible or command.command_id not in ctx.scope.open_commands


def _matches(command: Command, wanted: JsonObject, status: tuple[str, str]) -> bool:
    key, value = str(wanted["key"]), str(wanted["value"])
    if key == "InvokedAfter":
        return command.requested > from_iso(value)
    if key == "InvokedBefore":
        return command.requested < from_iso(value)
    if key == "DocumentName":
        return command.document == value.rpartition("/")[2]
    if key == "ExecutionStage":
        return (value == "Complete") == (status[0] in ENDED)
    return value in {status[0], status[1].replace(" ", "")}


def get_command_invocation(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Tell one step on one node, with its output.
    """
    command = ctx.scope.commands.get(request["CommandId"])
    if command is None or not _is_visible(ctx, command):
        raise _missing()
    invocation = command.invocations.get(request["InstanceId"])
    if invocation is None:
        raise _missing()
    name = _step_name(invocation, request.get("PluginName"))
    step = invocation.steps[name]
    status, details = shown_status(ctx.service, invocation)
    if len(invocation.steps) > 1:
        status, details = step_status(invocation, step)
    stdout, stderr = urls(ctx.scope, command, invocation, name)
    return {
        **common_view(command, invocation),
        "PluginName": name,
        "ResponseCode": step.code,
        **_times(step.started, step.ended),
        "Status": status,
        "StatusDetails": details,
        "StandardOutputContent": step.stdout[:STDOUT_LENGTH],
        "StandardOutputUrl": stdout,
        "StandardErrorContent": step.stderr[:STDERR_LENGTH],
        "StandardErrorUrl": stderr,
    }


def _missing() -> SsmError:
    message = "An invocation of this command on this node does not exist"
    return SsmError("InvocationDoesNotExist", message)


def _step_name(invocation: Invocation, wanted: str | None) -> str:
    if wanted is None and len(invocation.steps) == 1:
        return next(iter(invocation.steps))
    if wanted is None or wanted not in invocation.steps:
        names = ", ".join(invocation.steps)
        message = f"PluginName must name one step of the document: {names}"
        raise SsmError("InvalidPluginName", message)
    return wanted


def _times(started: str, ended: str) -> JsonObject:
    begin, finish = moment(started), moment(ended)
    elapsed = f"PT{finish - begin:.3f}S" if begin and finish else ""
    return {
        "ExecutionStartDateTime": iso(begin) if begin else "",
        "ExecutionElapsedTime": elapsed,
        "ExecutionEndDateTime": iso(finish) if finish else "",
    }


OPERATIONS = {
    "ListCommands": list_commands,
    "ListCommandInvocations": list_command_invocations,
    "GetCommandInvocation": get_command_invocation,
}
