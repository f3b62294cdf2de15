"""
Which policies have a say in an access, as moto keeps them.
"""

from __future__ import annotations

import json
import re

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from moto.ec2.models import ec2_backends
from moto.iam.exceptions import NotFoundException
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.s3.models import s3_backends
from moto.sts.models import sts_backends

from closednet_rehearsal.packages import owned_buckets
from closednet_rehearsal.permissions.documents import parsed
from closednet_rehearsal.permissions.evaluate import (
    BOUNDARY,
    ENDPOINT,
    ORGANISATION,
    SESSION,
    Ceiling,
    Rules,
)
from closednet_rehearsal.settings import ACCOUNTS, NETWORK_ACCOUNT, REGION
from closednet_rehearsal.stage import world


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.permissions.documents import Policy
    from closednet_rehearsal.permissions.principals import Caller

AMAZON: Final = "amazon"
# Agents ask for these without an IAM principal: only the way can forbid them.
KEYLESS: Final = frozenset(
    {
        "ssm:RegisterManagedInstance",
        "ssm:RequestManagedInstanceRoleToken",
        "ssm:UpdateManagedInstancePublicKey",
    }
)
_ASSUME: Final = "sts:AssumeRole"
_ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):")


def _open(action: str) -> str:
    allow = {"Effect": "Allow", "Principal": "*", "Action": action, "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [allow]})


_FULL_ACCESS: Final = _open("*")
_PUBLIC_READ: Final = _open("s3:GetObject")


def owner_of(resource: str, account: str) -> str:
    """
    Return the account that owns a resource: the caller's where the ARN names none.
    """
    if resource.startswith("arn:aws:s3:::"):
        return _bucket_owner(_bucket_name(resource)) or account
    named = _ACCOUNT.match(resource)
    return named[1] if named else account


@dataclass(frozen=True, slots=True)
class Side:
    """
    What holds for a caller on this way, whatever is asked for.
    """

    identity: tuple[Policy, ...]
    ceilings: tuple[Ceiling, ...]
    role_arn: str
    exists: bool


def side_of(caller: Caller, endpoint: Any | None) -> Side:
    """
    Return the policies of the caller and of the endpoint that it comes through.
    """
    role = _role(caller.account, caller.role_name)
    ceilings = list(_ceilings(caller, role))
    if endpoint is not None:
        ceilings.append(Ceiling(ENDPOINT, (endpoint_policy(endpoint),)))
    arn = "" if role is None else str(role.arn)
    exists = role is not None or _user(caller) is not None
    return Side(identity_policies(caller), tuple(ceilings), arn, exists)


def rules_for(side: Side, action: str, resource: str, owner: str) -> Rules:
    """
    Return every policy that has a say when something is done to `resource`.
    """
    return Rules(
        identity=side.identity,
        resource=tuple(_of_resource(action, resource, owner)),
        ceilings=side.ceilings,
        sovereign=action == _ASSUME or resource.startswith("arn:aws:kms:"),
        role_arn=side.role_arn,
    )


def identity_policies(caller: Caller) -> tuple[Policy, ...]:
    """
    Return the policies of a user, with those of its groups, or of a role.
    """
    role = _role(caller.account, caller.role_name)
    if role is not None:
        return tuple(_of_identity(role))
    user = _user(caller)
    if user is None:
        return ()
    groups = _iam(caller.account).get_groups_for_user(user.name)
    return tuple(policy for each in (user, *groups) for policy in _of_identity(each))


def endpoint_at(address: str) -> Any | None:
    """
    Return the VPC endpoint that a private address belongs to.
    """
    backend = ec2_backends[NETWORK_ACCOUNT][REGION]
    for endpoint in backend.vpc_end_points.values():
        for interface in getattr(endpoint, "interfaces", ()):
            if interface.private_ip_address == address:
                return endpoint
    return None


def endpoint_policy(endpoint: Any) -> Policy:
    """
    Return the policy of an endpoint; one without lets everything through.
    """
    return parsed(endpoint.service.label, endpoint.policy_document or _FULL_ACCESS)


def _of_identity(holder: Any) -> Iterator[Policy]:
    for name, text in holder.policies.items():
        # moto keeps a document as it arrived, as text or as an object.
        yield parsed(name, text if isinstance(text, str) else json.dumps(text))
    for policy in holder.managed_policies.values():
        yield _managed(policy)


def _managed(policy: Any) -> Policy:
    version = next(each for each in policy.versions if each.is_default)
    text = version.document
    return parsed(policy.name, text if isinstance(text, str) else json.dumps(text))


def _ceilings(caller: Caller, role: Any | None) -> Iterator[Ceiling]:
    texts = world().organisation.get(caller.account, [])
    if texts:
        yield Ceiling(ORGANISATION, tuple(parsed("organisation", t) for t in texts))
    if role is None:
        return
    if role.permissions_boundary_arn:
        backend = _iam(caller.account)
        boundary = backend.managed_policies.get(role.permissions_boundary_arn)
        found = () if boundary is None else (_managed(boundary),)
        yield Ceiling(BOUNDARY, found)
    sts = sts_backends[caller.account]["aws"]
    session = sts.get_assumed_role_from_access_key(caller.access_key_id)
    if session is not None and session.policy:
        yield Ceiling(SESSION, (parsed("session", session.policy),))


def _of_resource(action: str, resource: str, owner: str) -> Iterator[Policy]:
    if action in KEYLESS:
        yield parsed("Systems Manager", _FULL_ACCESS)
    elif action == _ASSUME:
        role = _role(owner, resource.rpartition("/")[2])
        # A role under another path is another role, whatever its name.
        if role is not None and role.arn == resource and _visible(owner, role.id):
            yield parsed("trust policy", role.assume_role_policy_document)
    elif resource.startswith("arn:aws:kms:"):
        yield from _of_key(resource, owner)
    elif resource.startswith("arn:aws:s3:::"):
        yield from _of_bucket(_bucket_name(resource), owner)


def _visible(owner: str, role_id: str) -> bool:
    """
    Tell whether IAM has told STS about a role already.
    """
    since: float = _iam(owner).assumable_since.get(role_id, 0.0)
    return since <= world().clock.now()


def _of_key(resource: str, owner: str) -> Iterator[Policy]:
    backend = kms_backends[owner][REGION]
    key = backend.keys.get(backend.any_id_to_key_id(resource))
    if key is not None:
        yield parsed("key policy", key.policy)


def _of_bucket(name: str, owner: str) -> Iterator[Policy]:
    if owner == AMAZON:
        yield parsed("public bucket", _PUBLIC_READ)
        return
    bucket = s3_backends[owner]["aws"].buckets.get(name) if owner in ACCOUNTS else None
    if bucket is not None and bucket.policy:
        yield parsed("bucket policy", bucket.policy.decode())


def _bucket_name(resource: str) -> str:
    return resource.removeprefix("arn:aws:s3:::").partition("/")[0]


def _bucket_owner(name: str) -> str:
    if name in owned_buckets(REGION):
        return AMAZON
    for account in ACCOUNTS:
        if name in s3_backends[account]["aws"].buckets:
            return account
    return ""


def _user(caller: Caller) -> Any | None:
    if not caller.user_name or caller.account not in ACCOUNTS:
        return None
    users = _iam(caller.account).users.values()
    return next((each for each in users if each.name == caller.user_name), None)


def _role(account: str, name: str) -> Any | None:
    if not name or account not in ACCOUNTS:
        return None
    try:
        return _iam(account).get_role(name)
    except NotFoundException:
        return None


def _iam(account: str) -> Any:
    return iam_backends[account]["aws"]
