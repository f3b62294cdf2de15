"""
An agent written from the protocol alone, with signatures of its own.
"""

from __future__ import annotations

import json

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from tests.rehearsal_ssm.answers import success
from tests.rehearsal_ssm.signatures import (
    private_key,
    public_text,
    sign_hmac,
    sign_rsa,
    unsigned,
)
from tests.rehearsal_ssm.wires import ROLE, Cloud


if TYPE_CHECKING:
    from collections.abc import Callable

    from cryptography.hazmat.primitives.asymmetric import rsa


JSON_TYPE = "application/x-amz-json-1.1"


class RefusedError(Exception):
    """
    The service refused a request; `code` says why.
    """

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body["message"])
        self.code = body["__type"]


@dataclass(slots=True)
class Agent:
    """
    One host's agent.
    """

    cloud: Cloud
    name: str = "web01"
    key: rsa.RSAPrivateKey = field(default_factory=private_key)
    node_id: str = ""
    token: dict[str, Any] = field(default_factory=dict)
    skew_s: float = 0.0
    host: str = "127.0.0.1:8080"

    @property
    def fingerprint(self) -> str:
        """
        The fingerprint of the machine.
        """
        return f"fingerprint-of-{self.name}"

    def register(self, activation: dict[str, Any], **changes: Any) -> None:
        """
        Register with an activation.
        """
        body = {
            "ActivationCode": activation["ActivationCode"],
            "ActivationId": activation["ActivationId"],
            "Fingerprint": self.fingerprint,
            "PublicKey": public_text(self.key),
            "PublicKeyType": "Rsa",
            **changes,
        }
        answer = self._send(
            "AmazonSSM.RegisterManagedInstance",
            body,
            lambda headers, _: unsigned(headers),
        )
        self.node_id = answer["InstanceId"]

    def get_token(self, **changes: Any) -> None:
        """
        Fetch role credentials.
        """
        body = {"Fingerprint": self.fingerprint, **changes}
        target = "AmazonSSM.RequestManagedInstanceRoleToken"
        self.token = self._send(target, body, self._by_key)

    def change_key(self, key: rsa.RSAPrivateKey) -> None:
        """
        Exchange the key pair.
        """
        body = {"NewPublicKey": public_text(key), "NewPublicKeyType": "Rsa"}
        target = "AmazonSSM.UpdateManagedInstancePublicKey"
        self._send(target, body, self._by_key)
        self.key = key

    def ping(self, **changes: Any) -> None:
        """
        Ping twice as an agent does: first with little, then with all.
        """
        sparse = {
            "AgentName": "amazon-ssm-agent",
            "AgentVersion": "3.3.2746.0",
            "InstanceId": self.node_id,
            "PlatformType": "Linux",
        }
        full = {
            **sparse,
            "AgentStatus": "Active",
            "ComputerName": self.name,
            "IPAddress": "192.168.10.11",
            "PlatformName": "Ubuntu",
            "PlatformVersion": "22.04",
            **changes,
        }
        self.ask("AmazonSSM.UpdateInstanceInformation", sparse)
        self.ask("AmazonSSM.UpdateInstanceInformation", full)

    def messages(self, poll_s: float = 0.0) -> list[dict[str, Any]]:
        """
        Fetch messages.
        """
        body = {
            "Destination": self.node_id,
            "MessagesRequestId": "5d2b1f3e-0000-4000-8000-000000000001",
            "VisibilityTimeoutInSeconds": 10,
        }
        answer = self.ask(
            "EC2WindowsMessageDeliveryService.GetMessages", body, poll_s=poll_s
        )
        found: list[dict[str, Any]] = answer["Messages"]
        return found

    def reply(self, message_id: str, payload: dict[str, Any]) -> dict[str, Any]:
        """
        Answer a command.
        """
        body = {
            "MessageId": message_id,
            "ReplyId": "5d2b1f3e-0000-4000-8000-000000000002",
            "Payload": json.dumps(payload),
        }
        return self.ask("EC2WindowsMessageDeliveryService.SendReply", body)

    def ask(
        self, target: str, body: dict[str, Any], *, poll_s: float = 0.0
    ) -> dict[str, Any]:
        """
        Send a request signed with the issued credentials.
        """
        extra = {"X-Rehearsal-Poll": str(poll_s)}
        return self._send(target, body, self._by_token, extra)

    def _send(
        self,
        target: str,
        body: dict[str, Any],
        sign: Callable[[dict[str, str], bytes], None],
        extra: dict[str, str] | None = None,
    ) -> dict[str, Any]:
        raw = json.dumps(body).encode()
        now = datetime.fromtimestamp(datetime.now(UTC).timestamp() + self.skew_s, UTC)
        headers = {
            "Content-Length": str(len(raw)),
            "Content-Type": JSON_TYPE,
            "Host": self.host,
            "X-Amz-Target": target,
            "X-Amz-Date": now.strftime("%Y%m%dT%H%M%SZ"),
            **(extra or {}),
        }
        sign(headers, raw)
        status, _, answer = self.cloud.post("/", raw, headers)
        parsed: dict[str, Any] = json.loads(answer)
        if status != 200:
            raise RefusedError(parsed)
        return parsed

    def _by_key(self, headers: dict[str, str], body: bytes) -> None:
        sign_rsa(headers, body, self.node_id, self.key)

    def _by_token(self, headers: dict[str, str], body: bytes) -> None:
        sign_hmac(headers, body, self.token)


def activate(cloud: Cloud, limit: int = 10, **more: Any) -> dict[str, Any]:
    """
    Create an activation.
    """
    answer: dict[str, Any] = cloud.client().create_activation(
        IamRole=ROLE, RegistrationLimit=limit, Description="tests", **more
    )
    return answer


def join(cloud: Cloud, name: str = "web01", **more: Any) -> Agent:
    """
    Return the agent of a host that registered and pings.
    """
    agent = Agent(cloud, name)
    agent.register(activate(cloud, **more))
    agent.get_token()
    agent.ping()
    return agent


def serve(agent: Agent, payload: dict[str, Any] | None = None) -> list[dict[str, Any]]:
    """
    Answer everything that waits for an agent; return the commands' payloads.
    """
    found = []
    for message in agent.messages():
        agent.reply(message["MessageId"], payload or success())
        found.append(json.loads(message["Payload"]))
    return found
