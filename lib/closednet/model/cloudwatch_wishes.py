"""
What a site wants of the CloudWatch agent, as specs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.model import iam_policies
from closednet.model.cloudwatch_config import (
    CONFIG_FILE,
    parameter_name,
    rendered,
)
from closednet.model.config_size import TIERS, raise_for_size
from closednet.model.naming import SITE_TAG
from closednet.model.specs.hosts import (
    AgentConfigParameter,
    CloudWatchConfig,
    CloudWatchCredentials,
)
from closednet.model.specs.management import (
    AccessKey,
    Association,
    CloudWatchUser,
    FormerKey,
    LogGroup,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.change import Spec
    from closednet.params.site import Host, SiteParams


PACKAGE: Final = "AWS-ConfigureAWSPackage"
CLOUDWATCH: Final = "AmazonCloudWatchAgent"
OWN_PROFILE: Final = "AmazonCloudWatchAgent"
PROFILES: Final = {
    "ssm-role": "default",
    "iam-user": OWN_PROFILE,
    "roles-anywhere": OWN_PROFILE,
}
# The SSM Agent rewrites the first file, and forgets what it cannot read in it.
SHARED_FILE: Final = "/root/.aws/credentials"
OWN_FILE: Final = "/opt/aws/amazon-cloudwatch-agent/etc/aws-credentials"


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    The specs that follow from the parameters; `secret` is where the key is kept.
    """

    params: SiteParams
    secret: str

    def in_aws(self) -> Iterator[Spec]:
        """
        Yield what must stand in AWS before an agent can run.
        """
        about = self.params.cloudwatch
        for name, days in about.retention().items():
            yield LogGroup(name, days)
        if about.credentials == "iam-user":
            policy = iam_policies.cloudwatch_user(self.params)
            yield CloudWatchUser(about.user_name, policy)
            yield AccessKey(about.user_name, self.secret, about.key_rotation)
        if about.config_store == "parameter-store":
            yield from self._parameters()

    def confirm(self) -> None:
        """
        Make sure that agents and Parameter Store would take every configuration.

        Raises:
            ParamsError: They would not.
        """
        for host in self.params.hosts:
            self.config(host)
        tuple(self.in_aws())

    def former(self) -> tuple[FormerKey, ...]:
        """
        Return the access key that a rotation leaves behind.
        """
        about = self.params.cloudwatch
        if about.credentials != "iam-user":
            return ()
        return (FormerKey(about.user_name, self.secret),)

    def credentials(self, host: Host) -> CloudWatchCredentials:
        """
        Return with whose credentials the agent of `host` speaks.
        """
        mode = self.params.cloudwatch.credentials
        by_key = mode == "iam-user"
        return CloudWatchCredentials(
            host.name,
            mode,
            PROFILES[mode],
            self.params.region,
            SHARED_FILE if mode == "ssm-role" else OWN_FILE,
            str(self.params.cloudwatch.key_rotation) if by_key else "",
        )

    def config(self, host: Host) -> CloudWatchConfig:
        """
        Return the configuration of `host`.
        """
        stored = self.params.cloudwatch.config_store == "parameter-store"
        file = f"file:{CONFIG_FILE}"
        source = f"ssm:{self._parameter(host)}" if stored else file
        return CloudWatchConfig(host.name, source, self._text(host))

    def schedule(self) -> Association:
        """
        Return the association that keeps all agents up to date.
        """
        rollout, site = self.params.rollout, self.params.site
        return Association(
            name=f"closednet-{site}-cloudwatch-agent-update",
            document=PACKAGE,
            target_tag=SITE_TAG,
            target_value=site,
            schedule=self.params.cloudwatch.update_schedule,
            parameters=(("action", ("Install",)), ("name", (CLOUDWATCH,))),
            max_concurrency=str(rollout.max_concurrency),
            max_errors=str(rollout.max_errors),
        )

    def _parameters(self) -> Iterator[AgentConfigParameter]:
        """
        Yield one parameter a group of servers.

        Raises:
            ParamsError: A configuration is larger than Parameter Store takes.
        """
        texts = {self._parameter(host): self._text(host) for host in self.params.hosts}
        raise_for_size(self.params.cloudwatch, texts)
        tier = TIERS[self.params.cloudwatch.config_tier].name
        for name, text in texts.items():
            yield AgentConfigParameter(name, text, tier)

    def _text(self, host: Host) -> str:
        return rendered(self.params, host)

    def _parameter(self, host: Host) -> str:
        return parameter_name(self.params, host)
