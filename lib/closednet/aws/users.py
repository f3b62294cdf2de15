"""
The CloudWatch agent's own IAM user and its access key, as in 2022.

The user is ours by tag. A key is ours when its secret lies in the secret store; a
key of our user whose secret lies nowhere opens nothing for us and is retired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.roles import MISSING
from closednet.aws.secret_store import STORE_ACTIONS, pack, unpack
from closednet.aws.tagging import mapping, pairs
from closednet.aws.tolerance import Tolerating
from closednet.errors import PreconditionError
from closednet.model import iam_policies, naming
from closednet.model.change import Found
from closednet.model.specs.management import AccessKey, CloudWatchUser
from closednet.model.step import Actions, PlainKind
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account
    from closednet.aws.secret_store import SecretStore
    from closednet.recorder import Recorder


POLICY_NAME: Final = "closednet-cloudwatch-agent"
MOST_KEYS: Final = 2


@dataclass(frozen=True, slots=True)
class StoredKey:
    """
    An access key as it is written into a profile on a server.
    """

    access_key_id: str
    secret_access_key: Secret


def key_secret(site: str) -> str:
    """
    Return the name under which the access key of `site` is kept.
    """
    return f"/closednet/{site}/cloudwatch-agent"


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
            if raw is not None:
                seen = CloudWatchUser(spec.name, self._policy(spec.name))
                owned = naming.is_ours(mapping(raw.get("Tags", ())), self._account.site)
                found[spec.key] = Found(seen, raw["Arn"], owned)
        return found

    def create(self, spec: CloudWatchUser) -> str:
        """
        Make the user with its policy.
        """
        with self._account.call("iam:CreateUser", spec.name):
            raw = self._account.iam.create_user(
                UserName=spec.name,
                Tags=pairs(naming.tags(self._account.site, spec.key)),
            )
        self.update(spec, spec)
        return raw["User"]["Arn"]

    def update(self, old: CloudWatchUser, new: CloudWatchUser) -> str:  # noqa: ARG002 - policy only
        """
        Replace the policy.
        """
        with self._account.call("iam:PutUserPolicy", new.name):
            self._account.iam.put_user_policy(
                UserName=new.name, PolicyName=POLICY_NAME, PolicyDocument=new.policy
            )
        return f"arn:{self._account.partition}:iam::{self._account.id}:user/{new.name}"

    def delete(self, spec: CloudWatchUser, resource_id: str) -> None:  # noqa: ARG002 - by name
        """
        Remove the user; AWS refuses while others' keys or policies hang on it.
        """
        iam = self._account.iam
        with Tolerating(*MISSING), self._account.call("iam:DeleteUserPolicy"):
            iam.delete_user_policy(UserName=spec.name, PolicyName=POLICY_NAME)
        with Tolerating(*MISSING), self._account.call("iam:DeleteUser", spec.name):
            iam.delete_user(UserName=spec.name)

    def _policy(self, user: str) -> str:
        with Tolerating(*MISSING), self._account.call("iam:GetUserPolicy", user):
            raw = self._account.iam.get_user_policy(
                UserName=user, PolicyName=POLICY_NAME
            )
            document: Any = raw["PolicyDocument"]
            return iam_policies.text_of(document)
        return ""


class AccessKeys(PlainKind):
    """
    Kind of the access keys; their secrets go straight into the store.
    """

    spec_type = AccessKey

    def __init__(
        self, account: Account, store: SecretStore, store_name: str, recorder: Recorder
    ) -> None:
        self._account = account
        self._store = store
        self._recorder = recorder
        stored = STORE_ACTIONS[store_name]
        retire = ("iam:ListAccessKeys", "iam:DeleteAccessKey", "iam:GetUser")
        self.actions = Actions(
            account="management",
            find=("iam:ListAccessKeys", *(a for a in stored if "Get" in a)),
            create=("iam:CreateAccessKey", *retire, *stored),
            delete=("iam:DeleteAccessKey", *stored),
        )

    def find(self, wanted: Iterable[AccessKey]) -> dict[str, Found[AccessKey]]:
        """
        Return the keys that are active and whose secret lies in the store.
        """
        found: dict[str, Found[AccessKey]] = {}
        for spec in wanted:
            stored = self.stored(spec.secret)
            active = {
                raw["AccessKeyId"]
                for raw in self._keys(spec.user)
                if raw["Status"] == "Active"
            }
            if stored is not None and stored.access_key_id in active:
                found[spec.key] = Found(spec, stored.access_key_id, owned=True)
        return found

    def create(self, spec: AccessKey) -> str:
        """
        Make a key after retiring those of our user whose secret lies nowhere.
        """
        self._retire(spec.user)
        with self._account.call("iam:CreateAccessKey", spec.user):
            raw = self._account.iam.create_access_key(UserName=spec.user)["AccessKey"]
        secret = Secret(raw["SecretAccessKey"], name="secret access key")
        packed = pack(
            spec.secret,
            access_key_id=raw["AccessKeyId"],
            secret_access_key=secret.reveal(),
        )
        self._store.put(
            spec.secret,
            packed,
            f"closednet: access key of the CloudWatch agent, {self._account.site}",
            naming.tags(self._account.site, spec.key),
        )
        return raw["AccessKeyId"]

    def update(self, old: AccessKey, new: AccessKey) -> str:  # noqa: ARG002 - never differs
        """
        Replace the key.
        """
        return self.create(new)

    def delete(self, spec: AccessKey, resource_id: str) -> None:
        """
        Remove the key and its secret.
        """
        self._delete(spec.user, resource_id)
        self._store.delete(spec.secret)

    def stored(self, name: str) -> StoredKey | None:
        """
        Return the access key from the store.
        """
        values = unpack(self._store.get(name))
        if not values:
            return None
        secret = Secret(values["secret_access_key"], name="secret access key")
        return StoredKey(values["access_key_id"], secret)

    def _retire(self, user: str) -> None:
        keys = [raw["AccessKeyId"] for raw in self._keys(user)]
        tags = mapping((read_user(self._account, user) or {}).get("Tags", ()))
        if not naming.is_ours(tags, self._account.site):
            if len(keys) < MOST_KEYS:
                return
            raise PreconditionError(
                f"user {user} is not ours and has {MOST_KEYS} access keys already",
                missing=("a free access key",),
                hint="choose another cloudwatch.user_name, or have its owner delete"
                " a key",
            )
        for key in keys:
            self._recorder.record(
                "orphan",
                resource="access-key",
                id=key,
                action="deleted",
                reason="its secret is not in the secret store, or it is not active",
            )
            self._delete(user, key)

    def _keys(self, user: str) -> list[Any]:
        with Tolerating(*MISSING), self._account.call("iam:ListAccessKeys", user):
            pages = self._account.iam.get_paginator("list_access_keys")
            return [
                raw
                for page in pages.paginate(UserName=user)
                for raw in page["AccessKeyMetadata"]
            ]
        return []

    def _delete(self, user: str, key: str) -> None:
        with Tolerating(*MISSING), self._account.call("iam:DeleteAccessKey", user):
            self._account.iam.delete_access_key(UserName=user, AccessKeyId=key)


def read_user(account: Account, name: str) -> dict[str, Any] | None:
    """
    Return the user as IAM describes it, or None.
    """
    with Tolerating(*MISSING), account.call("iam:GetUser", name):
        return dict(account.iam.get_user(UserName=name)["User"])
    return None
