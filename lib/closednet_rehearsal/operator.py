"""
The operator's rights: in each account exactly the policies that were handed over.
"""

from __future__ import annotations

import json

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from moto.iam.models import iam_backends

from closednet_rehearsal.settings import (
    ACCOUNTS,
    DNS_ACCOUNT,
    MANAGEMENT_ACCOUNT,
    NETWORK_ACCOUNT,
    OPERATOR_ROLE,
    OPERATOR_USER_ARN,
)


if TYPE_CHECKING:
    from pathlib import Path

Documents: TypeAlias = Mapping[str, Any]
"""
Policy documents by who gets them: `network`, `management`, `dns`, or the `user` itself.
"""

OWNERS: Final = ("bucket", "key")
_USER: Final = OPERATOR_USER_ARN.rpartition("/")[2]
_ROLES: Final = {
    "network": NETWORK_ACCOUNT,
    "management": MANAGEMENT_ACCOUNT,
    "dns": DNS_ACCOUNT,
}
_EVERYTHING: Final = {
    "Version": "2012-10-17",
    "Statement": [
        {"Sid": "Everything", "Effect": "Allow", "Action": "*", "Resource": "*"}
    ],
}
ADMINISTRATOR: Final[Documents] = dict.fromkeys((*_ROLES, "user"), _EVERYTHING)


def create_operator() -> None:
    """
    Create the person who may do nothing but assume the operator's roles.
    """
    backend = iam_backends[NETWORK_ACCOUNT]["aws"]
    backend.create_user(NETWORK_ACCOUNT, _USER)
    roles = [f"arn:aws:iam::{account}:role/{OPERATOR_ROLE}" for account in ACCOUNTS]
    statement = {
        "Sid": "BecomeOperator",
        "Effect": "Allow",
        "Action": "sts:AssumeRole",
        "Resource": roles,
    }
    document = {"Version": "2012-10-17", "Statement": [statement]}
    backend.put_user_policy(_USER, "assume-operator", json.dumps(document))


def attach(documents: Documents) -> None:
    """
    Give the operator these policies, and none of those given before.

    Raises:
        ValueError: A name or a document is not as it must be.
    """
    unknown = set(documents) - {*_ROLES, "user"}
    if unknown:
        raise ValueError(f"policies are for {', '.join(_ROLES)} or user, not {unknown}")
    for name, account in _ROLES.items():
        backend = iam_backends[account]["aws"]
        policies = backend.get_role(OPERATOR_ROLE).policies
        _replace(policies, f"operator-{name}", documents.get(name))
    user = next(
        each
        for each in iam_backends[NETWORK_ACCOUNT]["aws"].users.values()
        if each.name == _USER
    )
    _replace(user.policies, "operator-user", documents.get("user"))


def _replace(policies: dict[str, str], name: str, document: Any) -> None:
    policies.pop(name, None)
    if document is not None:
        if "Statement" not in document:
            raise ValueError(f"the policy for {name} has no Statement")
        policies[name] = json.dumps(document)


def read(file: Path) -> Documents:
    """
    Return the policies of a file, in the form in which `closednet policies` prints.
    """
    documents: Documents = json.loads(file.read_text("utf-8"))
    # What it prints for owners of buckets and keys is no policy of the operator.
    return {name: documents[name] for name in documents if name not in OWNERS}


def generated(params_file: Path) -> Documents:
    """
    Return what `closednet policies` prints for a site.
    """
    # Half of closednet stands behind this: whoever brings policies goes without.
    from closednet import registry, site  # noqa: PLC0415

    return registry.operator_policies(site.open_site(params_file))
