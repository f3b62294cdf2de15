"""
With whose credentials the CloudWatch agent of a server speaks to AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.errors import PreconditionError
from closednet.hosts.kind import HostKind
from closednet.hosts.scripts import Script, render
from closednet.model.change import Found
from closednet.model.cloudwatch_wishes import OWN_FILE, PROFILES
from closednet.model.specs.hosts import CloudWatchCredentials
from closednet.model.step import Actions, Work


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.facts import HostFacts
    from closednet.redact import Secret


MARK: Final = "cloudwatch-credentials"
ADMINISTRATOR: Final = "server administrator"


def roles_anywhere(spec: CloudWatchCredentials) -> str:
    """
    Return how a person gives the agent the credentials of a certificate.
    """
    return (
        f"on {spec.host}: install aws_signing_helper and a certificate of the trust"
        " anchor; run, as a service of root, `AWS_SHARED_CREDENTIALS_FILE="
        f"{spec.file} aws_signing_helper update --profile {spec.profile}"
        f" --region {spec.region} --certificate FILE --private-key FILE"
        " --trust-anchor-arn ARN --profile-arn ARN --role-arn ARN`; name profile"
        f" {spec.profile} and {spec.file} in common-config.toml, and restart the agent"
    )


class CloudWatchCredentialFiles(HostKind[CloudWatchCredentials]):
    """
    Points the agent to a profile; an access key lies in a file of its own.

    The other file belongs to the SSM Agent, which rewrites it every half hour, and
    starts it anew if it cannot read it. It is never written here.
    """

    spec_type = CloudWatchCredentials
    actions = Actions("hosts")
    doing = "setting the CloudWatch agent's credentials"
    undoing = "removing the CloudWatch agent's credentials"
    handover = "cloudwatch-agent"

    def __init__(
        self,
        site: str,
        batch: Batch,
        access_key: Callable[[], tuple[str, Secret] | None],
    ) -> None:
        super().__init__(site, batch)
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
        own = facts.common_file == OWN_FILE
        listed = facts.own_profiles if own else facts.profiles
        if profile == PROFILES["iam-user"] and profile not in listed:
            return None
        rotation = facts.mark(MARK, "rotation") or "1"
        keyed = by_key and spec.mode != "roles-anywhere"
        seen = CloudWatchCredentials(
            spec.host,
            spec.mode if own and not keyed else "iam-user" if by_key else "ssm-role",
            profile,
            regions.get(profile, "") if keyed else spec.region,
            facts.common_file,
            rotation if keyed else "",
        )
        owned = facts.is_marked(MARK, self._site) or (not keyed and own)
        return Found(seen, f"{spec.host}:{profile}", owned)

    def by_hand(self, spec: CloudWatchCredentials) -> Work | None:
        """
        Certificates are issued by people, and so is what uses them.
        """
        if spec.mode == "roles-anywhere":
            return Work(ADMINISTRATOR, roles_anywhere(spec))
        return super().by_hand(spec)

    def script(
        self,
        spec: CloudWatchCredentials,
        replaced: CloudWatchCredentials | None = None,
    ) -> Script:
        """
        Return the writing of the profile, in place of the one `replaced`.
        """
        return render(
            "set-cloudwatch-credentials",
            SITE=self._site,
            PROFILE=spec.profile,
            FILE=spec.file,
            REGION=spec.region,
            ROTATION=spec.rotation,
            KEY_ID=self._key()[0] if spec.mode == "iam-user" else "",
            OLD_PROFILE=replaced.profile if replaced else "",
            OLD_FILE=replaced.file if replaced else "",
        )

    def update(self, old: CloudWatchCredentials, new: CloudWatchCredentials) -> str:
        """
        Put another profile on the list, and the old one's removal.
        """
        moved = (old.profile, old.file) != (new.profile, new.file)
        self._batch.add(new.host, self.script(new, old if moved else None))
        return f"{new.host}:{new.profile}"

    def undo_script(self, spec: CloudWatchCredentials, resource_id: str) -> Script:
        """
        Return the removal of the profile.
        """
        return render(
            "drop-cloudwatch-credentials", PROFILE=spec.profile, FILE=spec.file
        )

    def secrets(self, specs: Iterable[CloudWatchCredentials]) -> Mapping[str, Secret]:
        """
        Return the access key's secret where one is used.
        """
        if any(spec.mode == "iam-user" for spec in specs):
            return {"KEY_SECRET": self._key()[1]}
        return {}

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
