"""
Security groups of the endpoints and of the resolver.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet.aws import permissions, tagging
from closednet.aws.tolerance import Tolerating
from closednet.errors import AwsError, PreconditionError
from closednet.model.change import Found
from closednet.model.naming import NAME_TAG
from closednet.model.specs.network import SecurityGroup
from closednet.model.step import Actions, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.aws.account import Account
    from closednet.model.specs.network import Ingress

GONE: Final = "InvalidGroup.NotFound"
EXISTS: Final = "InvalidPermission.Duplicate"
ABSENT: Final = "InvalidPermission.NotFound"
TAKEN: Final = "InvalidGroup.Duplicate"
PREFIX: Final = "security-group/"


class SecurityGroups(PlainKind):
    """
    Finds groups by our tags, or by the name that we would give them.

    A tagged group without any rule is one whose creation was interrupted: it
    counts as absent, and `create` completes it.
    """

    spec_type = SecurityGroup
    actions = Actions(
        "network",
        find=("ec2:DescribeSecurityGroups",),
        create=(
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:CreateSecurityGroup",
            "ec2:CreateTags",
            "ec2:DescribeSecurityGroups",
        ),
        update=(
            "ec2:AuthorizeSecurityGroupIngress",
            "ec2:RevokeSecurityGroupIngress",
        ),
        delete=("ec2:DeleteSecurityGroup",),
    )

    def __init__(self, account: Account) -> None:
        self._account = account

    def find(
        self, wanted: Iterable[SecurityGroup]
    ) -> Mapping[str, Found[SecurityGroup]]:
        found = {}
        for spec in wanted:
            raw = self._raw(spec)
            if raw is None or (self._owned(raw, spec) and not raw["IpPermissions"]):
                continue
            seen = SecurityGroup(
                name=spec.name,
                vpc_id=raw["VpcId"],
                description=raw["Description"],
                ingress=permissions.from_aws(raw["IpPermissions"]),
            )
            owned = self._owned(raw, spec)
            found[spec.key] = Found(seen, str(raw["GroupId"]), owned)
        return found

    def names(self, vpc_id: str) -> dict[str, str]:
        """
        Return the logical names of the site's groups, by group id.
        """
        return {
            str(raw["GroupId"]): name
            for raw in self._all(vpc_id)
            if (name := self._logical_name(raw))
        }

    def id_of(self, name: str, vpc_id: str) -> str:
        """
        Return the group's id.

        Raises:
            PreconditionError: There is no such group yet.
        """
        for group_id, seen in self.names(vpc_id).items():
            if seen == name:
                return group_id
        raise PreconditionError(
            f"security group {name!r} of {self._account.site} does not exist in"
            f" {vpc_id}",
            missing=(f"{PREFIX}{name}",),
            hint="apply the step that makes it first",
        )

    def create(self, spec: SecurityGroup) -> str:
        raw = self._raw(spec)
        if raw is None:
            with Tolerating(TAKEN):  # an answer got lost, and botocore asked again
                self._make(spec)
            raw = self._seen(spec)
        group_id = str(raw["GroupId"])
        have = permissions.from_aws(raw["IpPermissions"])
        missing = permissions.difference(spec.ingress, have)
        # One server of EC2 may know the group already, and the next one not yet.
        self._account.waiting.until(
            lambda: self._authorized(group_id, missing),
            what=f"{spec.key} ({group_id}) known to every part of EC2",
        )
        return group_id

    def update(self, old: SecurityGroup, new: SecurityGroup) -> str:
        if (old.vpc_id, old.description) != (new.vpc_id, new.description):
            raise AwsError(
                f"{new.key} cannot move or be described anew in place",
                hint="roll the old group back first, or raise `generation`",
            )
        raw = self._raw(new)
        if raw is None:
            raise AwsError(f"{new.key} vanished", hint="plan this step again")
        group_id, have = str(raw["GroupId"]), permissions.from_aws(raw["IpPermissions"])
        self._authorize(group_id, permissions.difference(new.ingress, have))
        self._revoke(group_id, permissions.difference(have, new.ingress))
        return group_id

    def delete(self, spec: SecurityGroup, resource_id: str) -> None:
        """
        Remove the group as soon as the last network interface let go of it.
        """
        self._account.waiting.until(
            lambda: self._deleted(resource_id),
            what=f"the removal of {spec.key} ({resource_id})",
            hint="another network interface still uses this group: find it in EC2",
        )

    def _seen(self, spec: SecurityGroup) -> Any:
        """
        Return a group that was just made, as soon as EC2 lists it.
        """
        return self._account.waiting.until(
            lambda: self._raw(spec),
            what=f"{spec.key} in EC2's list of security groups",
        )

    def _authorized(self, group_id: str, rules: Iterable[Ingress]) -> bool | None:
        try:
            self._authorize(group_id, rules)
        except AwsError as err:
            if err.code == GONE:
                return None
            raise
        return True

    def _deleted(self, group_id: str) -> bool | None:
        try:
            with self._account.call("ec2:DeleteSecurityGroup", group_id):
                self._account.ec2.delete_security_group(GroupId=group_id)
        except AwsError as err:
            if err.code == GONE:
                return True
            if err.code == "DependencyViolation":
                return None
            raise
        return True

    def _make(self, spec: SecurityGroup) -> None:
        with self._account.call("ec2:CreateSecurityGroup", spec.key):
            self._account.ec2.create_security_group(
                GroupName=self._group_name(spec.name),
                Description=spec.description,
                VpcId=spec.vpc_id,
                TagSpecifications=tagging.specification(
                    self._account, "security-group", spec.key
                ),
            )

    def _authorize(self, group_id: str, rules: Iterable[Ingress]) -> None:
        if wanted := permissions.to_aws(rules):
            with (
                Tolerating(EXISTS),
                self._account.call("ec2:AuthorizeSecurityGroupIngress", group_id),
            ):
                self._account.ec2.authorize_security_group_ingress(
                    GroupId=group_id, IpPermissions=wanted
                )

    def _revoke(self, group_id: str, rules: Iterable[Ingress]) -> None:
        if wanted := permissions.to_aws(rules):
            with (
                Tolerating(ABSENT),
                self._account.call("ec2:RevokeSecurityGroupIngress", group_id),
            ):
                self._account.ec2.revoke_security_group_ingress(
                    GroupId=group_id, IpPermissions=wanted
                )

    def _raw(self, spec: SecurityGroup) -> Any:
        named = [
            raw
            for raw in self._all(spec.vpc_id)
            if self._logical_name(raw) == spec.name
        ]
        named.sort(key=lambda raw: not self._owned(raw, spec))
        return named[0] if named else None

    def _all(self, vpc_id: str) -> list[Any]:
        with self._account.call("ec2:DescribeSecurityGroups", vpc_id):
            pages = self._account.ec2.get_paginator("describe_security_groups")
            answer = pages.paginate(
                Filters=[{"Name": "vpc-id", "Values": [vpc_id]}]
            ).build_full_result()
        return list(answer["SecurityGroups"])

    def _logical_name(self, raw: Any) -> str:
        tags = tagging.mapping(raw.get("Tags"))
        key = tags.get(NAME_TAG, "")
        if key.startswith(PREFIX) and tagging.is_ours(self._account, tags, key):
            return key.removeprefix(PREFIX)
        mark = self._group_name("")
        name = str(raw["GroupName"])
        return name.removeprefix(mark) if name.startswith(mark) else ""

    def _owned(self, raw: Any, spec: SecurityGroup) -> bool:
        tags = tagging.mapping(raw.get("Tags"))
        return tagging.is_ours(self._account, tags, spec.key)

    def _group_name(self, name: str) -> str:
        return f"closednet-{self._account.site}-{name}"
