"""
Lists of associations, of their runs, and of what applies to a node.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from closednet_rehearsal.ssm import executions
from closednet_rehearsal.ssm.association_views import listed_view, overview
from closednet_rehearsal.ssm.associations import known
from closednet_rehearsal.ssm.command_views import shown_status
from closednet_rehearsal.ssm.documents import find, find_version
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.pages import from_iso, page


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Association, Execution
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context
    from closednet_rehearsal.ssm.state import Node


def list_associations(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List the associations that match every filter, oldest first.
    """
    filters = request.get("AssociationFilterList", [])
    found = [
        association
        for association in ctx.scope.associations.values()
        if all(_matches(ctx, association, each) for each in filters)
    ]
    shown, more = page(found, request)
    views = [listed_view(ctx.service, ctx.scope, each) for each in shown]
    return {"Associations": views, **more}


def _matches(ctx: Context, association: Association, wanted: JsonObject) -> bool:
    key, value = str(wanted["key"]), str(wanted["value"])
    runs = association.executions
    if key == "LastExecutedBefore":
        return bool(runs) and runs[-1].created < from_iso(value)
    if key == "LastExecutedAfter":
        return bool(runs) and runs[-1].created > from_iso(value)
    if key == "AssociationStatusName":
        status = overview(ctx.service, ctx.scope, association)["Status"]
        return bool(status == value)
    if key == "AssociationId":
        return association.association_id == value
    return bool(association.request.get(key) == value)


def describe_association_executions(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List the runs of an association, newest first.
    """
    association = known(ctx, request["AssociationId"])
    views = [_run(ctx, association, each) for each in association.executions[::-1]]
    found = [
        view
        for view in views
        if all(_compares(view, each) for each in request.get("Filters", []))
    ]
    shown, more = page(found, request)
    return {"AssociationExecutions": shown, **more}


def _compares(view: JsonObject, wanted: JsonObject) -> bool:
    value, text = view[wanted["Key"]], wanted["Value"]
    if wanted["Key"] != "CreatedTime":
        return bool(value == text)
    moment = from_iso(text)
    outcomes = {"LESS_THAN": value < moment, "GREATER_THAN": value > moment}
    return bool(outcomes.get(wanted["Type"], value == moment))


def _run(ctx: Context, association: Association, execution: Execution) -> JsonObject:
    command = ctx.scope.commands[execution.command_id]
    status, details = executions.status(ctx.service, command)
    found = Counter(
        executions.node_status(ctx.service, command, node_id)
        for node_id in command.invocations
    )
    counted = ", ".join(f"{name}={count}" for name, count in sorted(found.items()))
    return {
        "AssociationId": association.association_id,
        "AssociationVersion": str(execution.association_version),
        "ExecutionId": execution.execution_id,
        "Status": status,
        "DetailedStatus": details,
        "CreatedTime": execution.created,
        "LastExecutionDate": executions.ended(command),
        "ResourceCountByStatus": "{" + counted + "}",
    }


def describe_association_execution_targets(
    ctx: Context, request: JsonObject
) -> JsonObject:
    """
    List the nodes of one run and how it went on each.
    """
    association = known(ctx, request["AssociationId"])
    views = _run_targets(ctx, association, _execution(association, request))
    found = [
        view
        for view in views
        if all(
            view[each["Key"]] == each["Value"] for each in request.get("Filters", [])
        )
    ]
    shown, more = page(found, request)
    return {"AssociationExecutionTargets": shown, **more}


def _execution(association: Association, request: JsonObject) -> Execution:
    for execution in association.executions:
        if execution.execution_id == request["ExecutionId"]:
            return execution
    message = f"Execution {request['ExecutionId']} does not exist"
    raise SsmError("AssociationExecutionDoesNotExist", message)


def _run_targets(
    ctx: Context, association: Association, execution: Execution
) -> list[JsonObject]:
    command = ctx.scope.commands[execution.command_id]
    return [
        {
            "AssociationId": association.association_id,
            "AssociationVersion": str(execution.association_version),
            "ExecutionId": execution.execution_id,
            "ResourceId": node_id,
            "ResourceType": "ManagedInstance",
            "Status": executions.node_status(ctx.service, command, node_id),
            "DetailedStatus": shown_status(ctx.service, invocation)[1],
            "LastExecutionDate": invocation.ended,
            "OutputSource": {
                "OutputSourceId": command.command_id,
                "OutputSourceType": "RunCommand",
            },
        }
        for node_id, invocation in command.invocations.items()
    ]


def _applied(ctx: Context, node: Node) -> list[Association]:
    return [
        association
        for association in ctx.scope.associations.values()
        if executions.latest(ctx.scope, association, node.node_id)
    ]


def describe_instance_associations_status(
    ctx: Context, request: JsonObject
) -> JsonObject:
    """
    List the associations of a node with the status of their last run.
    """
    node = ctx.node(request["InstanceId"])
    shown, more = page(_applied(ctx, node), request)
    views = [_status_info(ctx, association, node) for association in shown]
    return {"InstanceAssociationStatusInfos": views, **more}


def _status_info(ctx: Context, association: Association, node: Node) -> JsonObject:
    last = executions.latest(ctx.scope, association, node.node_id)
    if last is None:
        return {}
    execution, command = last
    status = executions.node_status(ctx.service, command, node.node_id)
    details = shown_status(ctx.service, command.invocations[node.node_id])[1]
    return {
        "AssociationId": association.association_id,
        "Name": association.request["Name"],
        "DocumentVersion": association.request.get("DocumentVersion", "$DEFAULT"),
        "AssociationVersion": str(execution.association_version),
        "InstanceId": node.node_id,
        "ExecutionDate": execution.created,
        "Status": status,
        "DetailedStatus": details,
        "ExecutionSummary": f"Command {command.command_id}: {status}",
        "AssociationName": association.request.get("AssociationName"),
    }


def describe_effective_instance_associations(
    ctx: Context, request: JsonObject
) -> JsonObject:
    """
    List the associations that apply to a node, with their documents' text.
    """
    node = ctx.node(request["InstanceId"])
    shown, more = page(_applied(ctx, node), request)
    views = [
        {
            "AssociationId": association.association_id,
            "InstanceId": node.node_id,
            "Content": find_version(
                find(ctx.scope, association.request["Name"]),
                association.request.get("DocumentVersion"),
            ).text,
            "AssociationVersion": str(association.version),
        }
        for association in shown
    ]
    return {"Associations": views, **more}


OPERATIONS = {
    "ListAssociations": list_associations,
    "DescribeAssociationExecutions": describe_association_executions,
    "DescribeAssociationExecutionTargets": describe_association_execution_targets,
    "DescribeInstanceAssociationsStatus": describe_instance_associations_status,
    "DescribeEffectiveInstanceAssociations": describe_effective_instance_associations,
}
