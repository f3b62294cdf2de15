"""
What the management account should hold: roles, activation, settings, schedules.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


TIER_SETTING: Final = "/ssm/managed-instance/activation-tier"
SESSION_DOCUMENT: Final = "SSM-SessionManagerRunShell"
CORE_POLICY: Final = "closednet-ssm-core"
OPERATIONS_POLICY: Final = "closednet-operations"


@dataclass(frozen=True, slots=True)
class Role:
    """
    The service role of the managed nodes; `trust` is canonical JSON text.
    """

    name: str
    trust: str
    description: str

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"role/{self.name}"


@dataclass(frozen=True, slots=True)
class RolePolicy:
    """
    An inline policy of a role; `document` is canonical JSON text.
    """

    role: str
    name: str
    document: str

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"role-policy/{self.role}/{self.name}"


@dataclass(frozen=True, slots=True)
class ServiceSetting:
    """
    A setting of Systems Manager that holds for the whole account and Region.
    """

    setting: str
    value: str

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"service-setting/{self.setting.rpartition('/')[2]}"


@dataclass(frozen=True, slots=True)
class Activation:
    """
    A hybrid activation: how many servers may register, under which role, how long.
    """

    role: str
    limit: int
    expires_in_hours: int
    description: str

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return "activation/servers"


@dataclass(frozen=True, slots=True)
class WaveActivation:
    """
    The activation with which one wave of servers registers.
    """

    wave: int
    hosts: tuple[str, ...]
    activation: Activation

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"activation/wave-{self.wave}"


@dataclass(frozen=True, slots=True)
class LogGroup:
    """
    A log group; 0 days of retention means for ever.
    """

    name: str
    retention_days: int

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"log-group/{self.name}"


@dataclass(frozen=True, slots=True)
class SessionPreferences:
    """
    The part of Session Manager's preferences that this runbook sets.

    None means that the document does not say; what else it says is left alone.
    """

    kms_key_arn: str | None
    log_group: str | None
    log_group_encrypted: bool | None
    stream_logs: bool | None
    idle_timeout_minutes: str | None

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return "session-preferences"


@dataclass(frozen=True, slots=True)
class Association:
    """
    A State Manager association over the nodes that carry a tag.

    `uses` tells other sites of the account what this one shares with them.
    """

    name: str
    document: str
    target_tag: str
    target_value: str
    schedule: str
    parameters: tuple[tuple[str, tuple[str, ...]], ...]
    max_concurrency: str
    max_errors: str
    uses: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"association/{self.name}"


@dataclass(frozen=True, slots=True)
class CloudWatchUser:
    """
    The IAM user of the CloudWatch agent and its inline policy, as canonical JSON.
    """

    name: str
    policy: str

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"user/{self.name}"


@dataclass(frozen=True, slots=True)
class AccessKey:
    """
    An access key of a user whose secret lies in the secret store under `secret`.

    Another `rotation` is another key.
    """

    user: str
    secret: str
    rotation: int = 1

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"access-key/{self.user}"


@dataclass(frozen=True, slots=True)
class FormerKey:
    """
    An access key that another one took the place of: nobody uses it any more.
    """

    user: str
    secret: str

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"former-key/{self.user}"
