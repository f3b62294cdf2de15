"""
The operator's side: boto3, and the rehearsal's own clock.
"""

from __future__ import annotations

import http.client
import json

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import boto3

from botocore.config import Config

from tests.rehearsal_agent.agents import REGION, Agent


ROLE = "strange-nodes"
CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": "ssm.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
    ],
}
if TYPE_CHECKING:
    from tests.rehearsal_agent.roads import Road

QUIET = Config(retries={"mode": "standard", "total_max_attempts": 1})


@dataclass(frozen=True)
class Operator:
    """
    Somebody with an account, a Systems Manager client and a clock to turn.
    """

    url: str
    ssm: Any
    iam: Any

    def advance(self, seconds: float) -> None:
        """
        Let time pass in the rehearsal.
        """
        self.control("advance", seconds=seconds)

    def control(self, what: str, **members: Any) -> Any:
        """
        Use the rehearsal's own API; return what it says.
        """
        connection = http.client.HTTPConnection(urlsplit(self.url).netloc)
        connection.request("POST", f"/rehearsal/{what}", json.dumps(members))
        told = json.load(connection.getresponse())
        connection.close()
        return told

    def activate(self, limit: int = 1, role: str = ROLE, **more: Any) -> dict[str, str]:
        """
        Create an activation.
        """
        answer: dict[str, str] = self.ssm.create_activation(
            IamRole=role, RegistrationLimit=limit, **more
        )
        return answer

    def join(self, road: Road, role: str = ROLE) -> Agent:
        """
        Return the agent of a machine that is registered and pings.
        """
        agent = Agent(road)
        agent.register(self.activate(role=role))
        agent.get_token()
        agent.ping(full=False)
        agent.ping()
        return agent

    def node(self, agent: Agent) -> dict[str, Any]:
        """
        Return what is known of a node.
        """
        wanted = [{"Key": "InstanceIds", "Values": [agent.node_id]}]
        answer = self.ssm.describe_instance_information(Filters=wanted)
        (node,) = answer["InstanceInformationList"]
        return dict(node)

    def send(self, agent: Agent, *commands: str) -> str:
        """
        Send a shell command; return its id.
        """
        answer = self.ssm.send_command(
            DocumentName="AWS-RunShellScript",
            InstanceIds=[agent.node_id],
            Parameters={"commands": list(commands) or ["echo hello"]},
        )
        return str(answer["Command"]["CommandId"])

    def result(self, agent: Agent, command_id: str) -> dict[str, Any]:
        """
        Return what GetCommandInvocation says once invocations are visible.
        """
        self.advance(1)
        answer: dict[str, Any] = self.ssm.get_command_invocation(
            CommandId=command_id, InstanceId=agent.node_id
        )
        return answer

    def wait(self, agent: Agent, command_id: str, *, until: str) -> dict[str, Any]:
        """
        Ask until a command has the status: channels answer in their own time.
        """
        result = self.result(agent, command_id)
        for _ in range(200):
            if result["Status"] == until:
                break
            result = self.result(agent, command_id)
        assert until == result["Status"]
        return result

    def make_role(self, name: str, *allowed: str) -> str:
        """
        Create a role for nodes that allows some actions, or what the core does.
        """
        self.iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))
        if allowed:
            statement = {"Effect": "Allow", "Action": list(allowed), "Resource": "*"}
            document = {"Version": "2012-10-17", "Statement": [statement]}
            self.iam.put_role_policy(
                RoleName=name, PolicyName="some", PolicyDocument=json.dumps(document)
            )
        else:
            self.iam.attach_role_policy(RoleName=name, PolicyArn=CORE)
        self.advance(5)
        return name


def prepare(url: str) -> Operator:
    """
    Return an operator who does not expire; a role for nodes is made.
    """
    # The keys of a role would expire when the clock is turned by days.
    session = boto3.Session("AKIAREHEARSALOPERATOR", "rehearsal", region_name=REGION)
    operator = Operator(
        url,
        session.client("ssm", endpoint_url=url, config=QUIET),
        session.client("iam", endpoint_url=url, config=QUIET),
    )
    operator.make_role(ROLE)
    return operator
