"""
What agents report about commands, in whatever order it arrives.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.ssm import dispatch
from closednet_rehearsal.ssm.runs import ENDED, Step


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Command, Invocation
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Scope


PREFIX: Final = "aws.ssm."
SUCCESSES: Final = frozenset(
    {"Success", "SuccessAndReboot", "PassedAndReboot", "Skipped"}
)


def delivered(scope: Scope, message_id: str) -> tuple[Command, Invocation] | None:
    """
    Note that an agent has a message; return whose it was, if it was a command's.
    """
    command_id, _, node_id = message_id.removeprefix(PREFIX).partition(".")
    command = scope.commands.get(command_id)
    invocation = command.invocations.get(node_id) if command else None
    if command is None or invocation is None:
        return None
    invocation.delivered = True
    if invocation.status == "Pending":
        invocation.status = invocation.details = "InProgress"
    return command, invocation


def reply(service: Service, scope: Scope, message_id: str, payload: Any) -> None:
    """
    Take an agent's reply; one that comes after the end changes nothing.
    """
    found = delivered(scope, message_id)
    if found is None or found[1].status in ENDED:
        return
    command, invocation = found
    for name, result in (payload.get("runtimeStatus") or {}).items():
        _note_step(invocation, name, result)
    invocation.trace = payload.get("documentTraceOutput", "")
    status = payload.get("documentStatus", "InProgress")
    if status in SUCCESSES:
        _skip_unreported(invocation)
        dispatch.end(service, invocation, "Success", "Success")
    elif status == "TimedOut":
        dispatch.end(service, invocation, "TimedOut", "Execution Timed Out")
    elif status in ENDED:
        dispatch.end(service, invocation, status, status)
    dispatch.pump(service, scope, command)


def _skip_unreported(invocation: Invocation) -> None:
    # An agent passes over the steps of other platforms, and they count as done.
    for step in invocation.steps.values():
        if step.status == "Pending":
            step.status, step.code = "Success", 0
            step.output = "Step execution skipped due to unsupported platform."


def _note_step(invocation: Invocation, name: str, result: JsonObject) -> None:
    known = invocation.steps
    step = known.get(name) or known.get(result.get("stepName") or "")
    if step is None:
        step = known.setdefault(name, Step())
    status = result.get("status", "InProgress")
    if step.status in ENDED and status not in ENDED | SUCCESSES:
        return
    step.status = "Success" if status in SUCCESSES else status
    step.code = int(result.get("code", -1))
    step.stdout = result.get("standardOutput", "")
    step.stderr = result.get("standardError", "")
    step.output = result.get("output", "")
    step.started = result.get("startDateTime", "")
    step.ended = result.get("endDateTime", "")
