"""
With whose credentials the CloudWatch agent of a server speaks to AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.errors import PreconditionError
from closednet.hosts.by_hand import carry
from closednet.hosts.facts import is_by_hand
from closednet.hosts.scripts import Script, render
from closednet.model.change import Found
from closednet.model.specs.hosts import CloudWatchCredentials
from closednet.model.step import Actions, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.facts import HostFacts
    from closednet.redact import Secret


MARK: Final = "cloudwatch-credentials"
PROFILES: Final = {"ssm-role": "default", "iam-user": "AmazonCloudWatchAgent"}


class CloudWatchCredentialFiles(PlainKind):
    """
    Points the agent to a profile; an access key is merged in beside [default].

    [default] belongs to the SSM Agent, which rewrites it every half hour. It is
    never written here.
    """

    spec_type = CloudWatchCredentials
    actions = Actions("hosts")

    def __init__(
        self,
        site: str,
        batch: Batch,
        access_key: Callable[[], tuple[str, Secret] | None],
    ) -> None:
        self._site = site
        self._batch = batch
        self._facts = batch.facts
        self._access_key = access_key

    def find(
        self, wanted: Iterable[CloudWatchCredentials]
    ) -> Mapping[str, Found[CloudWatchCredentials]]:
        """
        Return what the agents' common-config.toml names.
        """
        specs = list(wanted)
        facts = self._facts.of(spec.host for spec in specs)
        found = {
            spec.key: self._seen(spec, facts[spec.host])
            for spec in specs
            if spec.host in facts
        }
        return {key: one for key, one in found.items() if one is not None}

    def _seen(
        self, spec: CloudWatchCredentials, facts: HostFacts
    ) -> Found[CloudWatchCredentials] | None:
        profile = facts.common_profile
        regions = dict(facts.profile_regions)
        if not profile and not facts.common_file:
            return None
        by_key = profile != PROFILES["ssm-role"]
        if profile == PROFILES["iam-user"] and profile not in facts.profiles:
            return None
        seen = CloudWatchCredentials(
            spec.host,
            "iam-user" if by_key else "ssm-role",
            profile,
            regions.get(profile, "") if by_key else spec.region,
            facts.common_file,
        )
        owned = facts.is_marked(MARK, self._site)
        return Found(seen, f"{spec.host}:{profile}", owned)

    def create(self, spec: CloudWatchCredentials) -> str:
        """
        Put the profile on the list of this server.
        """
        self._batch.add(spec.host, self._script(spec))
        return f"{spec.host}:{spec.profile}"

    def update(self, old: CloudWatchCredentials, new: CloudWatchCredentials) -> str:
        """
        Put another profile on the list, and the old one's removal.
        """
        replaced = old.profile if old.profile != new.profile else ""
        self._batch.add(new.host, self._script(new, replaced))
        return f"{new.host}:{new.profile}"

    def delete(self, spec: CloudWatchCredentials, resource_id: str) -> None:
        """
        Put the removal on the list of this server.
        """
        script = render("drop-cloudwatch-credentials", PROFILE=spec.profile)
        self._batch.add(spec.host, script)

    def settle(self, specs: Iterable[CloudWatchCredentials]) -> None:
        """
        Set the profiles; an access key travels on standard input only.
        """
        secrets: dict[str, Secret] = {}
        if any(spec.mode == "iam-user" for spec in specs):
            secrets["KEY_SECRET"] = self._key()[1]
        self._batch.run("setting the CloudWatch agent's credentials", secrets)

    def settle_deleted(self, specs: Iterable[CloudWatchCredentials]) -> None:
        """
        Remove the profiles.
        """
        self._batch.run("removing the CloudWatch agent's credentials")

    def by_hand(self, spec: CloudWatchCredentials) -> Work | None:
        """
        Return the work of the server's administrator, where there is no SSH.
        """
        host = self._facts.host(spec.host)
        return carry(host, "cloudwatch-agent") if is_by_hand(host) else None

    def _script(self, spec: CloudWatchCredentials, replaced: str = "") -> Script:
        key_id = self._key()[0] if spec.mode == "iam-user" else ""
        return render(
            "set-cloudwatch-credentials",
            SITE=self._site,
            PROFILE=spec.profile,
            REGION=spec.region,
            KEY_ID=key_id,
            OLD_PROFILE=replaced,
        )

    def _key(self) -> tuple[str, Secret]:
        key = self._access_key()
        if key is None:
            raise PreconditionError(
                "the CloudWatch agent's access key is not in the secret store",
                missing=("access-key",),
                hint="roll this step back and run it again: AWS shows a key's secret"
                " once only",
            )
        return key
