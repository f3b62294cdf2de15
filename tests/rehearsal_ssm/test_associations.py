"""
State Manager: associations that run at once, on schedule, and on new nodes.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

from tests.rehearsal_ssm.agents import Agent, join, serve
from tests.rehearsal_ssm.answers import success
from tests.rehearsal_ssm.associating import (
    SITE,
    STEP,
    associate,
    association_of,
    executions_of,
)
from tests.rehearsal_ssm.expect import refused


if TYPE_CHECKING:
    from tests.rehearsal_ssm.wires import Cloud


def test_an_association_runs_at_once(agent: Agent, client: Any) -> None:
    association_id = associate(client)
    (payload,) = serve(agent, success(step=STEP))
    (execution,) = executions_of(client, association_id)
    shown = association_of(client, association_id)
    (target,) = client.describe_association_execution_targets(
        AssociationId=association_id, ExecutionId=execution["ExecutionId"]
    )["AssociationExecutionTargets"]

    assert "AWS-UpdateSSMAgent" == payload["DocumentName"]
    assert ("Success", "{Success=1}") == (
        execution["Status"],
        execution["ResourceCountByStatus"],
    )
    assert ("Success", "rate(14 days)") == (
        shown["Overview"]["Status"],
        shown["ScheduleExpression"],
    )
    assert (agent.node_id, "Success") == (target["ResourceId"], target["Status"])
    assert payload["CommandId"] == target["OutputSource"]["OutputSourceId"]


def test_the_schedule_runs_it_again(cloud: Cloud, agent: Agent, client: Any) -> None:
    association_id = associate(client)
    serve(agent, success(step=STEP))
    cloud.wait(14 * 86_400 + 1)

    assert 2 == len(executions_of(client, association_id))
    assert 1 == len(serve(agent, success(step=STEP)))
    cloud.wait(60 * 86_400)
    assert 3 == len(executions_of(client, association_id))


def test_a_cron_association_can_wait(cloud: Cloud, agent: Agent, client: Any) -> None:
    association_id = associate(
        client,
        ScheduleExpression="cron(0 2 ? * SUN *)",
        ApplyOnlyAtCronInterval=True,
    )

    assert [] == executions_of(client, association_id)
    cloud.wait(7 * 86_400)
    assert 1 == len(executions_of(client, association_id))


def test_a_new_node_is_reached(cloud: Cloud, client: Any) -> None:
    association_id = associate(
        client, Targets=[{"Key": "tag:site", "Values": ["tokyo"]}]
    )
    before = len(executions_of(client, association_id))
    agent = join(cloud, Tags=SITE)

    assert 1 == before
    assert 1 == len(serve(agent, success(step=STEP)))
    assert 2 == len(executions_of(client, association_id))


def test_a_newly_tagged_node_is_reached(agent: Agent, client: Any) -> None:
    associate(client, Targets=[{"Key": "tag:site", "Values": ["tokyo"]}])

    assert [] == serve(agent)
    client.add_tags_to_resource(
        ResourceType="ManagedInstance", ResourceId=agent.node_id, Tags=SITE
    )
    assert 1 == len(serve(agent, success(step=STEP)))


def test_it_is_run_on_request(agent: Agent, client: Any) -> None:
    association_id = associate(client)
    serve(agent, success(step=STEP))
    client.start_associations_once(AssociationIds=[association_id])

    assert 1 == len(serve(agent, success(step=STEP)))
    with refused("AssociationDoesNotExist"):
        client.start_associations_once(
            AssociationIds=["00000000-0000-4000-8000-000000000000"]
        )


def test_an_update_replaces_what_it_leaves_out(agent: Agent, client: Any) -> None:
    association_id = associate(client)
    client.update_association(
        AssociationId=association_id, Parameters={"allowDowngrade": ["true"]}
    )
    shown = association_of(client, association_id)

    assert "2" == shown["AssociationVersion"]
    assert {"allowDowngrade": ["true"]} == shown["Parameters"]
    assert "ScheduleExpression" not in shown
    assert [{"Key": "InstanceIds", "Values": ["*"]}] == shown["Targets"]
    assert 2 == len(executions_of(client, association_id))


def test_a_deleted_association_is_gone(agent: Agent, client: Any) -> None:
    association_id = associate(client)
    client.delete_association(AssociationId=association_id)

    assert [] == client.list_associations()["Associations"]
    with refused("AssociationDoesNotExist"):
        association_of(client, association_id)


def test_the_old_form_exists_once(agent: Agent, client: Any) -> None:
    old = {"InstanceId": agent.node_id, "Targets": None}
    associate(client, **old)

    with refused("AssociationAlreadyExists"):
        associate(client, **old)
    shown = client.describe_association(
        Name="AWS-UpdateSSMAgent", InstanceId=agent.node_id
    )["AssociationDescription"]
    assert agent.node_id == shown["InstanceId"]


def test_requests_are_checked(agent: Agent, client: Any) -> None:
    with refused("InvalidSchedule"):
        associate(client, ScheduleExpression="rate(14 day)")
    with refused("ValidationException", "not supported for rate"):
        associate(client, ApplyOnlyAtCronInterval=True)
    with refused("ValidationException", "schema 2"):
        associate(
            client,
            Name="AWS-ConfigureAWSPackage",
            InstanceId=agent.node_id,
            Targets=None,
            Parameters={"action": ["Install"], "name": ["AmazonCloudWatchAgent"]},
        )
    with refused("InvalidTarget"):
        associate(client, Targets=[{"Key": "Colour", "Values": ["red"]}])
    with refused("InvalidTarget"):
        associate(client, Targets=None)
    with refused("InvalidParameters"):
        associate(client, Parameters={"colour": ["red"]})
    with refused("InvalidDocument"):
        associate(client, Name="No-Such")
    with refused("ValidationException", "regular expression"):
        associate(client, AssociationName="no spaces allowed")


def test_only_the_latest_version_is_known(agent: Agent, client: Any) -> None:
    association_id = associate(client)
    asked = {"AssociationId": association_id, "AssociationVersion": "7"}

    with refused("InvalidAssociationVersion"):
        client.describe_association(**asked)
    with refused("InvalidAssociationVersion"):
        client.update_association(**asked)


def test_a_document_in_use_is_kept(agent: Agent, client: Any) -> None:
    step = {
        "action": "aws:runShellScript",
        "name": "greet",
        "inputs": {"runCommand": ["echo hello"]},
    }
    text = json.dumps({"schemaVersion": "2.2", "mainSteps": [step]})
    client.create_document(Name="Greet", Content=text, DocumentType="Command")
    association_id = associate(client, Name="Greet")

    with refused("AssociatedInstances"):
        client.delete_document(Name="Greet")
    client.delete_association(AssociationId=association_id)
    client.delete_document(Name="Greet")


def test_associations_have_tags(agent: Agent, client: Any) -> None:
    tags = [{"Key": "Owner", "Value": "runbook"}]
    association_id = associate(client, Tags=tags)
    listed = client.list_tags_for_resource(
        ResourceType="Association", ResourceId=association_id
    )

    assert tags == listed["TagList"]
