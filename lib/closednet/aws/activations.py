"""
Hybrid activations: made once, their code put away at once, orphans retired.

An activation is ours by its tags. `CreateActivation` has no idempotency token, and
AWS shows the code once; one whose code is not in the store is of no use to anybody.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from closednet.aws.activation_codes import StoredCode
from closednet.aws.secret_store import STORE_ACTIONS
from closednet.aws.tagging import pairs
from closednet.aws.tolerance import Tolerating
from closednet.errors import AwsError
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.matching import node_of
from closednet.model.specs.management import Activation
from closednet.model.step import Actions, PlainKind
from closednet.params import fleet
from closednet.redact import Secret


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account
    from closednet.aws.activation_codes import ActivationCodes
    from closednet.aws.nodes import ManagedNode, ManagedNodes
    from closednet.params import SiteParams
    from closednet.recorder import Recorder


ROLE_PROPAGATION_S: Final = 120.0
GONE: Final = ("InvalidActivation", "InvalidActivationId")


class Activations(PlainKind):
    """
    Kind of the hybrid activation of a site.
    """

    spec_type = Activation

    def __init__(
        self,
        account: Account,
        codes: ActivationCodes,
        nodes: ManagedNodes,
        params: SiteParams,
        recorder: Recorder,
    ) -> None:
        self._account = account
        self.codes = codes
        self._nodes = nodes
        # The others come with activations of their own, wave by wave.
        first = fleet.waves(params.hosts, params.rollout.waves)[:1]
        self._hosts = tuple(host for wave in first for host in wave)
        self._recorder = recorder
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
            missing = self.missing_hosts()
            if not missing:
                node = self.nodes()[0]
                found[spec.key] = Found(spec, node.activation_id, owned=True)
                continue
            usable = self.codes.usable(len(missing))
            if usable and not usable.is_of_a_wave:
                found[spec.key] = Found(usable.spec, usable.activation_id, owned=True)
        return found

    def remaining(self, wanted: Iterable[Activation]) -> dict[str, Found[Activation]]:
        """
        Return the activation also when it is used up or expired, or its code's rest.
        """
        ids = [state.activation_id for state in self.codes.ours()]
        if not ids and (stored := self.codes.stored()):
            ids = [stored.activation_id]
        return {spec.key: Found(spec, ids[0], owned=True) for spec in wanted if ids}

    def create(self, spec: Activation) -> str:
        """
        Make the activation after retiring what an interrupted run left behind.
        """
        return self.provide(spec, len(self.missing_hosts()))

    def provide(self, spec: Activation, servers: int) -> str:
        """
        Return the id of an activation that so many servers can still register with.

        A registration whose answer was lost is used up for nothing.
        """
        if (usable := self.codes.usable(servers)) and usable.spec == spec:
            return usable.activation_id
        self._retire(keep="")
        made = self._made(spec)
        self.codes.keep(made, naming.tags(self._account.site, spec.key))
        # A repeated request may have made two.
        self._retire(keep=made.activation_id)
        return made.activation_id

    def update(self, old: Activation, new: Activation) -> str:
        """
        Replace the activation: AWS lets nobody change one.
        """
        return self.create(new)

    def delete(self, spec: Activation, resource_id: str) -> None:
        """
        Remove the activations of this site and their code; nodes stay registered.
        """
        for state in self.codes.ours():
            self._delete(state.activation_id)
        self.codes.forget()

    def retire(self, activation_id: str) -> None:
        """
        Remove one activation, and the code where it is this one's.
        """
        self._delete(activation_id)
        stored = self.codes.stored()
        if stored is not None and stored.activation_id == activation_id:
            self.codes.forget()

    def nodes(self) -> tuple[ManagedNode, ...]:
        """
        Return the managed nodes of the site.
        """
        return self._nodes.of_site(self._account.site)

    def missing_hosts(self) -> tuple[str, ...]:
        """
        Return the servers of the inventory that are not registered.
        """
        known = node_of(self._hosts, self.nodes())
        return tuple(host.name for host in self._hosts if host.name not in known)

    def _retire(self, *, keep: str) -> None:
        for state in self.codes.ours():
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
