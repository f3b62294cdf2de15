"""
The message channel: long polls, visibility, acknowledgements.
"""

from __future__ import annotations

import threading
import time

from typing import TYPE_CHECKING, Any

import pytest

from tests.rehearsal_ssm.agents import Agent, RefusedError, join


if TYPE_CHECKING:
    from tests.rehearsal_ssm.wires import Cloud


SERVICE = "EC2WindowsMessageDeliveryService"


def _send(client: Any, agent: Agent) -> str:
    answer = client.send_command(
        DocumentName="AWS-RunShellScript",
        InstanceIds=[agent.node_id],
        Parameters={"commands": ["true"]},
    )
    return str(answer["Command"]["CommandId"])


def _polls(agent: Agent) -> int:
    found = agent.cloud.app.service.find_node(agent.node_id)
    return found[1].polls if found else 0


def test_a_long_poll_ends_when_something_arrives(agent: Agent, client: Any) -> None:
    found: list[dict[str, Any]] = []
    poll = threading.Thread(target=lambda: found.extend(agent.messages(poll_s=10)))
    begun = time.monotonic()
    poll.start()
    while not _polls(agent):
        time.sleep(0.001)
    shown = client.get_connection_status(Target=agent.node_id)
    _send(client, agent)
    poll.join(timeout=5)

    assert "connected" == shown["Status"]
    assert 1 == len(found)
    assert time.monotonic() - begun < 5


def test_a_long_poll_ends_without_news(agent: Agent) -> None:
    begun = time.monotonic()

    assert [] == agent.messages(poll_s=0.05)
    assert 0.05 <= time.monotonic() - begun < 3


def test_closing_ends_long_polls(cloud: Cloud, agent: Agent) -> None:
    cloud.app.close()
    begun = time.monotonic()

    assert [] == agent.messages(poll_s=10)
    assert time.monotonic() - begun < 5


def test_a_message_that_nobody_acknowledges_comes_again(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    _send(client, agent)
    (first,) = agent.messages()

    assert [] == agent.messages()
    cloud.wait(11)
    (again,) = agent.messages()
    assert first["MessageId"] == again["MessageId"]
    agent.ask(f"{SERVICE}.AcknowledgeMessage", {"MessageId": first["MessageId"]})
    cloud.wait(11)
    assert [] == agent.messages()


def test_a_deleted_message_does_not_come(agent: Agent, client: Any) -> None:
    command_id = _send(client, agent)
    message_id = f"aws.ssm.{command_id}.{agent.node_id}"
    agent.ask(f"{SERVICE}.DeleteMessage", {"MessageId": message_id})

    assert [] == agent.messages()


def test_a_message_that_cannot_be_handled_fails(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = _send(client, agent)
    (message,) = agent.messages()
    body = {"MessageId": message["MessageId"], "FailureType": "NoHandlerExists"}
    agent.ask(f"{SERVICE}.FailMessage", body)
    cloud.wait(1)
    (shown,) = client.list_commands(CommandId=command_id)["Commands"]

    assert "Failed" == shown["Status"]


def test_a_node_cannot_answer_for_another(cloud: Cloud, agent: Agent) -> None:
    other = join(cloud, "web02")

    with pytest.raises(RefusedError) as caught:
        other.reply(f"aws.ssm.{'0' * 36}.{agent.node_id}", {})
    assert "AccessDeniedException" == caught.value.code
    other.node_id = agent.node_id
    with pytest.raises(RefusedError) as caught:
        other.messages()
    assert "AccessDeniedException" == caught.value.code


def test_a_reply_must_be_json(agent: Agent) -> None:
    body = {"MessageId": f"aws.ssm.x.{agent.node_id}", "Payload": "{"}

    with pytest.raises(RefusedError) as caught:
        agent.ask(f"{SERVICE}.SendReply", body)
    assert "ValidationException" == caught.value.code
