"""
The stand-in SSM Agent at the rehearsal's own Systems Manager: which way commands take.
"""

from __future__ import annotations

import configparser
import threading
import time

from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
import waitress

from waitress import wasyncore

from closednet_rehearsal.host.fleet import Fleet
from closednet_rehearsal.upgrades import Upgrades
from tests.rehearsal_agent.agents import Agent
from tests.rehearsal_agent.channels import ClosedError
from tests.rehearsal_agent.roads import Road
from tests.rehearsal_hosts.agents import package
from tests.rehearsal_hosts.conftest import HOSTS, REGION, Run
from tests.rehearsal_hosts.resolvers import resolving
from tests.rehearsal_ssm.agents import activate
from tests.rehearsal_ssm.wires import ROLE, Cloud


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from closednet_rehearsal.ssm.state import Node

LOG = "var/log/amazon/ssm/amazon-ssm-agent.log"
WAIT_S = 10.0


@contextmanager
def serving(cloud: Cloud) -> Iterator[int]:
    """
    Serve a Systems Manager on loopback; yield its port.
    """
    opened: dict[int, Any] = {}
    server: Any = waitress.create_server(
        Upgrades(cloud.app),
        opened,
        host="127.0.0.1",
        port=0,
        threads=8,
        asyncore_use_poll=True,
        asyncore_loop_timeout=0.2,
    )
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        yield int(server.effective_port)
    finally:
        cloud.app.close()
        server.task_dispatcher.shutdown(timeout=1)
        server.close()
        wasyncore.close_all(opened)
        thread.join(timeout=5)


@pytest.fixture(name="cloud")
def _cloud() -> Cloud:
    return Cloud()


@pytest.fixture(name="port")
def _port(cloud: Cloud) -> Iterator[int]:
    with serving(cloud) as port:
        yield port


@pytest.fixture(name="fleet")
def _fleet(tmp_path: Path, port: int, names: dict[str, str]) -> Iterator[Fleet]:
    with resolving(names) as dns:
        fleet = Fleet(tmp_path, f"http://127.0.0.1:{port}", dns)
        fleet.create(HOSTS[:1])
        yield fleet
        fleet.stop()


@pytest.fixture(name="join")
def _join(run: Run, cloud: Cloud) -> Callable[[], Node]:
    def join() -> Node:
        made = activate(cloud)
        code, name = made["ActivationCode"], made["ActivationId"]
        steps = [
            "set -e; cd $CLOSEDNET_ROOT/tmp",
            f"printf '%s' '{package()}' >agent.deb",
            "dpkg -i agent.deb >/dev/null",
            "systemctl stop amazon-ssm-agent",
            f"amazon-ssm-agent -register -y -code '{code}' -id {name} -region {REGION}",
            "systemctl start amazon-ssm-agent",
        ]
        done = run("web01", "; ".join(steps))
        assert 0 == done.returncode, done.stderr
        (scope,) = cloud.app.service.scopes.values()
        (node,) = scope.nodes.values()
        return node

    return join


def until(is_true: Callable[[], bool]) -> None:
    """
    Wait for something that another process does.
    """
    deadline = time.monotonic() + WAIT_S
    while not is_true():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def output(cloud: Cloud, node: Node) -> str:
    """
    Send a command and return its output once it has succeeded.
    """
    client = cloud.client()
    sent = client.send_command(
        DocumentName="AWS-RunShellScript",
        InstanceIds=[node.node_id],
        Parameters={"commands": ["hostname"]},
    )
    command_id = sent["Command"]["CommandId"]
    cloud.wait(1)

    def result() -> dict[str, Any]:
        found: dict[str, Any] = client.get_command_invocation(
            CommandId=command_id, InstanceId=node.node_id
        )
        return found

    until(lambda: result()["Status"] == "Success")
    return str(result()["StandardOutputContent"])


def test_commands_come_over_a_control_channel(
    cloud: Cloud, fleet: Fleet, join: Callable[[], Node]
) -> None:
    node = join()
    until(lambda: node.channel_ready is not None)
    log = fleet.folder("web01") / "root" / LOG

    assert "web01\n" == output(cloud, node)
    assert 0 == node.polls
    assert "commands come over ssmmessages" in log.read_text()


def test_one_of_the_two_endpoints_is_enough(
    cloud: Cloud, join: Callable[[], Node], names: dict[str, str]
) -> None:
    del names[f"ec2messages.{REGION}.amazonaws.com"]
    node = join()
    until(lambda: node.channel_ready is not None)

    assert "web01\n" == output(cloud, node)


@pytest.mark.parametrize("cause", ["no permission", "no endpoint"])
def test_without_a_control_channel_the_agent_polls(
    cloud: Cloud, join: Callable[[], Node], names: dict[str, str], cause: str
) -> None:
    if cause == "no endpoint":
        names[f"ssmmessages.{REGION}.amazonaws.com"] = "198.51.100.9"
    else:
        cloud.roles[ROLE] = replace(
            cloud.roles[ROLE], allows=lambda action: "ControlChannel" not in action
        )
    node = join()
    until(lambda: node.polls > 0)

    assert "web01\n" == output(cloud, node)
    assert node.channel_ready is None


def test_a_broken_channel_is_opened_again(
    cloud: Cloud, fleet: Fleet, join: Callable[[], Node], port: int
) -> None:
    node = join()
    until(lambda: node.channel_ready is not None)
    shared = configparser.ConfigParser()
    shared.read(fleet.folder("web01") / "root/root/.aws/credentials")
    token = {
        "AccessKeyId": shared["default"]["aws_access_key_id"],
        "SecretAccessKey": shared["default"]["aws_secret_access_key"],
        "SessionToken": shared["default"]["aws_session_token"],
    }
    intruder = Agent(Road(port=port), node_id=node.node_id, token=token)
    with intruder.open_channel() as channel:
        channel.socket.settimeout(WAIT_S)
        with pytest.raises(ClosedError):
            channel.receive()

    assert "web01\n" == output(cloud, node)
