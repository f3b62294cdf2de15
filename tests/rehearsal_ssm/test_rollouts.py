"""
Run Command over several nodes, and over nodes that do not answer.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tests.rehearsal_ssm.agents import Agent, join, serve
from tests.rehearsal_ssm.answers import IN_PROGRESS, result, success
from tests.rehearsal_ssm.expect import refused
from tests.rehearsal_ssm.sending import (
    command_of,
    invocations_of,
    send,
    status_of,
)


if TYPE_CHECKING:
    from tests.rehearsal_ssm.wires import Cloud


SITE = [{"Key": "site", "Value": "tokyo"}]
TARGETS = [{"Key": "tag:site", "Values": ["tokyo"]}]


def test_a_tag_that_nobody_has_succeeds_on_nothing(cloud: Cloud, client: Any) -> None:
    command_id = send(client, Targets=TARGETS)

    assert ("Pending", "Pending") == status_of(client, command_id)
    cloud.wait(1)
    assert ("Success", "NoInstancesInTag") == status_of(client, command_id)


def test_concurrency_and_errors_bound_a_rollout(cloud: Cloud, client: Any) -> None:
    agents = [join(cloud, f"web{n:02}", Tags=SITE) for n in range(4)]
    command_id = send(client, Targets=TARGETS, MaxConcurrency="2", MaxErrors="0")

    assert [1, 1, 0, 0] == [len(agent.messages()) for agent in agents]
    agents[0].reply(_message(command_id, agents[0]), success())
    assert [0, 1] == [len(agent.messages()) for agent in agents[1:3]]
    agents[1].reply(_message(command_id, agents[1]), result("Failed", 1))
    agents[2].reply(_message(command_id, agents[2]), success())
    cloud.wait(1)
    ended = [each["StatusDetails"] for each in invocations_of(client, command_id)]

    assert ["Success", "Failed", "Success", "Terminated"] == ended
    assert ("Failed", "Failed") == status_of(client, command_id)
    assert (4, 1) == (
        command_of(client, command_id)["CompletedCount"],
        command_of(client, command_id)["ErrorCount"],
    )


def _message(command_id: str, agent: Agent) -> str:
    return f"aws.ssm.{command_id}.{agent.node_id}"


def test_errors_within_the_budget_leave_a_command_incomplete(
    cloud: Cloud, client: Any
) -> None:
    agents = [join(cloud, f"web{n:02}", Tags=SITE) for n in range(2)]
    command_id = send(client, Targets=TARGETS, MaxErrors="50%")
    serve(agents[0])
    serve(agents[1], result("Failed", 1))

    assert ("Failed", "Incomplete") == status_of(client, command_id)


def test_an_offline_node_is_delayed_and_then_timed_out(
    cloud: Cloud, client: Any
) -> None:
    agent = join(cloud, Tags=SITE)
    cloud.wait(901)
    command_id = send(client, Targets=TARGETS, TimeoutSeconds=600)
    cloud.wait(61)

    assert "Delayed" == invocations_of(client, command_id)[0]["Status"]
    cloud.wait(600)
    assert [] == agent.messages()
    cloud.wait(3600)
    assert ("TimedOut", "Delivery Timed Out") == status_of(client, command_id)
    assert 1 == command_of(client, command_id)["DeliveryTimedOutCount"]
    assert 0 == command_of(client, command_id)["ErrorCount"]


def test_a_node_that_never_answers_times_out(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = send(client, InstanceIds=[agent.node_id], TimeoutSeconds=30)
    agent.messages()
    cloud.wait(3631)

    assert ("TimedOut", "Execution Timed Out") == status_of(client, command_id)


def test_a_waiting_command_is_cancelled_at_once(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = send(client, InstanceIds=[agent.node_id])
    client.cancel_command(CommandId=command_id)
    cloud.wait(1)

    assert ("Cancelled", "Cancelled") == status_of(client, command_id)
    assert [] == agent.messages()


def test_a_running_command_is_asked_to_stop(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = send(client, InstanceIds=[agent.node_id])
    (running,) = agent.messages()
    agent.reply(running["MessageId"], IN_PROGRESS)
    client.cancel_command(CommandId=command_id)
    (cancel,) = agent.messages()

    assert cancel["Topic"].startswith("aws.ssm.cancelCommand")
    assert running["MessageId"] in cancel["Payload"]
    assert ("Cancelling", "Cancelling") == status_of(client, command_id)
    agent.reply(running["MessageId"], result("Cancelled", 1))
    assert ("Cancelled", "Cancelled") == status_of(client, command_id)
    with refused("InvalidCommandId"):
        client.cancel_command(CommandId="0" * 36)


def test_a_deregistered_node_is_undeliverable(
    cloud: Cloud, agent: Agent, client: Any
) -> None:
    command_id = send(client, InstanceIds=[agent.node_id])
    client.deregister_managed_instance(InstanceId=agent.node_id)
    cloud.wait(1)

    assert "Undeliverable" == invocations_of(client, command_id)[0]["StatusDetails"]
