"""
The access key of the CloudWatch agent's own user.

A key is ours when its secret lies in the secret store; a key of our user whose
secret lies nowhere opens nothing for us and is retired.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.roles import MISSING
from closednet.aws.secret_store import STORE_ACTIONS, pack, unpack
from closednet.aws.tagging import mapping
from closednet.aws.tolerance import Tolerating
from closednet.aws.users import read_user
from closednet.errors import PreconditionError
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.specs.management import AccessKey
from closednet.model.step import Actions, PlainKind
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account
    from closednet.aws.secret_store import SecretStore
    from closednet.recorder import Recorder


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
        before = self._retire(spec.user)
        with self._account.call("iam:CreateAccessKey", spec.user):
            raw = self._account.iam.create_access_key(UserName=spec.user)["AccessKey"]
        # A request whose answer was lost is sent again by botocore.
        surplus = {key["AccessKeyId"] for key in self._keys(spec.user)} - before
        self._remove(spec.user, surplus - {raw["AccessKeyId"]})
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

    def update(self, old: AccessKey, new: AccessKey) -> str:
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

    def _retire(self, user: str) -> set[str]:
        """
        Make room for a new key and return the keys that stay: those of others.
        """
        keys = {raw["AccessKeyId"] for raw in self._keys(user)}
        tags = mapping((read_user(self._account, user) or {}).get("Tags", ()))
        if naming.is_ours(tags, self._account.site):
            self._remove(user, keys)
            return set()
        if len(keys) < MOST_KEYS:
            return keys
        raise PreconditionError(
            f"user {user} is not ours and has {MOST_KEYS} access keys already",
            missing=("a free access key",),
            hint="choose another cloudwatch.user_name, or have its owner delete a key",
        )

    def _remove(self, user: str, keys: set[str]) -> None:
        for key in sorted(keys):
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
