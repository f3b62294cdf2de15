"""
A registered agent's conversation with Systems Manager: its token and its pings.
"""

from __future__ import annotations

import errno
import json
import math
import os
import time

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.host import aws
from closednet_rehearsal.host.credentials_file import put_section
from closednet_rehearsal.host.machine import write_private
from closednet_rehearsal.host.message_channels import (
    ChannelDeniedError,
    Held,
    Polled,
    hold,
)
from closednet_rehearsal.host.registration import HOME
from closednet_rehearsal.host.signing import Credentials, sign, sign_with_key
from closednet_rehearsal.host.wire import Unreachable


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine
    from closednet_rehearsal.host.registration import Identity

RETRY_S: Final = 300.0
CLIENT_TIMEOUT_S: Final = 20.0
SHARED: Final = "root/.aws/credentials"
# Where a security module forbids the agent to write what it may write otherwise.
FORBIDDEN: Final = "facts/forbidden"


class SharingError(Exception):
    """
    The agent has credentials that it cannot write down; without it does nothing.
    """


class Session:
    """
    Everything that a registered agent says, except what its commands need.
    """

    def __init__(self, machine: Machine, identity: Identity, version: str) -> None:
        self.machine = machine
        self.identity = identity
        self.version = version
        self.road: Polled | Held | None = None
        self.retry_at = 0.0
        self.renew_at = 0.0
        self._credentials = Credentials("", "")
        self.client = aws.Client(machine, identity.region, self.credentials)

    def renew(self) -> None:
        """
        Get role credentials and share them; they are renewed at half their life.

        Raises:
            ServiceError: Systems Manager refused.
            Unreachable: There was no answer.
        """
        identity = self.identity
        body = {"Fingerprint": identity.fingerprint}
        operation = "RequestManagedInstanceRoleToken"
        request = aws.json_request("ssm", identity.region, operation, body)
        signed = sign_with_key(
            request, identity.node_id, identity.region, identity.private_key
        )
        # The real agent sends this one request without a length.
        told = aws.ask(self.machine, signed._replace(chunked=True))
        expires = _epoch(told["TokenExpirationDate"])
        self._credentials = Credentials(
            told["AccessKeyId"], told["SecretAccessKey"], told["SessionToken"]
        )
        self.renew_at = time.time() + (expires - time.time()) / 2
        try:
            self._share(expires)
        except OSError as error:
            text = f"failed to write credentials to disk. err: {error.strerror}"
            raise SharingError(text) from error

    def ping(self, *, full: bool) -> None:
        """
        Say that the agent lives; a full ping says where, too.
        """
        members = {
            "AgentName": "amazon-ssm-agent",
            "AgentVersion": self.version,
            "InstanceId": self.identity.node_id,
            "PlatformType": "Linux",
        }
        if full:
            release = _os_release(self.machine)
            members |= {
                "AgentStatus": "Active",
                "AvailabilityZone": "",
                "AvailabilityZoneId": "",
                "ComputerName": self.machine.name,
                "IPAddress": self.machine.address,
                "PlatformName": release.get("NAME", ""),
                "PlatformVersion": release.get("VERSION_ID", ""),
                "SSMConnectionChannel": self.channel,
            }
        self.client.json("ssm", "UpdateInstanceInformation", **members)

    def open_channel(self) -> str:
        """
        Choose the way by which commands come; return its name.

        A control channel is better than polling, and is tried again from time to
        time unless the role forbids it.
        """
        if self.road is not None:
            self.road.close()
        self.road = Polled(self)
        try:
            self.road = hold(self)
        except ChannelDeniedError:
            self.retry_at = math.inf
        except Unreachable:
            self.retry_at = time.monotonic() + RETRY_S / self.machine.speed
        return self.channel

    @property
    def channel(self) -> str:
        """
        The service over which commands come; empty before one was chosen.
        """
        return self.road.name if self.road is not None else ""

    def may_retry(self) -> bool:
        """
        Say whether it is time to ask for a control channel again.
        """
        return self.channel == Polled.name and time.monotonic() >= self.retry_at

    def message_call(
        self, operation: str, body: dict[str, Any], extra: dict[str, str] | None = None
    ) -> dict[str, Any]:
        """
        Call an operation of ec2messages.
        """
        region = self.identity.region
        request = aws.json_request("ec2messages", region, operation, body)
        request = request._replace(headers={**request.headers, **(extra or {})})
        signed = sign(request, self.credentials(), region, "ec2messages")
        return aws.ask(self.machine, signed, CLIENT_TIMEOUT_S)

    def credentials(self) -> Credentials:
        """
        Return the role credentials that hold now.
        """
        return self._credentials

    def _share(self, expires: float) -> None:
        key_id, secret, token = self._credentials
        values = {
            "aws_access_key_id": key_id,
            "aws_secret_access_key": secret,
            "aws_session_token": token,
        }
        forbidden = self.machine.folder / FORBIDDEN
        if "HOME" not in os.environ:
            text = "UserHomeNotFound: user home directory not found."
            raise FileNotFoundError(errno.ENOENT, text)
        if forbidden.exists():
            text = f"open /{SHARED}: permission denied"
            raise PermissionError(errno.EACCES, text)
        put_section(self.machine.root / SHARED, "default", values)
        told = {
            "SchemaVersion": "1.1",
            "InstanceId": self.identity.node_id,
            "IdentityType": "OnPrem",
            "ShareFile": f"/{SHARED}",
            "ShareProfile": "",
            "CredentialsExpiresAt": _iso(expires),
            "CredentialsRetrievedAt": _iso(time.time()),
            "CredentialSource": "SSM",
        }
        file = self.machine.root / HOME / "runtimeconfig/identity_config.json"
        write_private(file, json.dumps(told))


def _os_release(machine: Machine) -> dict[str, str]:
    lines = (machine.root / "etc/os-release").read_text().splitlines()
    pairs = (line.partition("=") for line in lines)
    return {name: value.strip('"') for name, _, value in pairs}


def _epoch(given: float | str) -> float:
    if isinstance(given, str):
        return datetime.fromisoformat(given).timestamp()
    return float(given)


def _iso(moment: float) -> str:
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
