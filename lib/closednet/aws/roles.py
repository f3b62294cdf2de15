"""
The service role of the managed nodes and its inline policies.

Roles are ours by tag. An inline policy has no tags: it is ours by its name, unless
its role carries the tag of another site.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.tagging import mapping, pairs
from closednet.aws.tolerance import Tolerating
from closednet.errors import AwsError
from closednet.model import iam_policies, naming
from closednet.model.change import Found
from closednet.model.specs.management import Role, RolePolicy
from closednet.model.step import OWNER, Actions, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account


EXISTS: Final = "EntityAlreadyExists"
MISSING: Final = ("NoSuchEntity", "NoSuchEntityException")


class Roles(PlainKind):
    """
    Kind of the roles that Systems Manager assumes for the nodes.
    """

    spec_type = Role
    actions = Actions(
        account="management",
        find=("iam:GetRole",),
        create=("iam:CreateRole", "iam:TagRole"),
        update=("iam:UpdateAssumeRolePolicy", "iam:UpdateRole"),
        delete=("iam:DeleteRole",),
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(self, wanted: Iterable[Role]) -> dict[str, Found[Role]]:
        """
        Return the roles that exist under the wanted names.
        """
        found: dict[str, Found[Role]] = {}
        for spec in wanted:
            raw = read_role(self._account, spec.name)
            if raw is not None:
                trust = iam_policies.text_of(raw["AssumeRolePolicyDocument"])
                seen = Role(spec.name, trust, raw.get("Description", ""))
                owned = naming.is_ours(mapping(raw.get("Tags", ())), self._account.site)
                if not owned and iam_policies.trusts(trust, spec.trust):
                    # A role of others may be trusted and described in its own way.
                    seen = spec
                found[spec.key] = Found(seen, raw["Arn"], owned)
        return found

    def by_owner(self, found: Found[Role], wanted: Role) -> Work:
        """
        Return what the owner of an unsuitable role has to change.
        """
        return Work(
            OWNER,
            f"{wanted.key} ({found.resource_id}): let Systems Manager assume it:"
            f" {wanted.trust}",
        )

    def create(self, spec: Role) -> str:
        """
        Make the role; one of that name that appeared meanwhile is found instead.
        """
        try:
            with self._account.call("iam:CreateRole", spec.name):
                self._account.iam.create_role(
                    RoleName=spec.name,
                    AssumeRolePolicyDocument=spec.trust,
                    Description=spec.description,
                    Tags=pairs(naming.tags(self._account.site, spec.key)),
                )
        except AwsError as err:
            # A request whose answer was lost is sent again by botocore.
            if err.code != EXISTS:
                raise
            self.settle([spec])
            if not self.find([spec])[spec.key].owned:
                raise
        return self._arn(spec)

    def update(self, old: Role, new: Role) -> str:
        """
        Put trust policy and description back to what they should be.
        """
        iam = self._account.iam
        if old.trust != new.trust:
            with self._account.call("iam:UpdateAssumeRolePolicy", new.name):
                iam.update_assume_role_policy(
                    RoleName=new.name, PolicyDocument=new.trust
                )
        if old.description != new.description:
            with self._account.call("iam:UpdateRole", new.name):
                iam.update_role(RoleName=new.name, Description=new.description)
        return self._arn(new)

    def delete(self, spec: Role, resource_id: str) -> None:
        """
        Remove the role; AWS refuses while others' policies hang on it.
        """
        with Tolerating(*MISSING), self._account.call("iam:DeleteRole", spec.name):
            self._account.iam.delete_role(RoleName=spec.name)

    def settle(self, specs: Iterable[Role]) -> None:
        """
        Wait until IAM finds the roles: right after they were made it may not.
        """
        for spec in specs:
            self._account.waiting.until(
                partial(read_role, self._account, spec.name),
                what=f"role {spec.name} in IAM",
            )

    def permissions(self, role: str) -> tuple[tuple[str, ...], dict[str, str]]:
        """
        Return attached and inline policies of `role`; a missing role has none.
        """
        if read_role(self._account, role) is None:
            return (), {}
        return self.attached(role), self.inline(role)

    def attached(self, role: str) -> tuple[str, ...]:
        """
        Return the names of the managed policies that are attached to `role`.
        """
        with self._account.call("iam:ListAttachedRolePolicies", role):
            pages = self._account.iam.get_paginator("list_attached_role_policies")
            return tuple(
                policy["PolicyName"]
                for page in pages.paginate(RoleName=role)
                for policy in page["AttachedPolicies"]
            )

    def inline(self, role: str) -> dict[str, str]:
        """
        Return the inline policies of `role` by name, as canonical JSON.
        """
        with self._account.call("iam:ListRolePolicies", role):
            pages = self._account.iam.get_paginator("list_role_policies")
            listed = pages.paginate(RoleName=role)
            names = [name for page in listed for name in page["PolicyNames"]]
        texts = {name: read_policy(self._account, role, name) for name in names}
        return {name: text for name, text in texts.items() if text is not None}

    def _arn(self, spec: Role) -> str:
        owner = f"arn:{self._account.partition}:iam::{self._account.id}"
        return f"{owner}:role/{spec.name}"


class RolePolicies(PlainKind):
    """
    Kind of the inline policies of roles.
    """

    spec_type = RolePolicy
    actions = Actions(
        account="management",
        find=("iam:GetRole", "iam:GetRolePolicy"),
        create=("iam:PutRolePolicy",),
        update=("iam:PutRolePolicy",),
        delete=("iam:DeleteRolePolicy",),
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(self, wanted: Iterable[RolePolicy]) -> dict[str, Found[RolePolicy]]:
        """
        Return the inline policies that exist under the wanted names.
        """
        found: dict[str, Found[RolePolicy]] = {}
        for spec in wanted:
            text = read_policy(self._account, spec.role, spec.name)
            if text is not None:
                seen = RolePolicy(spec.role, spec.name, text)
                resource_id = f"{spec.role}/{spec.name}"
                found[spec.key] = Found(seen, resource_id, self._is_ours(spec.role))
        return found

    def create(self, spec: RolePolicy) -> str:
        """
        Put the policy on its role.
        """
        with self._account.call("iam:PutRolePolicy", f"{spec.role}/{spec.name}"):
            self._account.iam.put_role_policy(
                RoleName=spec.role, PolicyName=spec.name, PolicyDocument=spec.document
            )
        return f"{spec.role}/{spec.name}"

    def update(self, old: RolePolicy, new: RolePolicy) -> str:
        """
        Replace the policy.
        """
        return self.create(new)

    def delete(self, spec: RolePolicy, resource_id: str) -> None:
        """
        Take the policy off its role.
        """
        call = self._account.call("iam:DeleteRolePolicy", resource_id)
        with Tolerating(*MISSING), call:
            self._account.iam.delete_role_policy(
                RoleName=spec.role, PolicyName=spec.name
            )

    def _is_ours(self, role: str) -> bool:
        raw = read_role(self._account, role) or {}
        site = self._account.site
        return mapping(raw.get("Tags", ())).get(naming.SITE_TAG, site) == site


def read_role(account: Account, name: str) -> dict[str, Any] | None:
    """
    Return the role as IAM describes it, or None.
    """
    with Tolerating(*MISSING), account.call("iam:GetRole", name):
        return dict(account.iam.get_role(RoleName=name)["Role"])
    return None


def read_policy(account: Account, role: str, name: str) -> str | None:
    """
    Return an inline policy of a role as canonical JSON, or None.
    """
    subject = f"{role}/{name}"
    with Tolerating(*MISSING), account.call("iam:GetRolePolicy", subject):
        raw = account.iam.get_role_policy(RoleName=role, PolicyName=name)
        document: Any = raw["PolicyDocument"]
        return iam_policies.text_of(document)
    return None
