"""
IAM and STS with what an operator trips over: propagation, trust, dead keys.
"""

from __future__ import annotations

import json

from copy import copy
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

from moto.core.responses import ActionResult
from moto.iam import urls as iam_urls
from moto.iam.aws_managed_policies import aws_managed_policies_data
from moto.iam.exceptions import NotFoundException
from moto.iam.models import (
    AccessKey,
    AWSManagedPolicy,
    IAMBackend,
    ManagedPolicy,
    Role,
    iam_backends,
)
from moto.settings import load_iam_aws_managed_policies
from moto.sts import urls as sts_urls
from moto.sts.models import AssumedRole, STSBackend
from moto.sts.responses import TokenResponse

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.iam_reads import check_size
from closednet_rehearsal.identity import key_owner, remember_key
from closednet_rehearsal.lean import parsed
from closednet_rehearsal.propagation import written
from closednet_rehearsal.quotas import within
from closednet_rehearsal.settings import (
    NETWORK_ACCOUNT,
    OPERATOR_KEY_ID,
    OPERATOR_USER_ARN,
)
from closednet_rehearsal.stage import world
from closednet_rehearsal.trust_documents import check_trust


if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class VisibleRole:
    """
    A role, and from when on other services see it as it is now.
    """

    arn: str
    trust_policy: Mapping[str, Any]
    visible_since: float


def find_role(account: str, role_name: str) -> VisibleRole | None:
    """
    Return a role of an account by its name without path, or None.
    """
    backend = iam_backends[account]["aws"]
    if not isinstance(backend, RehearsalIAMBackend):
        raise TypeError("the rehearsal's IAM is not installed")
    try:
        role = backend.get_role(role_name)
    except NotFoundException:
        return None
    trust = json.loads(role.assume_role_policy_document)
    return VisibleRole(role.arn, trust, backend.visible_since.get(role.id, 0.0))


def policy_document(policy: Any) -> Any:
    """
    Return the default version of a managed policy.
    """
    for version in policy.versions:
        if version.is_default:
            text = isinstance(version.document, str)
            return json.loads(version.document) if text else version.document
    return {"Statement": []}


@cache
def _aws_policies(region_name: str) -> tuple[ManagedPolicy, ...]:
    return tuple(
        AWSManagedPolicy.from_data(name, "aws", region_name, data)
        for name, data in parsed(aws_managed_policies_data).items()
    )


class RehearsalIAMBackend(IAMBackend):
    """
    moto's IAM that remembers when roles become visible and which keys it gave.
    """

    _url_module = property(lambda _: iam_urls)

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.visible_since: dict[str, float] = {}
        self.assumable_since: dict[str, float] = {}

    def _init_aws_policies(self) -> list[ManagedPolicy]:
        # moto makes all fourteen hundred of them again for each account.
        if not load_iam_aws_managed_policies():
            return []
        policies = [copy(policy) for policy in _aws_policies(self.region_name)]
        for policy in policies:
            policy.account_id = self.account_id
        return policies

    def create_role(
        self,
        role_name: str,
        assume_role_policy_document: str,
        *args: Any,
        **kwargs: Any,
    ) -> Role:
        check_trust(assume_role_policy_document)
        most = world().quotas.roles
        over = f"Cannot exceed quota for RolesPerAccount: {most}"
        within("roles", len(self.roles) + 1, "LimitExceeded", over, 409)
        role = super().create_role(
            role_name, assume_role_policy_document, *args, **kwargs
        )
        self._changed(role)
        written("role", self.account_id, role.name)
        return role

    def create_user(self, *args: Any, **kwargs: Any) -> Any:
        made = super().create_user(*args, **kwargs)
        written("user", self.account_id, made.name)
        return made

    def get_role(self, role_name: str) -> Role:
        try:
            return super().get_role(role_name)
        except NotFoundException:
            raise NotFoundException(
                f"The role with name {role_name} cannot be found."
            ) from None

    def update_assume_role_policy(self, role_name: str, policy_document: str) -> None:
        check_trust(policy_document)
        super().update_assume_role_policy(role_name, policy_document)
        self._changed(self.get_role(role_name))

    def attach_role_policy(self, policy_arn: str, role_name: str) -> None:
        attached = set(self.get_role(role_name).managed_policies) | {policy_arn}
        most = world().quotas.policies_per_role
        over = f"Cannot exceed quota for PoliciesPerRole: {most}"
        within("policies_per_role", len(attached), "LimitExceeded", over, 409)
        super().attach_role_policy(policy_arn, role_name)

    def put_role_policy(
        self, role_name: str, policy_name: str, policy_json: str
    ) -> None:
        held = self.get_role(role_name).policies | {policy_name: policy_json}
        check_size("role", role_name, held)
        super().put_role_policy(role_name, policy_name, policy_json)

    def put_user_policy(
        self, user_name: str, policy_name: str, policy_json: str
    ) -> None:
        held = self.get_user(user_name).policies | {policy_name: policy_json}
        check_size("user", user_name, held)
        super().put_user_policy(user_name, policy_name, policy_json)

    def delete_user(self, user_name: str) -> None:
        if self.get_user(user_name).access_keys:
            raise Refusal(
                "DeleteConflict",
                "Cannot delete entity, must delete access keys first.",
                409,
            )
        super().delete_user(user_name)

    def _changed(self, role: Role) -> None:
        delay = world().delays.iam_propagation
        self.visible_since[role.id] = world().clock.now() + delay
        # Until a change has spread, what stood there before holds.
        self.assumable_since.setdefault(role.id, self.visible_since[role.id])

    def spread(self) -> None:
        """
        Let every service know of every role.
        """
        self.visible_since.clear()
        self.assumable_since = dict.fromkeys(self.assumable_since, 0.0)

    def create_access_key(
        self, user_name: str, prefix: str = "AKIA", status: str = "Active"
    ) -> AccessKey:
        key = super().create_access_key(user_name, prefix, status)
        remember_key(key.access_key_id)
        written("key", key.access_key_id)
        return key


class RehearsalSTSBackend(STSBackend):
    """
    moto's STS for roles that exist and trust the caller.
    """

    _url_module = property(lambda _: sts_urls)

    def assume_role(self, *args: Any, **kwargs: Any) -> AssumedRole:
        role = super().assume_role(*args, **kwargs)
        remember_key(role.access_key_id, float(kwargs["duration"]))
        return role


class RehearsalSTSResponse(TokenResponse):
    """
    The STS operations that differ from moto's.
    """

    def get_caller_identity(self) -> ActionResult:
        account, principal = key_owner(self.access_key)
        if principal != OPERATOR_USER_ARN:
            answer: ActionResult = super().get_caller_identity()
            return answer
        return ActionResult(
            {"UserId": OPERATOR_KEY_ID, "Account": account, "Arn": principal}
        )


def operator_trust() -> str:
    """
    Return the trust policy of the operator roles: the network account's people.
    """
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{NETWORK_ACCOUNT}:root"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
