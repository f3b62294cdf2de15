"""
What AWS and the secret store know about the activations of a site.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.secret_store import pack, unpack
from closednet.aws.tagging import mapping
from closednet.model import naming
from closednet.model.specs.management import Activation
from closednet.redact import Secret


if TYPE_CHECKING:
    from datetime import datetime

    from closednet.aws.account import Account
    from closednet.aws.secret_store import SecretStore

WAVE: Final = " wave "


@dataclass(frozen=True, slots=True)
class StoredCode:
    """
    What a server registers with.
    """

    activation_id: str
    code: Secret


@dataclass(frozen=True, slots=True)
class ActivationState:
    """
    An activation as AWS describes it.
    """

    activation_id: str
    spec: Activation
    expired: bool
    registrations: int
    tags: dict[str, str]
    expires_at: datetime | None = None

    @property
    def room(self) -> int:
        """
        How many more servers can register.
        """
        return self.spec.limit - self.registrations

    @property
    def is_of_a_wave(self) -> bool:
        """
        Whether it is for a later wave of servers.
        """
        return WAVE in self.spec.description


class ActivationCodes:
    """
    Reads the activations of a site, and keeps the code of the last one.
    """

    def __init__(self, account: Account, store: SecretStore) -> None:
        self._account = account
        self._store = store
        self.secret_name = activation_secret(account.site)

    def ours(self) -> tuple[ActivationState, ...]:
        """
        Return all activations of this site that AWS still lists.
        """
        with self._account.call("ssm:DescribeActivations"):
            pages = self._account.ssm.get_paginator("describe_activations")
            states = [
                _state(raw)
                for page in pages.paginate()
                for raw in page["ActivationList"]
            ]
        site = self._account.site
        return tuple(state for state in states if naming.is_ours(state.tags, site))

    def listed(self, activation_id: str) -> ActivationState | None:
        """
        Return the activation of this id as AWS describes it, whosever it is.
        """
        with self._account.call("ssm:DescribeActivations", activation_id):
            raw = self._account.ssm.describe_activations(
                Filters=[
                    {"FilterKey": "ActivationIds", "FilterValues": [activation_id]}
                ]
            )
        found = [_state(each) for each in raw["ActivationList"]]
        return found[0] if found else None

    def stored(self) -> StoredCode | None:
        """
        Return the activation's id and code from the store.
        """
        values = unpack(self._store.get(self.secret_name))
        if not values:
            return None
        code = Secret(values["code"], name="activation code")
        return StoredCode(values["activation_id"], code)

    def usable(self, servers: int = 1) -> ActivationState | None:
        """
        Return the activation that so many servers can register with now, or None.
        """
        stored = self.stored()
        for state in self.ours():
            if (
                stored is not None
                and state.activation_id == stored.activation_id
                and not state.expired
                and state.room >= max(1, servers)
            ):
                return state
        return None

    def keep(self, made: StoredCode, tags: dict[str, str]) -> None:
        """
        Put the code into the store.
        """
        values = {"activation_id": made.activation_id, "code": made.code.reveal()}
        self._store.put(
            self.secret_name,
            pack(self.secret_name, **values),
            f"closednet: activation code of site {self._account.site}",
            tags,
        )

    def forget(self) -> None:
        """
        Remove the code from the store.
        """
        self._store.delete(self.secret_name)


def activation_secret(site: str) -> str:
    """
    Return the name under which the activation code of `site` is kept.
    """
    return f"/closednet/{site}/activation"


def _state(raw: Any) -> ActivationState:
    lifetime = raw["ExpirationDate"] - raw["CreatedDate"]
    spec = Activation(
        role=raw["IamRole"],
        limit=raw["RegistrationLimit"],
        expires_in_hours=round(lifetime.total_seconds() / 3600),
        description=raw.get("Description", ""),
    )
    return ActivationState(
        activation_id=raw["ActivationId"],
        spec=spec,
        expired=raw.get("Expired", False),
        registrations=raw.get("RegistrationsCount", 0),
        tags=mapping(raw.get("Tags", ())),
        expires_at=raw["ExpirationDate"],
    )
