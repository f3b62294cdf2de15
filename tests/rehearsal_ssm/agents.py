"""
An agent written from the protocol alone, with signatures of its own.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json

from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.rehearsal_ssm.wires import REGION, ROLE, Cloud


if TYPE_CHECKING:
    from collections.abc import Callable


JSON_TYPE = "application/x-amz-json-1.1"
TOKEN_HEADERS = ("content-type", "host", "x-amz-date", "x-amz-target")
HMAC_HEADERS = (
    "content-length",
    "content-type",
    "host",
    "x-amz-date",
    "x-amz-security-token",
    "x-amz-target",
)


class RefusedError(Exception):
    """
    The service refused a request; `code` says why.
    """

    def __init__(self, body: dict[str, Any]) -> None:
        super().__init__(body["message"])
        self.code = body["__type"]


@cache
def private_key(number: int = 0) -> rsa.RSAPrivateKey:
    """
    Return an RSA key; making one takes time, so they are shared.
    """
    del number
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def public_text(key: rsa.RSAPrivateKey) -> str:
    """
    Return the public key the way the agent sends it.
    """
    public = key.public_key()
    der = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


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
        answer = self._send("AmazonSSM.RegisterManagedInstance", body, _unsigned)
        self.node_id = answer["InstanceId"]

    def get_token(self, **changes: Any) -> None:
        """
        Fetch role credentials.
        """
        body = {"Fingerprint": self.fingerprint, **changes}
        target = "AmazonSSM.RequestManagedInstanceRoleToken"
        self.token = self._send(target, body, self._sign_rsa)

    def change_key(self, key: rsa.RSAPrivateKey) -> None:
        """
        Exchange the key pair.
        """
        body = {"NewPublicKey": public_text(key), "NewPublicKeyType": "Rsa"}
        target = "AmazonSSM.UpdateManagedInstancePublicKey"
        self._send(target, body, self._sign_rsa)
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
        return self._send(target, body, self._sign_hmac, extra)

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
            "Host": "127.0.0.1:8080",
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

    def _sign_rsa(self, headers: dict[str, str], body: bytes) -> None:
        text, scope = _text(headers, body, TOKEN_HEADERS, "ssm")
        pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
        signature = self.key.sign(text, pss, hashes.SHA256())
        given = base64.b64encode(signature).decode()
        _authorize(headers, self.node_id, scope, TOKEN_HEADERS, given)

    def _sign_hmac(self, headers: dict[str, str], body: bytes) -> None:
        headers["X-Amz-Security-Token"] = self.token["SessionToken"]
        is_ssm = headers["X-Amz-Target"].startswith("AmazonSSM")
        service = "ssm" if is_ssm else "ec2messages"
        text, scope = _text(headers, body, HMAC_HEADERS, service)
        key = ("AWS4" + self.token["SecretAccessKey"]).encode()
        for part in scope.split("/"):
            key = hmac.new(key, part.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text, hashlib.sha256).hexdigest()
        _authorize(
            headers, self.token["AccessKeyId"], scope, HMAC_HEADERS, signature
        )


def _unsigned(headers: dict[str, str], body: bytes) -> None:
    del headers["X-Amz-Date"]


def _text(
    headers: dict[str, str], body: bytes, names: tuple[str, ...], service: str
) -> tuple[bytes, str]:
    lower = {name.lower(): value for name, value in headers.items()}
    lines = [f"{name}:{lower[name]}" for name in names]
    digest = hashlib.sha256(body).hexdigest()
    canonical = "\n".join(["POST", "/", "", *lines, "", ";".join(names), digest])
    date = lower["x-amz-date"]
    scope = f"{date[:8]}/{REGION}/{service}/aws4_request"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    return f"AWS4-HMAC-SHA256\n{date}\n{scope}\n{hashed}".encode(), scope


def _authorize(
    headers: dict[str, str],
    key_id: str,
    scope: str,
    names: tuple[str, ...],
    signature: str,
) -> None:
    headers["Authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={key_id}/{scope}, "
        f"SignedHeaders={';'.join(names)}, Signature={signature}"
    )


def success(output: str = "hello\n", step: str = "aws:runShellScript") -> dict[str, Any]:
    """
    Return the reply of a command that went well.
    """
    return result("Success", 0, output, step)


def result(
    status: str, code: int, output: str = "", step: str = "aws:runShellScript"
) -> dict[str, Any]:
    """
    Return the reply of a command that ended.
    """
    return {
        "additionalInfo": {"runtimeStatusCounts": {status: 1}},
        "documentStatus": status,
        "documentTraceOutput": "",
        "runtimeStatus": {
            step: {
                "status": status,
                "code": code,
                "name": step,
                "output": output,
                "standardOutput": output,
                "standardError": "",
                "startDateTime": "2026-11-23T04:24:22.000Z",
                "endDateTime": "2026-11-23T04:24:22.250Z",
                "stepName": "",
            }
        },
    }


IN_PROGRESS: dict[str, Any] = {"documentStatus": "InProgress", "runtimeStatus": {}}


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
