"""
How commands and invocations look from outside.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from closednet_rehearsal.ssm import dispatch
from closednet_rehearsal.ssm.runs import ENDED


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Command, Invocation, Step
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Scope


ECHOED = (
    "Comment",
    "InstanceIds",
    "Targets",
    "OutputS3BucketName",
    "OutputS3KeyPrefix",
    "NotificationConfig",
    "CloudWatchOutputConfig",
)
OUTPUT_LENGTH = 2500


def status_of(service: Service, command: Command) -> tuple[str, str]:
    """
    Return a command's status and its details, from its invocations.
    """
    invocations = command.invocations.values()
    if not invocations:
        visible = command.requested + service.timings.invocation_visible
        waiting = service.now < visible
        return ("Pending", "Pending") if waiting else ("Success", "NoInstancesInTag")
    statuses = {each.status for each in invocations}
    if not statuses <= ENDED:
        return _running(statuses)
    return _ended(command, Counter(each.details for each in invocations))


def _running(statuses: set[str]) -> tuple[str, str]:
    for status in ("Cancelling", "InProgress"):
        if status in statuses:
            return status, status
    status = "Pending" if statuses == {"Pending"} else "InProgress"
    return status, status


def _ended(command: Command, details: Counter[str]) -> tuple[str, str]:
    if details["Success"] == len(command.invocations):
        return "Success", "Success"
    if dispatch.errors(command) > command.max_errors:
        timed_out = details["Execution Timed Out"] == len(command.invocations)
        return ("TimedOut", "Execution Timed Out") if timed_out else ("Failed",) * 2
    if details["Cancelled"]:
        return "Cancelled", "Cancelled"
    if details["Delivery Timed Out"] == len(command.invocations):
        return "TimedOut", "Delivery Timed Out"
    return "Failed", "Incomplete"


def command_view(service: Service, scope: Scope, command: Command) -> JsonObject:
    """
    Return a command the way ListCommands tells it.
    """
    status, details = status_of(service, command)
    invocations = command.invocations.values()
    late = sum(each.details == "Delivery Timed Out" for each in invocations)
    return {
        "CommandId": command.command_id,
        "DocumentName": command.document,
        "DocumentVersion": command.request.get("DocumentVersion", "$DEFAULT"),
        "ExpiresAfter": command.expires,
        "Parameters": command.request.get("Parameters", {}),
        "RequestedDateTime": command.requested,
        "Status": status,
        "StatusDetails": details,
        "OutputS3Region": scope.region,
        "MaxConcurrency": command.request.get("MaxConcurrency", "50"),
        "MaxErrors": command.request.get("MaxErrors", "0"),
        "TargetCount": len(invocations),
        "CompletedCount": sum(each.status in ENDED for each in invocations),
        "ErrorCount": dispatch.errors(command),
        "DeliveryTimedOutCount": late,
        "ServiceRole": command.request.get("ServiceRoleArn"),
        "TimeoutSeconds": round(command.deliver_before - command.requested),
        **_echo(command),
    }


def _echo(command: Command) -> JsonObject:
    return {key: command.request.get(key) for key in ECHOED}


def shown_status(service: Service, invocation: Invocation) -> tuple[str, str]:
    """
    Return an invocation's status; one that nobody fetches becomes Delayed.
    """
    since = invocation.dispatched
    late = since is not None and (
        service.now - since > service.timings.delivery_delayed
    )
    if invocation.status == "Pending" and late:
        return "Delayed", "Delayed"
    return invocation.status, invocation.details


def invocation_view(
    service: Service,
    scope: Scope,
    command: Command,
    invocation: Invocation,
    *,
    with_steps: bool,
) -> JsonObject:
    """
    Return an invocation the way ListCommandInvocations tells it.
    """
    status, details = shown_status(service, invocation)
    plugins = [
        _plugin(scope, command, invocation, name, step)
        for name, step in invocation.steps.items()
    ]
    return {
        **common_view(command, invocation),
        "InstanceName": invocation.name,
        "RequestedDateTime": command.requested,
        "Status": status,
        "StatusDetails": details,
        "TraceOutput": invocation.trace[:OUTPUT_LENGTH],
        "StandardOutputUrl": "",
        "StandardErrorUrl": "",
        "CommandPlugins": plugins if with_steps else [],
    }


def common_view(command: Command, invocation: Invocation) -> JsonObject:
    """
    Return what every view of an invocation has.
    """
    no_logs = {"CloudWatchLogGroupName": "", "CloudWatchOutputEnabled": False}
    request = command.request
    return {
        "CommandId": command.command_id,
        "InstanceId": invocation.node_id,
        "Comment": request.get("Comment"),
        "DocumentName": command.document,
        "DocumentVersion": request.get("DocumentVersion", "$DEFAULT"),
        "CloudWatchOutputConfig": request.get("CloudWatchOutputConfig", no_logs),
    }


def _plugin(
    scope: Scope, command: Command, invocation: Invocation, name: str, step: Step
) -> JsonObject:
    stdout, stderr = urls(scope, command, invocation, name)
    request = command.request
    status, details = step_status(invocation, step)
    return {
        "Name": name,
        "Status": status,
        "StatusDetails": details,
        "ResponseCode": step.code,
        "ResponseStartDateTime": moment(step.started),
        "ResponseFinishDateTime": moment(step.ended),
        "Output": (step.output or step.stdout)[:OUTPUT_LENGTH],
        "StandardOutputUrl": stdout,
        "StandardErrorUrl": stderr,
        "OutputS3Region": scope.region,
        "OutputS3BucketName": request.get("OutputS3BucketName", ""),
        "OutputS3KeyPrefix": request.get("OutputS3KeyPrefix", ""),
    }


def step_status(invocation: Invocation, step: Step) -> tuple[str, str]:
    """
    Return a step's status; one that never ran shares the invocation's end.
    """
    if step.status not in ENDED and invocation.status in ENDED:
        return invocation.status, invocation.details
    return step.status, step.status


def urls(
    scope: Scope, command: Command, invocation: Invocation, name: str
) -> tuple[str, str]:
    """
    Return where the agent uploads a step's output; empty without a bucket.
    """
    bucket = command.request.get("OutputS3BucketName")
    if not bucket:
        return "", ""
    prefix = command.request.get("OutputS3KeyPrefix", "").strip("/")
    folder = name.replace(":", "")
    # Schema 1.2 runs plugin `aws:x` with the id `0.aws:x`; schema 2 runs steps.
    leaf = f"0.{name}".replace("aws:", "aws") if ":" in name else ""
    parts = (bucket, prefix, command.command_id, invocation.node_id, folder, leaf)
    path = "/".join(part for part in parts if part)
    base = f"https://s3.{scope.region}.amazonaws.com/{path}"
    return f"{base}/stdout", f"{base}/stderr"


def moment(text: str) -> float | None:
    """
    Return the epoch seconds of a time that an agent reported.
    """
    if not text:
        return None
    try:
        return datetime.fromisoformat(text).timestamp()
    except ValueError:
        return None
