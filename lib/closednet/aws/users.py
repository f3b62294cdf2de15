"""
The CloudWatch agent's own IAM user, as in 2022.

The user is ours by tag.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.roles import EXISTS, MISSING
from closednet.aws.tagging import mapping, pairs
from closednet.aws.tolerance import Tolerating
from closednet.errors import AwsError
from closednet.model import iam_policies, naming
from closednet.model.change import Found
from closednet.model.specs.management import CloudWatchUser
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account


POLICY_NAME: Final = "closednet-cloudwatch-agent"


class CloudWatchUsers(PlainKind):
    """
    Kind of the users, each with one inline policy.
    """

    spec_type = CloudWatchUser
    actions = Actions(
        account="management",
        find=("iam:GetUser", "iam:GetUserPolicy"),
        create=("iam:CreateUser", "iam:TagUser", "iam:PutUserPolicy"),
        update=("iam:PutUserPolicy",),
        delete=("iam:DeleteUserPolicy", "iam:DeleteUser"),
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(
        self, wanted: Iterable[CloudWatchUser]
    ) -> dict[str, Found[CloudWatchUser]]:
        """
        Return the users that exist under the wanted names.
        """
        found: dict[str, Found[CloudWatchUser]] = {}
        for spec in wanted:
            raw = read_user(self._account, spec.name)
            if raw is None:
                continue
            seen = CloudWatchUser(spec.name, self._policy(spec.name))
            owned = naming.is_ours(mapping(raw.get("Tags", ())), self._account.site)
            # Ours without its policy is what an interrupted run left half made.
            if seen.policy or not owned:
                found[spec.key] = Found(seen, raw["Arn"], owned)
        return found

    def create(self, spec: CloudWatchUser) -> str:
        """
        Make the user with its policy.
        """
        try:
            with self._account.call("iam:CreateUser", spec.name):
                self._account.iam.create_user(
                    UserName=spec.name,
                    Tags=pairs(naming.tags(self._account.site, spec.key)),
                )
        except AwsError as err:
            if err.code != EXISTS:
                raise
            self.settle([spec])
            if not self._is_ours(spec.name):
                raise
        return self.update(spec, spec)

    def update(self, old: CloudWatchUser, new: CloudWatchUser) -> str:
        """
        Replace the policy.
        """
        with self._account.call("iam:PutUserPolicy", new.name):
            self._account.iam.put_user_policy(
                UserName=new.name, PolicyName=POLICY_NAME, PolicyDocument=new.policy
            )
        return f"arn:{self._account.partition}:iam::{self._account.id}:user/{new.name}"

    def delete(self, spec: CloudWatchUser, resource_id: str) -> None:
        """
        Remove the user; AWS refuses while others' keys or policies hang on it.
        """
        iam = self._account.iam
        with Tolerating(*MISSING), self._account.call("iam:DeleteUserPolicy"):
            iam.delete_user_policy(UserName=spec.name, PolicyName=POLICY_NAME)
        with Tolerating(*MISSING), self._account.call("iam:DeleteUser", spec.name):
            iam.delete_user(UserName=spec.name)

    def settle(self, specs: Iterable[CloudWatchUser]) -> None:
        """
        Wait until IAM finds the users: right after they were made it may not.
        """
        for spec in specs:
            self._account.waiting.until(
                partial(read_user, self._account, spec.name),
                what=f"user {spec.name} in IAM",
            )

    def _is_ours(self, user: str) -> bool:
        tags = mapping((read_user(self._account, user) or {}).get("Tags", ()))
        return naming.is_ours(tags, self._account.site)

    def _policy(self, user: str) -> str:
        with Tolerating(*MISSING), self._account.call("iam:GetUserPolicy", user):
            raw = self._account.iam.get_user_policy(
                UserName=user, PolicyName=POLICY_NAME
            )
            document: Any = raw["PolicyDocument"]
            return iam_policies.text_of(document)
        return ""


def read_user(account: Account, name: str) -> dict[str, Any] | None:
    """
    Return the user as IAM describes it, or None.
    """
    with Tolerating(*MISSING), account.call("iam:GetUser", name):
        return dict(account.iam.get_user(UserName=name)["User"])
    return None
