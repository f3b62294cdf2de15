"""
A registered agent on a server, and what the small AWS answers it.
"""

from __future__ import annotations

import base64
import json
import time

from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import load_der_public_key

from closednet_rehearsal.packages import objects
from closednet_rehearsal.ssm import protocol
from tests.rehearsal_hosts.conftest import REGION, Run
from tests.rehearsal_hosts.doubles import Answer, Aws, Call, ok, refused


NODE = "mi-0123456789abcdef0"
CODE = "rehearsal-code-of-20-characters"
ACTIVATION = "00000000-0000-4000-8000-000000000001"
BUCKET = f"https://s3.{REGION}.amazonaws.com/amazon-ssm-{REGION}/latest"
REGISTER = (
    f"amazon-ssm-agent -register -y -code {CODE} -id {ACTIVATION} -region {REGION}"
)


def enrol(aws: Aws, *, lifetime_s: float = 3600.0) -> None:
    """
    Let the small AWS take registrations and give out credentials.
    """
    aws.answers["RegisterManagedInstance"] = lambda _: ok({"InstanceId": NODE})

    def token(call: Call) -> Answer:
        number = len(aws.of(call.operation))
        if not signed_by_node(aws, call):
            return refused("InvalidSignatureException")
        told = {"AccessKeyId": f"ASIA{number}", "SecretAccessKey": "rehearsal"}
        told |= {"SessionToken": f"token-{number}"}
        expires = time.time() + lifetime_s
        return ok({**told, "TokenExpirationDate": expires, "UpdateKeyPair": False})

    aws.answers["RequestManagedInstanceRoleToken"] = token


def signed_by_node(aws: Aws, call: Call) -> bool:
    """
    Verify the RSA signature of a request with the key that was registered.
    """
    registered = aws.of("RegisterManagedInstance")[-1].json["PublicKey"]
    key = load_der_public_key(base64.b64decode(registered))
    assert isinstance(key, rsa.RSAPublicKey)
    environ = environment(call)
    auth = protocol.authorization(environ)
    assert auth is not None
    pss = padding.PSS(padding.MGF1(hashes.SHA256()), 32)
    text = protocol.string_to_sign(environ, call.body, auth)
    key.verify(base64.b64decode(auth.signature), text, pss, hashes.SHA256())
    return str(auth.access_key_id) == NODE and "content-length" not in call.headers


def environment(call: Call) -> dict[str, Any]:
    """
    Return a request as WSGI tells it.
    """
    known = {f"HTTP_{k.upper().replace('-', '_')}": v for k, v in call.headers.items()}
    content_type = call.headers.get("content-type", "")
    return known | {
        "REQUEST_METHOD": call.method,
        "PATH_INFO": call.path,
        "CONTENT_TYPE": content_type,
        "CONTENT_LENGTH": call.headers.get("content-length", ""),
    }


def package() -> str:
    """
    Return what the agent's package for web01 holds.
    """
    bucket, key = f"amazon-ssm-{REGION}", "latest/debian_amd64/amazon-ssm-agent.deb"
    return objects(REGION)[bucket, key].decode()


def install(run: Run, *, register: bool = True) -> None:
    """
    Install the agent on web01, and register and start it if asked for.
    """
    steps = [
        "cd $CLOSEDNET_ROOT/tmp",
        f"printf '%s' '{package()}' >agent.deb",
        "dpkg -i agent.deb >/dev/null",
        "systemctl stop amazon-ssm-agent",
    ]
    if register:
        steps += [REGISTER, "systemctl start amazon-ssm-agent"]
    done = run("web01", "set -e; " + "; ".join(steps))
    assert done.returncode == 0, done.stderr


def message(content: dict[str, Any], number: int = 1, /, **more: Any) -> dict[str, Any]:
    """
    Return a command as GetMessages hands it out.
    """
    payload = {
        "Parameters": {},
        "DocumentContent": content,
        "CommandId": f"command-{number}",
        "DocumentName": "AWS-RunShellScript",
        "OutputS3BucketName": "",
        "OutputS3KeyPrefix": "",
        "CloudWatchLogGroupName": "",
        **more,
    }
    return {
        "CreatedDate": "2026-11-23T04:24:22.905Z",
        "Destination": NODE,
        "MessageId": f"aws.ssm.command-{number}.{NODE}",
        "Payload": json.dumps(payload),
        "Topic": f"aws.ssm.sendCommand.{REGION}.{NODE}",
    }


def script(*lines: str, timeout: str = "3600") -> dict[str, Any]:
    """
    Return the document of a shell script.
    """
    inputs = {"id": "0.aws:runShellScript", "runCommand": list(lines)}
    properties = [{**inputs, "timeoutSeconds": timeout}]
    return {
        "schemaVersion": "1.2",
        "runtimeConfig": {"aws:runShellScript": {"properties": properties}},
    }


def ending(aws: Aws, number: int = 1) -> dict[str, Any]:
    """
    Wait for a command's last reply and return its payload.
    """

    def is_last(call: Call) -> bool:
        told = json.loads(call.json["Payload"])
        mine = call.json["MessageId"] == f"aws.ssm.command-{number}.{NODE}"
        return bool(mine and told["documentStatus"] != "InProgress")

    reply = aws.wait_for("SendReply", is_last)
    told: dict[str, Any] = json.loads(reply.json["Payload"])
    return told
