"""
One simulated AWS for all tests here; each test cleans up behind itself.
"""

from __future__ import annotations

import json
import urllib.request

from dataclasses import dataclass
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import boto3
import botocore.endpoint
import pytest

from botocore.config import Config

from closednet_rehearsal.server import Server, start_server
from closednet_rehearsal.settings import (
    AT_AWS,
    NETWORK_ACCOUNT,
    OPERATOR_KEY_ID,
    REGION,
    SUBNETS,
    VPC_ID,
)
from closednet_rehearsal.throttling import Throttle


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet_rehearsal.clock import Clock


CONFIG = Config(retries={"mode": "standard", "total_max_attempts": 1})
UNCHECKED = CONFIG.merge(Config(parameter_validation=False))


@dataclass(frozen=True)
class Aws:
    """
    Clients of one account.
    """

    client: Callable[[str], Any]


@dataclass(frozen=True)
class Control:
    """
    The control API.
    """

    url: str

    def get(self, name: str) -> Any:
        with urllib.request.urlopen(f"{self.url}/rehearsal/{name}") as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def post(self, name: str, /, **members: Any) -> Any:
        request = urllib.request.Request(  # noqa: S310 - loopback
            f"{self.url}/rehearsal/{name}", json.dumps(members).encode(), method="POST"
        )
        with urllib.request.urlopen(request) as answer:  # noqa: S310 - loopback
            return json.load(answer)

    def advance(self, seconds: float = 1.0) -> None:
        self.post("advance", seconds=seconds)


@pytest.fixture(scope="module", name="server")
def _server() -> Iterator[Server]:
    server = start_server()
    yield server
    server.stop()


@pytest.fixture(scope="module", name="control")
def _control(server: Server) -> Control:
    return Control(server.endpoint_url)


def _cached(session: Any, url: str, config: Config = CONFIG) -> Callable[[str], Any]:
    made: dict[str, Any] = {}

    def client(name: str) -> Any:
        if name not in made:
            made[name] = session.client(name, endpoint_url=url, config=config)
        return made[name]

    return client


@pytest.fixture(scope="module", name="network")
def _network(server: Server) -> Aws:
    session = boto3.Session(OPERATOR_KEY_ID, "rehearsal", region_name=REGION)
    return Aws(_cached(session, server.endpoint_url))


@pytest.fixture(scope="module", name="unchecked")
def _unchecked(server: Server) -> Aws:
    """
    Clients of the network account that send whatever they are told to.
    """
    session = boto3.Session(OPERATOR_KEY_ID, "rehearsal", region_name=REGION)
    return Aws(_cached(session, server.endpoint_url, UNCHECKED))


@pytest.fixture(scope="module", name="management")
def _management(server: Server, network: Aws) -> Aws:
    keys = network.client("sts").assume_role(
        RoleArn="arn:aws:iam::222222222222:role/closednet-operator",
        RoleSessionName="tests",
        DurationSeconds=43200,  # tests skip hours
    )["Credentials"]
    session = boto3.Session(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        region_name=REGION,
    )
    return Aws(_cached(session, server.endpoint_url))


@pytest.fixture(name="at_aws")
def _at_aws(server: Server) -> Iterator[Clock]:
    """
    Let delays and rates be AWS's own, on a clock that moves only when told.
    """
    world = server.world
    before = (world.delays, world.throttle)
    world.clock.hold()
    world.delays, world.throttle = AT_AWS, Throttle(world.clock)
    yield world.clock
    world.delays, world.throttle = before
    world.clock.release()
    world.clock.advance(300)


@pytest.fixture(name="sleeps")
def _sleeps(monkeypatch: pytest.MonkeyPatch, at_aws: Clock) -> list[float]:
    """
    Let botocore sleep on the rehearsal's clock, and note for how long.
    """
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        at_aws.advance(seconds)

    monkeypatch.setattr(botocore.endpoint, "time", SimpleNamespace(sleep=sleep))
    return slept


@pytest.fixture(name="ec2")
def _ec2(network: Aws, control: Control) -> Iterator[Any]:
    ec2 = network.client("ec2")
    yield ec2
    endpoints = control.get("state")["accounts"][NETWORK_ACCOUNT]["endpoints"]
    interfaces = [key for key in endpoints if endpoints[key]["type"] == "Interface"]
    for some in (interfaces, [key for key in endpoints if key not in interfaces]):
        if some:
            ec2.delete_vpc_endpoints(VpcEndpointIds=some)
    control.advance()


@pytest.fixture(name="group")
def _group(ec2: Any, control: Control) -> Iterator[str]:
    group_id: str = ec2.create_security_group(
        GroupName="tests", Description="tests", VpcId=VPC_ID
    )["GroupId"]
    yield group_id
    endpoints = control.get("state")["accounts"][NETWORK_ACCOUNT]["endpoints"]
    interfaces = [key for key in endpoints if endpoints[key]["type"] == "Interface"]
    if interfaces:
        ec2.delete_vpc_endpoints(VpcEndpointIds=interfaces)
    control.advance()
    ec2.delete_security_group(GroupId=group_id)


@pytest.fixture(name="create")
def _create(ec2: Any, group: str) -> Callable[..., dict[str, Any]]:
    def create(service: str, **others: Any) -> dict[str, Any]:
        asked = {
            "VpcEndpointType": "Interface",
            "VpcId": VPC_ID,
            "ServiceName": f"com.amazonaws.{REGION}.{service}",
            "SubnetIds": [subnet.subnet_id for subnet in SUBNETS],
            "SecurityGroupIds": [group],
            "PrivateDnsEnabled": False,
        }
        made: dict[str, Any] = ec2.create_vpc_endpoint(**asked | others)["VpcEndpoint"]
        return made

    return create


@pytest.fixture(name="gateway")
def _gateway(ec2: Any) -> Callable[[], str]:
    def create() -> str:
        made = ec2.create_vpc_endpoint(
            VpcEndpointType="Gateway",
            VpcId=VPC_ID,
            ServiceName=f"com.amazonaws.{REGION}.s3",
            RouteTableIds=["rtb-0c1053d0000000001"],
        )
        endpoint_id: str = made["VpcEndpoint"]["VpcEndpointId"]
        return endpoint_id

    return create
