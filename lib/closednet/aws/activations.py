"""
Hybrid activations: made once, their code put away at once, orphans retired.

An activation is ours by its tags. `CreateActivation` has no idempotency token, and
AWS shows the code once; one whose code is not in the store is of no use to anybody.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.secret_store import STORE_ACTIONS, pack, unpack
from closednet.aws.tagging import mapping, pairs
from closednet.aws.tolerance import Tolerating
from closednet.errors import AwsError
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.specs.management import Activation
from closednet.model.step import Actions, PlainKind
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account
    from closednet.aws.nodes import ManagedNodes
    from closednet.aws.secret_store import SecretStore
    from closednet.params import SiteParams
    from closednet.recorder import Recorder


ROLE_PROPAGATION_S: Final = 120.0
GONE: Final = ("InvalidActivation", "InvalidActivationId")


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


class Activations(PlainKind):
    """
    Kind of the hybrid activation of a site.
    """

    spec_type = Activation

    def __init__(
        self,
        account: Account,
        store: SecretStore,
        nodes: ManagedNodes,
        params: SiteParams,
        recorder: Recorder,
    ) -> None:
        self._account = account
        self._store = store
        self._nodes = nodes
        self._hosts = params.hosts
        self._recorder = recorder
        self.secret_name = activation_secret(params.site)
        stored = STORE_ACTIONS[params.activation.secret_store]
        made = ("ssm:CreateActivation", "ssm:AddTagsToResource", "iam:PassRole")
        self.actions = Actions(
            account="management",
            find=(
                *("ssm:DescribeActivations", "ssm:DescribeInstanceInformation"),
                *(action for action in stored if "Get" in action),
            ),
            create=(*made, "ssm:DeleteActivation", *stored),
            update=(*made, "ssm:DeleteActivation", *stored),
            delete=("ssm:DeleteActivation", *stored),
        )

    def find(self, wanted: Iterable[Activation]) -> dict[str, Found[Activation]]:
        """
        Return the activation that can still be used, or has done its work.

        Once every server of the inventory is registered the activation is found as
        wanted, whether or not AWS still lists it: nobody needs another one.
        """
        found: dict[str, Found[Activation]] = {}
        for spec in wanted:
            if not self.missing_hosts():
                node = self._nodes.of_site(self._account.site)[0]
                found[spec.key] = Found(spec, node.activation_id, owned=True)
            elif usable := self._usable():
                found[spec.key] = Found(usable.spec, usable.activation_id, owned=True)
        return found

    def create(self, spec: Activation) -> str:
        """
        Make the activation after retiring what an interrupted run left behind.
        """
        if (usable := self._usable()) and usable.spec == spec:
            return usable.activation_id
        self._retire(keep="")
        made = self._made(spec)
        self._store.put(
            self.secret_name,
            pack(
                self.secret_name,
                activation_id=made.activation_id,
                code=made.code.reveal(),
            ),
            f"closednet: activation code of site {self._account.site}",
            naming.tags(self._account.site, spec.key),
        )
        # A repeated request may have made two.
        self._retire(keep=made.activation_id)
        return made.activation_id

    def update(self, old: Activation, new: Activation) -> str:  # noqa: ARG002 - replaced as a whole
        """
        Replace the activation: AWS lets nobody change one.
        """
        return self.create(new)

    def delete(self, spec: Activation, resource_id: str) -> None:  # noqa: ARG002 - all of ours
        """
        Remove the activations of this site and their code; nodes stay registered.
        """
        for state in self.ours():
            self._delete(state.activation_id)
        self._store.delete(self.secret_name)

    def irreversible(self, spec: Activation) -> str:  # noqa: ARG002 - the protocol's
        """
        A deleted activation never comes back; a new one has another code.
        """
        return "a rollback deletes the activation; another one has another code"

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

    def stored(self) -> StoredCode | None:
        """
        Return the activation's id and code from the store.
        """
        values = unpack(self._store.get(self.secret_name))
        if not values:
            return None
        code = Secret(values["code"], name="activation code")
        return StoredCode(values["activation_id"], code)

    def missing_hosts(self) -> tuple[str, ...]:
        """
        Return the servers of the inventory that are not registered.
        """
        nodes = self._nodes.of_site(self._account.site)
        return tuple(
            host.name
            for host in self._hosts
            if not any(node.is_host(host) for node in nodes)
        )

    def _usable(self) -> ActivationState | None:
        stored = self.stored()
        for state in self.ours():
            if (
                stored is not None
                and state.activation_id == stored.activation_id
                and not state.expired
                and state.registrations < state.spec.limit
            ):
                return state
        return None

    def _retire(self, *, keep: str) -> None:
        for state in self.ours():
            if state.activation_id == keep:
                continue
            self._recorder.record(
                "orphan",
                resource="activation",
                id=state.activation_id,
                action="deleted",
                reason="expired or used up"
                if state.expired
                else "superseded, or its code is not in the secret store",
            )
            self._delete(state.activation_id)

    def _delete(self, activation_id: str) -> None:
        call = self._account.call("ssm:DeleteActivation", activation_id)
        with Tolerating(*GONE), call:
            self._account.ssm.delete_activation(ActivationId=activation_id)

    def _made(self, spec: Activation) -> StoredCode:
        waiting = self._account.waiting
        patience = min(waiting.timeout_s, ROLE_PROPAGATION_S)
        return replace(waiting, timeout_s=patience).until(
            lambda: self._try_to_make(spec),
            what=f"role {spec.role} usable by Systems Manager",
            hint="compare the role's trust policy with the plan of this step",
        )

    def _try_to_make(self, spec: Activation) -> StoredCode | None:
        expires = datetime.now(UTC) + timedelta(hours=spec.expires_in_hours)
        try:
            with self._account.call("ssm:CreateActivation", spec.role):
                raw = self._account.ssm.create_activation(
                    IamRole=spec.role,
                    RegistrationLimit=spec.limit,
                    ExpirationDate=expires,
                    Description=spec.description,
                    Tags=pairs(naming.tags(self._account.site, spec.key)),
                )
        except AwsError as err:
            # IAM is eventually consistent: a new role is unknown for a while.
            if err.code == "ValidationException" and "role" in err.message.lower():
                return None
            raise
        code = Secret(raw["ActivationCode"], name="activation code")
        return StoredCode(raw["ActivationId"], code)


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
    )
