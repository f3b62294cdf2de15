"""
Run Command on a node that answers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.rehearsal_ssm.agents import Agent, serve
from tests.rehearsal_ssm.answers import IN_PROGRESS, result, success
from tests.rehearsal_ssm.expect import refused
from tests.rehearsal_ssm.sending import (
    SHELL,
    invocations_of,
    send,
    status_of,
)


if TYPE_CHECKING:
    from tests.rehearsal_ssm.wires import Cloud


def test_a_command_runs_on_a_node(cloud: Cloud, agent: Agent, client: Any) -> None:
    command_id = send(client, InstanceIds=[agent.node_id], Comment="greet")
    (payload,) = serve(agent)
    cloud.wait(1)
    shown = client.get_command_invocation(
        CommandId=command_id, InstanceId=agent.node_id
    )

    assert ["echo hello"] == payload["Parameters"]["commands"]
    assert "3600" == payload["Parameters"]["executionTimeout"]
    assert "runtimeConfig" in payload["DocumentContent"]
    assert ("Success", 0) == (shown["Status"], shown["ResponseCode"])
    assert ("hello\n", "PT0.250S") == (
        shown["StandardOutputContent"],
        shown["ExecutionElapsedTime"],
    )
    assert ("Success", "Success") == status_of(client, command_id)


def test_a_message_has_what_agents_need(agent: Agent, client: Any) -> None:
    command_id = send(client, InstanceIds=[agent.node_id])
    (message,) = agent.messages()

    assert f"aws.ssm.{command_id}.{agent.node_id}" == message["MessageId"]
    assert message["Topic"].startswith("aws.ssm.sendCommand")
    assert agent.node_id == message["Destination"]
    assert len(message["CreatedDate"]) >= 24


def test_output_destinations_reach_the_agent(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = send(
        client,
        InstanceIds=[agent.node_id],
        OutputS3BucketName="bucket",
        OutputS3KeyPrefix="runs",
        CloudWatchOutputConfig={"CloudWatchOutputEnabled": True},
    )
    (payload,) = serve(agent)
    cloud.wait(1)
    (plugin,) = invocations_of(client, command_id)[0]["CommandPlugins"]
    tail = f"/bucket/runs/{command_id}/{agent.node_id}/awsrunShellScript"

    assert ("bucket", "runs") == (
        payload["OutputS3BucketName"],
        payload["OutputS3KeyPrefix"],
    )
    assert f"/aws/ssm/{SHELL}" == payload["CloudWatchLogGroupName"]
    assert "true" == payload["CloudWatchOutputEnabled"]
    assert f"{tail}/0.awsrunShellScript/stdout" in plugin["StandardOutputUrl"]


def test_an_invocation_is_not_there_at_first(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = send(client, InstanceIds=[agent.node_id])
    asked = {"CommandId": command_id, "InstanceId": agent.node_id}

    with refused("InvocationDoesNotExist"):
        client.get_command_invocation(**asked)
    cloud.wait(1)
    shown = client.get_command_invocation(**asked)

    assert ("Pending", -1) == (shown["Status"], shown["ResponseCode"])


def test_a_late_in_progress_changes_nothing(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = send(client, InstanceIds=[agent.node_id])
    (message,) = agent.messages()
    cloud.wait(1)

    assert ("InProgress", "InProgress") == status_of(client, command_id)
    answer = agent.reply(message["MessageId"], success())
    agent.reply(message["MessageId"], IN_PROGRESS)
    assert "QUEUED" == answer["ReplyStatus"]
    assert ("Success", "Success") == status_of(client, command_id)


def test_a_failed_command_says_so(cloud: Cloud, agent: Agent, client: Any) -> None:
    command_id = send(client, InstanceIds=[agent.node_id])
    serve(agent, result("Failed", 3))
    cloud.wait(1)
    (shown,) = invocations_of(client, command_id)

    assert ("Failed", "Failed") == status_of(client, command_id)
    assert 3 == shown["CommandPlugins"][0]["ResponseCode"]


def test_nodes_that_cannot_be_commanded_are_named(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    unknown = "mi-00000000000000000"

    with refused("InvalidInstanceId", unknown):
        send(client, InstanceIds=[agent.node_id, unknown])
    cloud.wait(901)
    with refused("InvalidInstanceId", agent.node_id):
        send(client, InstanceIds=[agent.node_id])


def test_requests_are_checked(agent: Agent, client: Any) -> None:
    here = [agent.node_id]
    with refused("InvalidDocument"):
        send(client, InstanceIds=here, DocumentName="No-Such")
    with refused("InvalidParameters", "colour"):
        send(client, InstanceIds=here, Parameters={"colour": ["red"]})
    with refused("InvalidParameters", "required"):
        send(client, InstanceIds=here, Parameters={})
    with refused("InvalidParameters", "not allowed"):
        send(
            client,
            InstanceIds=here,
            DocumentName="AWS-ConfigureAWSPackage",
            Parameters={"action": ["Break"], "name": ["AmazonCloudWatchAgent"]},
        )
    with refused("InvalidParameters", "either"):
        send(client)
    with refused("DuplicateInstanceId"):
        send(client, InstanceIds=here * 2)
    with refused("ValidationException", "length less than or equal to 50"):
        send(client, InstanceIds=here * 51)
    with refused("ValidationException", "greater than or equal to 30"):
        send(client, InstanceIds=here, TimeoutSeconds=5)
    with refused("InvalidDocumentVersion"):
        send(client, InstanceIds=here, DocumentVersion="9")


def test_commands_are_listed_newest_first(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    sent = [send(client, InstanceIds=[agent.node_id]) for _ in range(7)]
    pages = client.get_paginator("list_commands").paginate()
    listed = list(pages.search("Commands[].CommandId"))
    serve(agent)

    def count(key: str, value: str) -> int:
        wanted = [{"key": key, "value": value}]
        found = client.get_paginator("list_commands").paginate(Filters=wanted)
        return len(list(found.search("Commands[]")))

    assert sent[::-1] == listed
    assert (7, 0) == (count("Status", "Success"), count("Status", "Failed"))
    assert 7 == count("ExecutionStage", "Complete")
    assert 7 == count("InvokedAfter", "2026-01-01T00:00:00Z")
    assert (7, 0) == (count("DocumentName", SHELL), count("DocumentName", "AWS-Other"))
