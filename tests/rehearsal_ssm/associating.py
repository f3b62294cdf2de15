"""
Associations as the tests make and read them.
"""

from __future__ import annotations

from typing import Any


NAME = "SystemAssociationForSsmAgentUpdate"
STEP = "aws:updateSsmAgent"
SITE = [{"Key": "site", "Value": "tokyo"}]


def associate(client: Any, **request: Any) -> str:
    """
    Create an association; return its id.
    """
    request = {
        "Name": "AWS-UpdateSSMAgent",
        "AssociationName": NAME,
        "Targets": [{"Key": "InstanceIds", "Values": ["*"]}],
        "ScheduleExpression": "rate(14 days)",
        "MaxConcurrency": "50",
        "MaxErrors": "10%",
        **request,
    }
    given = {key: value for key, value in request.items() if value is not None}
    answer = client.create_association(**given)
    return str(answer["AssociationDescription"]["AssociationId"])


def executions_of(client: Any, association_id: str) -> list[dict[str, Any]]:
    """
    Return all runs of an association, newest first.
    """
    pages = client.get_paginator("describe_association_executions").paginate(
        AssociationId=association_id
    )
    return list(pages.search("AssociationExecutions[]"))


def association_of(client: Any, association_id: str) -> dict[str, Any]:
    """
    Return an association as it is described.
    """
    answer = client.describe_association(AssociationId=association_id)
    return dict(answer["AssociationDescription"])
