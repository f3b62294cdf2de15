"""
What Run Command can be told to run, and where.
"""

from __future__ import annotations

import json

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from tests.rehearsal_ssm.agents import Agent, serve
from tests.rehearsal_ssm.answers import success
from tests.rehearsal_ssm.expect import refused
from tests.rehearsal_ssm.sending import (
    invocations_of,
    send,
)


if TYPE_CHECKING:
    from tests.rehearsal_ssm.wires import Cloud


def test_steps_are_named_where_there_are_several(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    name = "ControlCloudWatchAgentLinux"
    command_id = send(
        client,
        InstanceIds=[agent.node_id],
        DocumentName="AmazonCloudWatch-ManageAgent",
        Parameters={"mode": ["onPremise"]},
    )
    (payload,) = serve(agent, success("configured", name))
    cloud.wait(1)
    asked = {"CommandId": command_id, "InstanceId": agent.node_id}

    assert "onPremise" == payload["Parameters"]["mode"]
    with refused("InvalidPluginName", name):
        client.get_command_invocation(**asked)
    shown = client.get_command_invocation(**asked, PluginName=name)
    assert ("Success", "configured") == (
        shown["Status"],
        shown["StandardOutputContent"],
    )


def test_steps_of_other_platforms_count_as_done(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = send(
        client,
        InstanceIds=[agent.node_id],
        DocumentName="AmazonCloudWatch-ManageAgent",
        Parameters={"action": ["status"]},
    )
    serve(agent, success("running", "ControlCloudWatchAgentLinux"))
    cloud.wait(1)
    (shown,) = invocations_of(client, command_id)
    windows, linux = shown["CommandPlugins"]

    assert ("Success", 0) == (windows["Status"], windows["ResponseCode"])
    assert "running" == linux["Output"]


def test_a_document_for_another_platform_is_refused(agent: Agent, client: Any) -> None:
    agent.ping(PlatformType="Windows")

    with refused("UnsupportedPlatformType", "Windows"):
        send(client, InstanceIds=[agent.node_id])


def test_own_documents_are_run(cloud: Cloud, agent: Agent, client: Any) -> None:
    content = {
        "schemaVersion": "2.2",
        "mainSteps": [
            {
                "action": "aws:runShellScript",
                "name": "greet",
                "inputs": {"runCommand": ["echo hello"]},
            }
        ],
    }
    text = json.dumps(content)
    client.create_document(Name="Greet", Content=text, DocumentType="Command")
    request = {"DocumentName": "Greet", "Parameters": {}}
    digest = sha256(text.encode()).hexdigest()
    command_id = send(
        client, InstanceIds=[agent.node_id], DocumentHash=digest, **request
    )
    serve(agent, success(step="greet"))
    cloud.wait(1)
    shown = client.get_command_invocation(
        CommandId=command_id, InstanceId=agent.node_id
    )

    assert ("greet", "Success") == (shown["PluginName"], shown["Status"])
    with refused("InvalidDocument", "hash"):
        send(client, InstanceIds=[agent.node_id], DocumentHash="0" * 64, **request)


def test_ids_can_be_targets(agent: Agent, client: Any) -> None:
    send(client, Targets=[{"Key": "InstanceIds", "Values": [agent.node_id]}])

    assert 1 == len(serve(agent))
    with refused("InvalidInstanceId"):
        send(client, Targets=[{"Key": "InstanceIds", "Values": ["*"]}])
    with refused("InvalidParameters", "not a key"):
        send(client, Targets=[{"Key": "Colour", "Values": ["red"]}])
    with refused("InvalidParameters", "no values"):
        send(client, Targets=[{"Key": "tag:site", "Values": []}])
