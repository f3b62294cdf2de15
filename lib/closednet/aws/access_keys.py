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
from closednet.model.specs.management import AccessKey, FormerKey
from closednet.model.step import Actions, PlainKind
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

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
    rotation: int = 1


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
            update=("iam:CreateAccessKey", *retire, *stored),
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
                seen = AccessKey(spec.user, spec.secret, stored.rotation)
                found[spec.key] = Found(seen, stored.access_key_id, owned=True)
        return found

    def create(self, spec: AccessKey) -> str:
        """
        Make a key after retiring those of our user whose secret lies nowhere.
        """
        return self._made(spec, self._retire(spec.user))

    def _made(self, spec: AccessKey, before: set[str]) -> str:
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
            **({} if spec.rotation == 1 else {"rotation": str(spec.rotation)}),
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
        Make another key beside the one in the store, which stays valid.
        """
        stored = self.stored(old.secret)
        kept = set() if stored is None else {stored.access_key_id}
        return self._made(new, kept | self._retire(new.user, kept))

    def active(self, user: str) -> set[str]:
        """
        Return the ids of all keys of a user.
        """
        return {str(raw["AccessKeyId"]) for raw in self._keys(user)}

    def drop(self, user: str, key: str) -> None:
        """
        Delete one key of a user.
        """
        self._delete(user, key)

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
        rotation = int(values.get("rotation", "1"))
        return StoredKey(values["access_key_id"], secret, rotation)

    def _retire(
        self, user: str, in_use: frozenset[str] | set[str] = frozenset()
    ) -> set[str]:
        """
        Make room for a new key and return the keys that stay: those of others.
        """
        keys = self.active(user)
        tags = mapping((read_user(self._account, user) or {}).get("Tags", ()))
        if naming.is_ours(tags, self._account.site):
            self._remove(user, keys - in_use)
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


class FormerKeys(PlainKind):
    """
    Kind of the keys of our user that are not in the store any more.
    """

    spec_type = FormerKey
    actions = Actions(
        account="management",
        find=("iam:GetUser", "iam:ListAccessKeys"),
        delete=("iam:GetUser", "iam:ListAccessKeys", "iam:DeleteAccessKey"),
    )

    def __init__(
        self,
        account: Account,
        keys: AccessKeys,
        set_aside: Collection[str] = (),
    ) -> None:
        self._account = account
        self._keys = keys
        # Servers that could not be told the new key go on with the former one.
        self._set_aside = set_aside

    def find(self, wanted: Iterable[FormerKey]) -> dict[str, Found[FormerKey]]:
        """
        Return what a rotation left behind.
        """
        found: dict[str, Found[FormerKey]] = {}
        for spec in wanted:
            left = self._left(spec)
            if left:
                found[spec.key] = Found(spec, ", ".join(left), owned=True)
        return found

    def create(self, spec: FormerKey) -> str:
        """
        A key that is gone does not come back: the one in the store is in use.
        """
        return ""

    def update(self, old: FormerKey, new: FormerKey) -> str:
        """
        Nothing about it changes.
        """
        return ""

    def delete(self, spec: FormerKey, resource_id: str) -> None:
        """
        Delete what the servers do not use any more.

        Raises:
            PreconditionError: Some servers still have it.
        """
        if self._set_aside:
            raise PreconditionError(
                f"the former access key of {spec.user} stays: it is still on"
                f" {', '.join(sorted(self._set_aside))}",
                missing=("the new key on every server",),
                hint="mend these servers, then run this step again",
            )
        for key in self._left(spec):
            self._keys.drop(spec.user, key)

    def irreversible(self, spec: FormerKey) -> str:
        """
        A deleted key is gone.
        """
        return "a deleted access key cannot be brought back; the new one stays in use"

    def _left(self, spec: FormerKey) -> list[str]:
        tags = mapping((read_user(self._account, spec.user) or {}).get("Tags", ()))
        stored = self._keys.stored(spec.secret)
        if stored is None or not naming.is_ours(tags, self._account.site):
            return []
        return sorted(self._keys.active(spec.user) - {stored.access_key_id})
