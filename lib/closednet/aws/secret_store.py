"""
Where secrets of a site lie between the AWS answer and the server.

A value goes in as a `Secret` and comes out as one; nothing here shows it.
"""

from __future__ import annotations

import json

from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from closednet.aws.secret_file import FileStore
from closednet.aws.tagging import pairs
from closednet.aws.tolerance import Tolerating
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.aws.account import Account
    from closednet.params import SiteParams


STORE_ACTIONS: Final = {
    "parameter-store": (
        *("ssm:GetParameter", "ssm:PutParameter", "ssm:DeleteParameter"),
        "ssm:AddTagsToResource",
    ),
    "secrets-manager": (
        *("secretsmanager:CreateSecret", "secretsmanager:DeleteSecret"),
        *("secretsmanager:GetSecretValue", "secretsmanager:PutSecretValue"),
        "secretsmanager:TagResource",
    ),
    "file": (),
}


class SecretStore(Protocol):
    """
    Keeps secrets by name.
    """

    def put(
        self, name: str, secret: Secret, description: str, tags: Mapping[str, str]
    ) -> None:
        """
        Keep `secret` under `name`, in place of what was there.
        """

    def get(self, name: str) -> Secret | None:
        """
        Return the secret, or None.
        """

    def delete(self, name: str) -> None:
        """
        Forget the secret; one that is gone already is fine.
        """

    def exists(self, name: str) -> bool:
        """
        Tell whether there is a secret of that name.
        """


class ParameterStore:
    """
    Secrets as SecureString parameters.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def put(
        self, name: str, secret: Secret, description: str, tags: Mapping[str, str]
    ) -> None:
        """
        Keep `secret` under `name`, in place of what was there.
        """
        call = self._account.call("ssm:PutParameter", name)
        # Parameter Store takes tags with a new parameter only.
        with Tolerating("ParameterAlreadyExists"), call:
            self._account.ssm.put_parameter(
                Name=name,
                Value=secret.reveal(),
                Type="SecureString",
                Description=description,
                Tags=pairs(tags),
            )
            return
        with self._account.call("ssm:PutParameter", name):
            self._account.ssm.put_parameter(
                Name=name,
                Value=secret.reveal(),
                Type="SecureString",
                Description=description,
                Overwrite=True,
            )

    def get(self, name: str) -> Secret | None:
        """
        Return the secret, or None.
        """
        call = self._account.call("ssm:GetParameter", name)
        with Tolerating("ParameterNotFound"), call:
            raw = self._account.ssm.get_parameter(Name=name, WithDecryption=True)
            return Secret(raw["Parameter"]["Value"], name=name)
        return None

    def delete(self, name: str) -> None:
        """
        Forget the secret; one that is gone already is fine.
        """
        call = self._account.call("ssm:DeleteParameter", name)
        with Tolerating("ParameterNotFound"), call:
            self._account.ssm.delete_parameter(Name=name)

    def exists(self, name: str) -> bool:
        """
        Tell whether there is a secret of that name.
        """
        return self.get(name) is not None


class SecretsManagerStore:
    """
    Secrets in Secrets Manager.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def put(
        self, name: str, secret: Secret, description: str, tags: Mapping[str, str]
    ) -> None:
        """
        Keep `secret` under `name`, in place of what was there.
        """
        client = self._account.secretsmanager
        if self.exists(name):
            with self._account.call("secretsmanager:PutSecretValue", name):
                client.put_secret_value(SecretId=name, SecretString=secret.reveal())
            return
        with self._account.call("secretsmanager:CreateSecret", name):
            client.create_secret(
                Name=name,
                SecretString=secret.reveal(),
                Description=description,
                Tags=[{"Key": key, "Value": value} for key, value in tags.items()],
            )

    def get(self, name: str) -> Secret | None:
        """
        Return the secret, or None.
        """
        call = self._account.call("secretsmanager:GetSecretValue", name)
        with Tolerating("ResourceNotFoundException"), call:
            raw = self._account.secretsmanager.get_secret_value(SecretId=name)
            return Secret(raw["SecretString"], name=name)
        return None

    def delete(self, name: str) -> None:
        """
        Forget the secret at once: it is worthless without what it opened.
        """
        call = self._account.call("secretsmanager:DeleteSecret", name)
        with Tolerating("ResourceNotFoundException"), call:
            self._account.secretsmanager.delete_secret(
                SecretId=name, ForceDeleteWithoutRecovery=True
            )

    def exists(self, name: str) -> bool:
        """
        Tell whether there is a secret of that name.
        """
        return self.get(name) is not None


def open_store(account: Account, params: SiteParams, folder: Path) -> SecretStore:
    """
    Return the store that the parameters name; `folder` is where they lie.
    """
    match params.activation.secret_store:
        case "parameter-store":
            return ParameterStore(account)
        case "secrets-manager":
            return SecretsManagerStore(account)
        case "file":
            name = params.activation.secret_file or f"secrets/{params.site}.json"
            return FileStore(folder / Path(name))


def pack(name: str, **values: str) -> Secret:
    """
    Return several values as one secret.
    """
    return Secret(json.dumps(values, sort_keys=True), name=name)


def unpack(secret: Secret | None) -> dict[str, str]:
    """
    Return the values of a packed secret; no secret has none.
    """
    if secret is None:
        return {}
    values = json.loads(secret.reveal())
    return {str(key): str(value) for key, value in values.items()}
