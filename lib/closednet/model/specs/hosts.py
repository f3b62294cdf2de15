"""
What should be on every server: agents, a registration, a configuration.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


CredentialsMode = Literal["ssm-role", "iam-user", "roles-anywhere"]


@dataclass(frozen=True, slots=True)
class SsmAgentPackage:
    """
    The SSM Agent on one server, this old at most, signed by this key.

    `version` is what is downloaded; an agent that has updated itself since is
    as good as long as it is not older than `minimum`.
    """

    host: str
    version: str
    minimum: str
    signed_by: str
    source: str = "interface-endpoint/s3"

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"ssm-agent-package/{self.host}"


@dataclass(frozen=True, slots=True)
class Registration:
    """
    One server as a managed node of one account and Region.
    """

    host: str
    region: str
    account: str
    activation: str
    by: str = "agent"

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"registration/{self.host}"


@dataclass(frozen=True, slots=True)
class SsmAgentService:
    """
    The SSM Agent's service on one server: enabled and running.
    """

    host: str

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"ssm-agent-service/{self.host}"


@dataclass(frozen=True, slots=True)
class CloudWatchAgentPackage:
    """
    The CloudWatch agent on one server, installed by Run Command.
    """

    host: str

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"cloudwatch-agent-package/{self.host}"


@dataclass(frozen=True, slots=True)
class CloudWatchCredentials:
    """
    Which profile of which file the CloudWatch agent of one server uses.
    """

    host: str
    mode: CredentialsMode
    profile: str
    region: str
    file: str = "/root/.aws/credentials"
    rotation: str = ""

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"cloudwatch-credentials/{self.host}"


@dataclass(frozen=True, slots=True)
class AgentConfigParameter:
    """
    The agent's configuration in Parameter Store, for one group of servers.
    """

    name: str
    text: str = field(repr=False)
    tier: str = "Standard"

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"cloudwatch-config-parameter/{self.name}"


@dataclass(frozen=True, slots=True)
class CloudWatchConfig:
    """
    The configuration that the CloudWatch agent of one server runs with.

    `source` is what `fetch-config` is told: `file:…` or `ssm:…`.
    """

    host: str
    source: str
    text: str = field(repr=False)

    @property
    def key(self) -> str:
        """
        Logical name.
        """
        return f"cloudwatch-config/{self.host}"
