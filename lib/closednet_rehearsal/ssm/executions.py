"""
The engine of State Manager: runs associations, and tells how the runs went.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from closednet_rehearsal.ssm import dispatch
from closednet_rehearsal.ssm.command_views import shown_status, status_of
from closednet_rehearsal.ssm.commands import new_command
from closednet_rehearsal.ssm.documents import find
from closednet_rehearsal.ssm.runs import ENDED, Execution
from closednet_rehearsal.ssm.schedule import parse_schedule
from closednet_rehearsal.ssm.targets import matches, targeted_nodes


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Association, Command
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Node, Scope


def targets_of(association: Association) -> list[JsonObject]:
    """
    Return the targets; an association for one instance targets that.
    """
    if "InstanceId" in association.request:
        return [{"Key": "InstanceIds", "Values": [association.request["InstanceId"]]}]
    return list(association.request.get("Targets", []))


def run(
    service: Service,
    scope: Scope,
    association: Association,
    nodes: list[Node] | None = None,
) -> Execution:
    """
    Run an association now, on all its targets unless told otherwise.
    """
    if nodes is None:
        nodes = targeted_nodes(scope, targets_of(association))
    request = _command_request(service, association)
    document = find(scope, association.request["Name"])
    command = new_command(service, scope, request, document, len(nodes))
    command.association_id = association.association_id
    execution = Execution(
        execution_id=service.world.ids.uuid("execution", association.association_id),
        association_version=association.version,
        created=service.now,
        command_id=command.command_id,
    )
    association.executions.append(execution)
    association.applied.update(node.node_id for node in nodes)
    dispatch.start(service, scope, command, nodes)
    return execution


def _command_request(service: Service, association: Association) -> JsonObject:
    said = association.request
    location = said.get("OutputLocation", {}).get("S3Location", {})
    kept = ("Parameters", "DocumentVersion", "MaxConcurrency", "MaxErrors")
    return {
        **{key: said[key] for key in kept if key in said},
        "DocumentName": said["Name"],
        "Targets": targets_of(association),
        # An offline node gets the association when it comes back.
        "TimeoutSeconds": service.timings.association_timeout,
        "OutputS3BucketName": location.get("OutputS3BucketName", ""),
        "OutputS3KeyPrefix": location.get("OutputS3KeyPrefix", ""),
    }


def plan_next(association: Association, moment: float) -> None:
    """
    Note when the schedule runs next after `moment`.
    """
    text = association.request.get("ScheduleExpression")
    association.next_run = parse_schedule(text).after(moment) if text else None


def settle(service: Service, scope: Scope) -> None:
    """
    Run what its schedule has made due; runs that were missed happen once.
    """
    for association in list(scope.associations.values()):
        due = association.next_run
        if due is None or due > service.now:
            continue
        run(service, scope, association)
        while association.next_run and association.next_run <= service.now:
            plan_next(association, association.next_run)


def apply_to(service: Service, scope: Scope, node: Node) -> None:
    """
    Run what targets a node that is new or has new tags.
    """
    for association in scope.associations.values():
        waits = association.request.get("ApplyOnlyAtCronInterval", False)
        if waits or node.node_id in association.applied:
            continue
        targets = targets_of(association)
        if targets and all(matches(node, each) for each in targets):
            run(service, scope, association, [node])


def status(service: Service, command: Command) -> tuple[str, str]:
    """
    Return an execution's status; what waits for offline nodes is Pending.
    """
    name, details = status_of(service, command)
    return ("Failed", details) if name in {"TimedOut", "Cancelled"} else (name, details)


def latest(
    scope: Scope, association: Association, node_id: str
) -> tuple[Execution, Command] | None:
    """
    Return the last run of an association that touched a node.
    """
    for execution in reversed(association.executions):
        command = scope.commands[execution.command_id]
        if node_id in command.invocations:
            return execution, command
    return None


def counts(service: Service, scope: Scope, association: Association) -> Counter[str]:
    """
    Count the nodes of an association by the status of their last run.
    """
    found: Counter[str] = Counter()
    for node_id in association.applied & set(scope.nodes):
        last = latest(scope, association, node_id)
        if last is not None:
            found[node_status(service, last[1], node_id)] += 1
    return found


def node_status(service: Service, command: Command, node_id: str) -> str:
    """
    Return how a run went on one node, in the words of associations.
    """
    name, _ = shown_status(service, command.invocations[node_id])
    return {"Delayed": "Pending", "TimedOut": "Failed", "Cancelled": "Failed"}.get(
        name, name
    )


def worst(found: Counter[str]) -> str:
    """
    Return one status for many: a failure first, success only if all succeeded.
    """
    for name in ("Failed", "InProgress", "Pending"):
        if found[name]:
            return name
    return "Success" if found else "Pending"


def ended(command: Command) -> float | None:
    """
    Return when the last invocation ended; None while any is open.
    """
    invocations = command.invocations.values()
    if any(each.status not in ENDED for each in invocations):
        return None
    return max((each.ended or 0.0 for each in invocations), default=command.requested)


def node_overview(service: Service, scope: Scope, node: Node) -> JsonObject:
    """
    Return the association members of a node's description.
    """
    found: Counter[str] = Counter()
    moments: list[float] = []
    for association in scope.associations.values():
        last = latest(scope, association, node.node_id)
        if last is not None:
            found[node_status(service, last[1], node.node_id)] += 1
            moments.append(last[0].created)
    if not found:
        return {}
    return {
        "AssociationStatus": worst(found),
        "LastAssociationExecutionDate": max(moments),
        "AssociationOverview": {
            "DetailedStatus": worst(found),
            "InstanceAssociationStatusAggregatedCount": dict(found),
        },
    }
