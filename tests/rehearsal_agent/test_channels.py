"""
Commands from boto3 to an agent and back, over ec2messages and over a WebSocket.
"""

from __future__ import annotations

import json

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest
import websocket

from tests.rehearsal_agent import frames
from tests.rehearsal_agent.agents import MDS, Agent
from tests.rehearsal_agent.channels import Channel, ClosedError, ended, progress
from tests.rehearsal_agent.signing import Request, moment


if TYPE_CHECKING:
    from tests.rehearsal_agent.operators import Operator
    from tests.rehearsal_agent.roads import Road

Refusal = Callable[..., str]
# From then on an agent takes jobs.
SETTLED_S = 4


def opened(operator: Operator, agent: Agent) -> Channel:
    """
    Return a control channel on which jobs flow.
    """
    channel = agent.open_channel()
    operator.advance(SETTLED_S)
    return channel


def closed(channel: Channel) -> int:
    """
    Return the code with which the service closes a channel.
    """
    with pytest.raises(ClosedError) as caught:
        channel.receive()
    channel.close()
    return caught.value.code


def test_a_command_runs_over_ec2messages(operator: Operator, agent: Agent) -> None:
    command_id = operator.send(agent, "echo hello", "echo err >&2")
    (message,) = agent.messages()
    content = json.loads(message["Payload"])
    queued = agent.reply(message["MessageId"], progress())
    agent.ask(f"{MDS}.AcknowledgeMessage", {"MessageId": message["MessageId"]})
    agent.reply(message["MessageId"], ended("Success", 0, "hello\n", "err\n"))
    result = operator.result(agent, command_id)

    assert f"aws.ssm.{command_id}.{agent.node_id}" == message["MessageId"]
    assert ["echo hello", "echo err >&2"] == content["Parameters"]["commands"]
    assert {"Topic", "CreatedDate", "Destination", "PayloadDigest"} <= set(message)
    assert "QUEUED" == queued["ReplyStatus"]
    assert ("Success", 0) == (result["Status"], result["ResponseCode"])
    assert "hello\n" == result["StandardOutputContent"]
    assert "err\n" == result["StandardErrorContent"]


def test_a_command_runs_over_the_control_channel(
    operator: Operator, agent: Agent
) -> None:
    with opened(operator, agent) as channel:
        command_id = operator.send(agent, "echo hello")
        job = channel.job()
        reply_id = channel.reply(job.body["JobId"], ended("Success", 0, "hello\n"))
        acknowledged = channel.receive()
        result = operator.result(agent, command_id)
        pages = operator.ssm.list_command_invocations(
            CommandId=command_id, Details=True
        )

    (listed,) = pages["CommandInvocations"]
    assert f"aws.ssm.{command_id}.{agent.node_id}" == job.body["JobId"]
    assert "aws.ssm.sendCommand" == job.body["Topic"]
    assert command_id == json.loads(job.body["Content"])["CommandId"]
    assert ("agent_job_reply_ack", reply_id) == (
        acknowledged.kind,
        acknowledged.body["acknowledgedMessageId"],
    )
    assert ("Success", "hello\n") == (result["Status"], result["StandardOutputContent"])
    assert "Success" == listed["CommandPlugins"][0]["Status"]


def test_a_failure_comes_back_as_one(operator: Operator, agent: Agent) -> None:
    with opened(operator, agent) as channel:
        command_id = operator.send(agent, "exit 3")
        channel.reply(channel.job().body["JobId"], ended("Failed", 3, "", "no\n"))
        channel.receive()
        result = operator.result(agent, command_id)

    assert ("Failed", 3) == (result["Status"], result["ResponseCode"])
    assert "no\n" == result["StandardErrorContent"]


def test_progress_after_success_changes_nothing(
    operator: Operator, agent: Agent
) -> None:
    with opened(operator, agent) as channel:
        command_id = operator.send(agent)
        job_id = channel.job().body["JobId"]
        running = operator.wait(agent, command_id, until="InProgress")
        channel.reply(job_id, ended("Success", 0, "hello\n"))
        late = channel.reply(job_id, progress())
        acknowledged = [channel.receive(), channel.receive()]
        result = operator.result(agent, command_id)

    assert "" == running["StandardOutputContent"]
    assert late == acknowledged[1].body["acknowledgedMessageId"]
    assert ("Success", "hello\n") == (result["Status"], result["StandardOutputContent"])


def test_jobs_wait_until_the_agent_takes_them(operator: Operator, agent: Agent) -> None:
    with agent.open_channel() as channel:
        command_id = operator.send(agent)
        channel.socket.settimeout(0.2)
        with pytest.raises(websocket.WebSocketTimeoutException):
            channel.receive()
        channel.socket.settimeout(10)
        operator.advance(SETTLED_S)

        assert command_id in channel.receive().body["JobId"]


def test_a_job_that_nobody_acknowledges_comes_again(
    operator: Operator, agent: Agent
) -> None:
    with opened(operator, agent) as channel:
        operator.send(agent)
        first = channel.receive()
        operator.advance(11)
        again = channel.job()
        operator.advance(11)
        channel.reply(first.body["JobId"], progress())

        assert first.body == again.body
        assert first.message_id != again.message_id
        assert "agent_job_reply_ack" == channel.receive().kind


def test_a_job_that_cannot_be_done_has_failed(operator: Operator, agent: Agent) -> None:
    with opened(operator, agent) as channel:
        command_id = operator.send(agent)
        channel.acknowledge(channel.receive(), "400", "no such plugin")

        assert "Failed" == operator.wait(agent, command_id, until="Failed")["Status"]


def test_a_command_is_called_off_over_its_channel(
    operator: Operator, agent: Agent
) -> None:
    with opened(operator, agent) as channel:
        command_id = operator.send(agent)
        job = channel.job()
        operator.wait(agent, command_id, until="InProgress")
        operator.ssm.cancel_command(CommandId=command_id)
        cancel = channel.job()
        channel.reply(job.body["JobId"], ended("Cancelled", 137))
        channel.receive()
        result = operator.result(agent, command_id)

    assert "aws.ssm.cancelCommand" == cancel.body["Topic"]
    assert {"CancelMessageId": job.body["JobId"]} == json.loads(cancel.body["Content"])
    assert "Cancelled" == result["Status"]


def test_an_open_channel_takes_all(operator: Operator, agent: Agent) -> None:
    with opened(operator, agent) as channel:
        operator.send(agent)
        job = channel.job()

        assert [] == agent.messages()
        shown = operator.ssm.get_connection_status(Target=agent.node_id)
        assert "connected" == shown["Status"]
        assert job.body["JobId"].endswith(agent.node_id)


def test_a_broken_channel_leaves_the_message_to_ec2messages(
    operator: Operator, agent: Agent
) -> None:
    channel = opened(operator, agent)
    command_id = operator.send(agent)
    job = channel.receive()
    channel.close()
    operator.advance(11)
    (message,) = agent.messages(poll_s=5)
    agent.reply(message["MessageId"], ended("Success", 0, "hello\n"))

    assert job.body["JobId"] == message["MessageId"]
    assert "Success" == operator.result(agent, command_id)["Status"]


def test_without_permission_an_agent_falls_back(
    operator: Operator, road: Road, refusal: Refusal
) -> None:
    actions = ("ssm:UpdateInstanceInformation", "ec2messages:*")
    agent = operator.join(road, operator.make_role("no-channels", *actions))
    refused = refusal(agent.create_channel)
    command_id = operator.send(agent)
    (message,) = agent.messages()
    agent.reply(message["MessageId"], ended("Success", 0))

    assert "AccessDeniedException" == refused
    assert "Success" == operator.result(agent, command_id)["Status"]


def test_without_permission_nobody_opens_a_channel(
    operator: Operator, road: Road
) -> None:
    actions = ("ssm:UpdateInstanceInformation", "ssmmessages:CreateControlChannel")
    agent = operator.join(road, operator.make_role("no-opening", *actions))

    with pytest.raises(websocket.WebSocketBadStatusException) as caught:
        agent.open_channel()
    assert 400 == caught.value.status_code
    assert b"<AccessDeniedException>" in (caught.value.resp_body or b"")


def test_a_fault_makes_agents_fall_back(
    operator: Operator, agent: Agent, refusal: Refusal
) -> None:
    error = "AccessDeniedException"
    operator.control("fault", operation="CreateControlChannel", error=error)

    assert "AccessDeniedException" == refusal(agent.create_channel)
    assert agent.create_channel()


def test_a_channel_is_the_nodes_own(
    agent: Agent, other: Agent, refusal: Refusal
) -> None:
    assert "AccessDeniedException" == refusal(agent.create_channel, other.node_id)


@pytest.mark.parametrize("token", ["wrong", '"'])
def test_a_channel_needs_its_token(agent: Agent, token: str) -> None:
    agent.create_channel()

    assert 1008 == closed(agent.open_channel(token))


def test_a_token_opens_one_channel(agent: Agent) -> None:
    token = agent.create_channel()
    with agent.open_channel(token):
        assert 1008 == closed(agent.open_channel(token))


def test_a_wrong_signature_opens_nothing(agent: Agent, refusal: Refusal) -> None:
    agent.token["SecretAccessKey"] = "wrong"

    assert "InvalidSignatureException" == refusal(agent.create_channel)
    with pytest.raises(websocket.WebSocketBadStatusException):
        agent.open_channel("any")


def test_a_new_channel_replaces_the_old_one(operator: Operator, agent: Agent) -> None:
    before = opened(operator, agent)
    with opened(operator, agent) as channel:
        command_id = operator.send(agent)

        assert 1000 == closed(before)
        assert command_id in channel.job().body["JobId"]


def test_a_deregistered_node_loses_its_channel(
    operator: Operator, agent: Agent
) -> None:
    channel = opened(operator, agent)
    operator.ssm.deregister_managed_instance(InstanceId=agent.node_id)

    assert 1008 == closed(channel)


def test_pings_are_answered(agent: Agent) -> None:
    with agent.open_channel() as channel:
        channel.socket.ping("keepalive")

        assert (websocket.ABNF.OPCODE_PONG, b"keepalive") == channel.socket.recv_data(
            control_frame=True
        )


def test_a_command_of_another_node_is_not_taken(
    operator: Operator, agent: Agent, other: Agent
) -> None:
    command_id = operator.send(other)
    with opened(operator, agent) as channel:
        theirs = f"aws.ssm.{command_id}.{other.node_id}"
        channel.reply(theirs, ended("Success", 0))
        ours = operator.send(agent)
        job = channel.job()

        assert ours in job.body["JobId"]
        assert "Pending" == operator.result(other, command_id)["Status"]


def test_a_long_command_fits(operator: Operator, agent: Agent) -> None:
    script = "x" * 70_000
    with opened(operator, agent) as channel:
        operator.send(agent, script)
        content: Any = json.loads(channel.job().body["Content"])

        assert [script] == content["Parameters"]["commands"]


def test_a_message_may_come_in_pieces(operator: Operator, agent: Agent) -> None:
    with opened(operator, agent) as channel:
        command_id = operator.send(agent)
        body = {
            "jobId": channel.job().body["JobId"],
            "content": json.dumps(ended("Success", 0, "x" * 2000)),
        }
        raw, send = frames.pack("agent_job_reply", body), channel.socket.send_frame
        send(websocket.ABNF.create_frame(raw[:50], websocket.ABNF.OPCODE_BINARY, 0))
        channel.socket.ping("between")
        send(websocket.ABNF.create_frame(raw[50:], websocket.ABNF.OPCODE_CONT, 1))

        assert "agent_job_reply_ack" == channel.receive().kind
        assert "Success" == operator.result(agent, command_id)["Status"]


@pytest.mark.parametrize(
    ("frame", "code"),
    [
        (b"\x82\x85hello", 1002),
        (b"\x82\x05hello", 1002),
        (b"\xc2\x80\0\0\0\0", 1002),
        (b"\x80\x80\0\0\0\0", 1002),
        (b"\x09\x80\0\0\0\0", 1002),
        (b"\x81\x81\0\0\0\0\xff", 1007),
        (b"\x82\xff\0\0\0\0\x10\0\0\0\0\0\0\0", 1009),
    ],
    ids=["no message", "bare", "reserved", "no start", "ping", "text", "long"],
)
def test_nonsense_closes_the_channel(agent: Agent, frame: bytes, code: int) -> None:
    channel = agent.open_channel()
    sock = channel.socket.sock
    assert sock is not None
    if frame == b"\x82\x85hello":
        channel.socket.send_binary(b"hello")
    else:
        sock.sendall(frame)

    assert code == closed(channel)


def test_what_is_no_handshake_is_refused(agent: Agent, road: Road) -> None:
    agent.create_channel()
    target = f"/v1/control-channel/{agent.node_id}"
    host = "ssmmessages.ap-northeast-1.amazonaws.com"
    headers = {"Host": host, "X-Amz-Date": moment()}
    answer = agent.signed("ssmmessages", Request("GET", target, headers))
    session = road.send("POST", "any", "/v1/data-channel/x", {}, b"")

    assert (400, True) == (answer.status, b"<BadRequest>" in answer.body)
    assert b"AccessDeniedException" in session.body
