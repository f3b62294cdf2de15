"""
How associations look from outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet_rehearsal.ssm import executions


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Association
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Scope


SAID = (
    "Name",
    "InstanceId",
    "AutomationTargetParameterName",
    "Parameters",
    "ScheduleExpression",
    "OutputLocation",
    "AssociationName",
    "MaxErrors",
    "MaxConcurrency",
    "ComplianceSeverity",
    "SyncCompliance",
    "CalendarNames",
    "ScheduleOffset",
    "Duration",
    "AssociationDispatchAssumeRole",
)
LISTED = ("Name", "InstanceId", "ScheduleExpression", "AssociationName")


def association_view(
    service: Service, scope: Scope, association: Association
) -> JsonObject:
    """
    Return an association the way DescribeAssociation tells it.
    """
    said = association.request
    return {
        **{key: said.get(key) for key in SAID},
        "AssociationId": association.association_id,
        "AssociationVersion": str(association.version),
        "DocumentVersion": said.get("DocumentVersion", "$DEFAULT"),
        "Targets": executions.targets_of(association),
        "Date": association.created,
        "LastUpdateAssociationDate": association.updated,
        "ApplyOnlyAtCronInterval": said.get("ApplyOnlyAtCronInterval", False),
        "Overview": overview(service, scope, association),
        "LastExecutionDate": _last_execution(association),
        "LastSuccessfulExecutionDate": _last_success(service, scope, association),
    }


def listed_view(service: Service, scope: Scope, association: Association) -> JsonObject:
    """
    Return an association the way ListAssociations tells it.
    """
    said = association.request
    return {
        **{key: said.get(key) for key in LISTED},
        "AssociationId": association.association_id,
        "AssociationVersion": str(association.version),
        "DocumentVersion": said.get("DocumentVersion"),
        "Targets": executions.targets_of(association),
        "LastExecutionDate": _last_execution(association),
        "Overview": overview(service, scope, association),
    }


def overview(service: Service, scope: Scope, association: Association) -> JsonObject:
    """
    Return the status over all nodes.
    """
    found = executions.counts(service, scope, association)
    status = executions.worst(found)
    return {
        "Status": status,
        "DetailedStatus": status,
        "AssociationStatusAggregatedCount": dict(sorted(found.items())),
    }


def _last_execution(association: Association) -> float | None:
    runs = association.executions
    return runs[-1].created if runs else None


def _last_success(
    service: Service, scope: Scope, association: Association
) -> float | None:
    for execution in reversed(association.executions):
        command = scope.commands[execution.command_id]
        if executions.status(service, command)[0] == "Success":
            return executions.ended(command)
    return None
