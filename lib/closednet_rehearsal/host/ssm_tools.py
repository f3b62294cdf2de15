"""
Stand-ins for the `amazon-ssm-agent` command and `ssm-cli`.
"""

from __future__ import annotations

import json
import sys
import time

from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.host import registration, services
from closednet_rehearsal.host.agent_log import AgentLog
from closednet_rehearsal.host.packages import installed
from closednet_rehearsal.host.wire import Unreachable, reach


if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from closednet_rehearsal.host.machine import Machine

AGENT: Final = "amazon-ssm-agent"
WITH_VALUE: Final = frozenset({"code", "id", "region", "role", "tags"})
SHORTEST: Final = {"ActivationCode": 20, "ActivationId": 36}
ATTEMPTS: Final = 4
CHECKED: Final = (
    *("ssm", "ec2messages", "ssmmessages", "s3", "kms", "logs", "monitoring"),
)
FAILED: Final = (
    "Registration failed due to error registering the instance with AWS SSM."
)


def main(machine: Machine, name: str, arguments: list[str]) -> int:
    """
    Run the agent's command, or the command line of a running agent.
    """
    if name == "ssm-cli":
        return _diagnose(machine, arguments)
    options = parse(arguments, WITH_VALUE)
    if "version" in options:
        print(f"SSM Agent version: {version(machine)}")
        return 0
    if "fingerprint" in options:
        print(registration.fingerprint(machine))
        return 0
    if "register" not in options:
        print("amazon-ssm-agent is run by systemd (rehearsal)", file=sys.stderr)
        return 1
    if "clear" in options:
        registration.clear(machine)
        print("Registration information has been removed from the instance.")
        return 0
    return _register(machine, options)


def version(machine: Machine) -> str:
    """
    Return the version of the installed agent.
    """
    package = installed(machine, AGENT)
    return package.version if package else ""


def parse(arguments: list[str], with_value: Collection[str]) -> dict[str, str]:
    """
    Return options as Go's flags are read: one dash or two, a value apart or after `=`.
    """
    options: dict[str, str] = {}
    rest = iter(arguments)
    for word in rest:
        name, equals, value = word.lstrip("-").partition("=")
        if name in with_value and not equals:
            value = next(rest, "")
        options[name] = value
    return options


def _register(machine: Machine, options: dict[str, str]) -> int:
    log = AgentLog(machine, console=True)
    if registration.load(machine) and "y" not in options:
        print(
            "Instance already registered. Would you like to override existing with"
            " new registration information? [Yes/No]: ",
            end="",
            flush=True,
        )
        if sys.stdin.readline().strip().lower() not in {"y", "yes"}:
            return 1
    from cryptography.hazmat.primitives import serialization  # noqa: PLC0415
    from cryptography.hazmat.primitives.asymmetric import rsa  # noqa: PLC0415

    key = rsa.generate_private_key(65537, 2048)
    public = key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    region = options.get("region", "")
    try:
        node_id = _ask_for_id(machine, options, public)
    except RegistrationError as error:
        log.problem(f"{FAILED} {error}")
        return 1
    private = key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    registration.save(machine, node_id, region, private)
    log.note(
        "Successfully registered the instance with AWS SSM using"
        f" Managed instance-id: {node_id}"
    )
    return 0


class RegistrationError(Exception):
    """
    Why Systems Manager did not take the server.
    """


def _ask_for_id(machine: Machine, options: dict[str, str], public: bytes) -> str:
    import base64  # noqa: PLC0415 - only here

    from closednet_rehearsal.host import aws  # noqa: PLC0415 - only here

    body = {
        "ActivationCode": options.get("code", ""),
        "ActivationId": options.get("id", ""),
        "Fingerprint": registration.fingerprint(machine),
        "PublicKey": base64.b64encode(public).decode(),
        "PublicKeyType": "Rsa",
    }
    for field, least in SHORTEST.items():
        if len(body[field]) < least:
            raise RegistrationError(
                "InvalidParameter: 1 validation error(s) found.\n- minimum field"
                f" size of {least}, RegisterManagedInstanceInput.{field}."
            )
    region = options.get("region", "")
    request = aws.json_request("ssm", region, "RegisterManagedInstance", body)
    for attempt in range(1, ATTEMPTS + 1):
        try:
            return str(aws.ask(machine, request)["InstanceId"])
        except aws.ServiceError as error:
            if error.code != "TooManyUpdates" or attempt == ATTEMPTS:
                raise RegistrationError(str(error)) from error
        except Unreachable as error:
            if attempt == ATTEMPTS:
                text = "RequestError: send request failed\ncaused by: Post"
                raise RegistrationError(
                    f'{text} "https://{request.host}/": {error}'
                ) from error
        machine.pause(2.0**attempt)
    raise RegistrationError("no attempt was made")


def _diagnose(machine: Machine, arguments: list[str]) -> int:
    if arguments[:1] != ["get-diagnostics"]:
        print(f"ssm-cli: no command {arguments[:1]} (rehearsal)", file=sys.stderr)
        return 1
    rows = [
        {"Check": check, "Status": status, "Note": note}
        for check, status, note in _checks(machine)
    ]
    if "table" in arguments:
        for row in rows:
            print(f"| {row['Check']:40} | {row['Status']:8} | {row['Note']}")
    else:
        told: dict[str, Any] = {"DiagnosticsOutput": rows}
        print(json.dumps(told, indent=2))
    return 0


def _checks(machine: Machine) -> Iterator[tuple[str, str, str]]:
    identity = registration.load(machine)
    yield "EC2 IMDS", "Skipped", "Instance has hybrid registration"
    if identity is None:
        yield "Hybrid instance registration", "Failed", "Instance is not registered"
    else:
        note = f"Instance has hybrid registration with instance id {identity.node_id}"
        where = f"in region {identity.region}"
        yield "Hybrid instance registration", "Success", f"{note} {where}"
    region = identity.region if identity else machine.region
    for service in CHECKED:
        name = f"{service}.{region}.amazonaws.com"
        try:
            reach(machine, name)
            answer = ("Success", f"{name} is reachable")
        except Unreachable as error:
            answer = ("Failed", str(error))
        yield f"Connectivity to {service} endpoint", *answer
    credentials = (machine.root / "root/.aws/credentials").exists()
    yield "AWS Credentials", "Success" if credentials else "Failed", ""
    active = services.is_active(machine, AGENT)
    since = time.strftime("%Y-%m-%d")
    note = f"Agent service is running ({since})" if active else "Agent is not running"
    yield "Agent service", "Success" if active else "Failed", note
    yield "Proxy configuration", "Skipped", "No proxy configuration detected"
    yield "SSM Agent version", "Success", f"SSM Agent version is {version(machine)}"
