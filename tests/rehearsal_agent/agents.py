"""
An SSM Agent as far as its protocol goes; it shares no code with the rehearsal.
"""

from __future__ import annotations

import base64
import json
import uuid

from dataclasses import dataclass, field, replace
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.rehearsal_agent import signing
from tests.rehearsal_agent.channels import Channel
from tests.rehearsal_agent.signing import Request, Scope


if TYPE_CHECKING:
    from tests.rehearsal_agent.roads import Answer, Road


REGION = "ap-northeast-1"
JSON_TYPE = "application/x-amz-json-1.1"
MDS = "EC2WindowsMessageDeliveryService"
SPARSE = {
    "AgentName": "amazon-ssm-agent",
    "AgentVersion": "3.3.2746.0",
    "PlatformType": "Linux",
}
FULL = {
    **SPARSE,
    "AgentStatus": "Active",
    "AvailabilityZone": "",
    "AvailabilityZoneId": "",
    "IPAddress": "192.168.10.99",
    "PlatformName": "Debian GNU/Linux",
    "PlatformVersion": "12",
    "SSMConnectionChannel": "",
}


class RefusedError(Exception):
    """
    The service refused; `code` is its error's name.
    """

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.body.decode())
        self.status = answer.status
        told = answer.body.decode()
        is_json = told.startswith("{")
        self.code = (
            json.loads(told)["__type"] if is_json else told.strip("<").split(">")[0]
        )


@cache
def rsa_key(number: int = 0) -> rsa.RSAPrivateKey:
    """
    Return an RSA key; making one takes time, so they are shared.
    """
    assert 0 <= number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_text(key: rsa.RSAPrivateKey) -> str:
    """
    Return a public key as it is registered.
    """
    encoded = key.public_key().public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return base64.b64encode(encoded).decode()


@dataclass
class Agent:
    """
    One machine's agent.
    """

    road: Road
    key: rsa.RSAPrivateKey = field(default_factory=rsa_key)
    fingerprint: str = field(default_factory=lambda: str(uuid.uuid4()))
    name: str = "strange01"
    node_id: str = ""
    token: dict[str, Any] = field(default_factory=dict)
    skew_s: float = 0.0
    region: str = REGION
    scope: Scope | None = None
    leave_out: frozenset[str] = frozenset()

    def register(self, activation: dict[str, str], **changes: str) -> str:
        """
        Register, unsigned and without a date; return the node's id.
        """
        body = {
            "ActivationCode": activation["ActivationCode"],
            "ActivationId": activation["ActivationId"],
            "Fingerprint": self.fingerprint,
            "PublicKey": public_text(self.key),
            "PublicKeyType": "Rsa",
            **changes,
        }
        raw = json.dumps(body).encode()
        headers = self._headers("ssm", "AmazonSSM.RegisterManagedInstance", raw)
        del headers["X-Amz-Date"]
        answer = self._checked(
            self.road.send("POST", headers["Host"], "/", headers, raw)
        )
        self.node_id = str(answer["InstanceId"])
        return self.node_id

    def get_token(self, **changes: str) -> dict[str, Any]:
        """
        Get credentials with a chunked body, signed by the machine's own key.
        """
        body = {"Fingerprint": self.fingerprint, **changes}
        self.token = self.by_key("RequestManagedInstanceRoleToken", body)
        return self.token

    def change_key(self, key: rsa.RSAPrivateKey) -> None:
        """
        Exchange the key; the old one signs.
        """
        body = {"NewPublicKey": public_text(key), "NewPublicKeyType": "Rsa"}
        self.by_key("UpdateManagedInstancePublicKey", body)
        self.key = key

    def by_key(
        self, operation: str, body: dict[str, Any], sent: bytes = b""
    ) -> dict[str, Any]:
        """
        Call an operation; `sent` is what is sent instead of what was signed.
        """
        raw = json.dumps(body).encode()
        headers = self._headers("ssm", f"AmazonSSM.{operation}", raw)
        del headers["Content-Length"]
        scope = self.scope or Scope(self.region, "ssm")
        headers["Authorization"] = signing.by_key(
            Request("POST", "/", headers, raw), scope, self.node_id, self.key
        )
        return self._checked(
            self.road.send("POST", headers["Host"], "/", headers, sent or raw)
        )

    def ping(self, *, full: bool = True, **changes: str) -> None:
        """
        Say that the agent lives.
        """
        body = {**(FULL if full else SPARSE), "InstanceId": self.node_id}
        if full:
            body["ComputerName"] = self.name
        self.ask("AmazonSSM.UpdateInstanceInformation", {**body, **changes})

    def messages(self, poll_s: float = 0.0) -> list[dict[str, Any]]:
        """
        Poll ec2messages once.
        """
        body = {
            "Destination": self.node_id,
            "MessagesRequestId": str(uuid.uuid4()),
            "VisibilityTimeoutInSeconds": 10,
        }
        # The one header that AWS does not know: tests have no time for long polls.
        answer = self.ask(f"{MDS}.GetMessages", body, {"X-Rehearsal-Poll": str(poll_s)})
        found: list[dict[str, Any]] = answer["Messages"]
        return found

    def reply(self, message_id: str, payload: dict[str, Any]) -> dict[str, Any]:
        """
        Answer a command on ec2messages.
        """
        body = {"MessageId": message_id, "ReplyId": str(uuid.uuid4())}
        return self.ask(f"{MDS}.SendReply", {**body, "Payload": json.dumps(payload)})

    def ask(
        self, target: str, body: dict[str, Any], extra: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """
        Call an operation with the credentials that were issued.
        """
        service = "ssm" if target.startswith("AmazonSSM") else "ec2messages"
        raw = json.dumps(body).encode()
        headers = self._headers(service, target, raw) | (extra or {})
        return self._checked(self.signed(service, Request("POST", "/", headers, raw)))

    def create_channel(self, node_id: str = "") -> str:
        """
        Ask for a control channel; return its token.
        """
        target = f"/v1/control-channel/{node_id or self.node_id}"
        body = {"MessageSchemaVersion": "1.0", "RequestId": str(uuid.uuid4())}
        raw = json.dumps(body).encode()
        headers = self._headers("ssmmessages", "", raw)
        headers["Content-Type"] = "application/json"
        answer = self.signed("ssmmessages", Request("POST", target, headers, raw))
        if answer.status != 201:
            raise RefusedError(answer)
        text = answer.body.decode()
        return text.partition("<TokenValue>")[2].partition("</TokenValue>")[0]

    def open_channel(self, token: str = "") -> Channel:
        """
        Open the control channel, with the token it was given or another one.
        """
        token = token or self.create_channel()
        target = f"/v1/control-channel/{self.node_id}?role=subscribe&stream=input"
        host = self._host("ssmmessages")
        headers = {"Host": host, "X-Amz-Date": signing.moment(self.skew_s)}
        signed = self._sign("ssmmessages", Request("GET", target, headers))
        del signed["Host"]
        return Channel(self.road.upgrade(host, target, signed), self.node_id, token)

    def signed(self, service: str, request: Request) -> Answer:
        """
        Sign a request with the credentials that were issued and send it.
        """
        host, headers = request.headers["Host"], self._sign(service, request)
        return self.road.send(
            request.method, host, request.target, headers, request.body
        )

    def _sign(self, service: str, request: Request) -> dict[str, str]:
        session = {"X-Amz-Security-Token": self.token["SessionToken"]}
        request = replace(request, headers={**request.headers, **session})
        scope = self.scope or Scope(self.region, service)
        key = self.token["AccessKeyId"], self.token["SecretAccessKey"]
        signature = signing.by_secret(request, scope, key, self.leave_out)
        return {**request.headers, "Authorization": signature}

    def _headers(self, service: str, target: str, raw: bytes) -> dict[str, str]:
        named = {"X-Amz-Target": target} if target else {}
        return {
            "Content-Length": str(len(raw)),
            "Content-Type": JSON_TYPE,
            "Host": self._host(service),
            "X-Amz-Date": signing.moment(self.skew_s),
            **named,
        }

    def _host(self, service: str) -> str:
        return f"{service}.{self.region}.amazonaws.com"

    def _checked(self, answer: Answer) -> dict[str, Any]:
        if answer.status != 200:
            raise RefusedError(answer)
        parsed: dict[str, Any] = json.loads(answer.body)
        return parsed
