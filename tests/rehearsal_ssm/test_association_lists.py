"""
What is told of associations and their runs.
"""

from __future__ import annotations

from typing import Any

from tests.rehearsal_ssm.agents import Agent, serve
from tests.rehearsal_ssm.answers import result, success
from tests.rehearsal_ssm.associating import (
    NAME,
    STEP,
    associate,
    association_of,
    executions_of,
)
from tests.rehearsal_ssm.expect import refused


def test_associations_are_found_by_name(agent: Agent, client: Any) -> None:
    made = [associate(client, AssociationName=f"update-{n}") for n in range(7)]
    pages = client.get_paginator("list_associations")
    wanted = [{"key": "AssociationName", "value": "update-3"}]
    found = pages.paginate(AssociationFilterList=wanted)

    assert made == list(pages.paginate().search("Associations[].AssociationId"))
    assert [made[3]] == list(found.search("Associations[].AssociationId"))


def test_what_applies_to_a_node_is_told(agent: Agent, client: Any) -> None:
    association_id = associate(client)
    (shown,) = client.describe_effective_instance_associations(
        InstanceId=agent.node_id
    )["Associations"]

    assert association_id == shown["AssociationId"]
    assert STEP in shown["Content"]


def test_executions_are_filtered(agent: Agent, client: Any) -> None:
    association_id = associate(client)
    serve(agent, success(step=STEP))

    def count(key: str, value: str, kind: str = "EQUAL") -> int:
        wanted = [{"Key": key, "Value": value, "Type": kind}]
        answer = client.describe_association_executions(
            AssociationId=association_id, Filters=wanted
        )
        return len(answer["AssociationExecutions"])

    assert (1, 0) == (count("Status", "Success"), count("Status", "Failed"))
    assert 1 == count("CreatedTime", "2026-01-01T00:00:00Z", "GREATER_THAN")
    assert 0 == count("CreatedTime", "2026-01-01T00:00:00Z", "LESS_THAN")
    with refused("AssociationExecutionDoesNotExist"):
        client.describe_association_execution_targets(
            AssociationId=association_id,
            ExecutionId="00000000-0000-4000-8000-000000000000",
        )


def test_a_failure_is_seen_everywhere(agent: Agent, client: Any) -> None:
    association_id = associate(client)
    serve(agent, result("Failed", 1, step=STEP))
    (node,) = client.describe_instance_information()["InstanceInformationList"]
    (info,) = client.describe_instance_associations_status(InstanceId=agent.node_id)[
        "InstanceAssociationStatusInfos"
    ]

    assert "Failed" == association_of(client, association_id)["Overview"]["Status"]
    assert "Failed" == node["AssociationStatus"]
    assert ("Failed", NAME) == (info["Status"], info["AssociationName"])


def test_it_is_pending_until_a_node_answers(agent: Agent, client: Any) -> None:
    association_id = associate(client)

    assert "Pending" == executions_of(client, association_id)[0]["Status"]
    assert {"Pending": 1} == association_of(client, association_id)["Overview"][
        "AssociationStatusAggregatedCount"
    ]


def test_associations_are_filtered(agent: Agent, client: Any) -> None:
    made = associate(client)
    serve(agent, success(step=STEP))

    def found(key: str, value: str) -> list[str]:
        wanted = [{"key": key, "value": value}]
        answer = client.list_associations(AssociationFilterList=wanted)
        return [each["AssociationId"] for each in answer["Associations"]]

    assert [made] == found("Name", "AWS-UpdateSSMAgent")
    assert [made] == found("AssociationId", made)
    assert [made] == found("AssociationStatusName", "Success")
    assert [] == found("LastExecutedBefore", "2026-01-01T00:00:00Z")
    assert [made] == found("LastExecutedAfter", "2026-01-01T00:00:00Z")
