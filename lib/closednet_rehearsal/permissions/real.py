"""
Resources as they are: the ARN behind a name, and the tags on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, TypeAlias

from moto.ec2.models import ec2_backends
from moto.iam.models import iam_backends
from moto.kms.models import kms_backends
from moto.secretsmanager.models import secretsmanager_backends

from closednet_rehearsal.settings import ACCOUNTS, REGION


Nodes: TypeAlias = Callable[[str, str], Mapping[str, Mapping[str, str]]]
"""
Returns the managed nodes of an account and Region by id, with their tags.
"""

_PARTS: Final = 6


def no_nodes(_account: str, _region: str) -> dict[str, dict[str, str]]:
    """
    Return the managed nodes of a world without Systems Manager: none.
    """
    return {}


def resource(arn: str) -> str:
    """
    Return the full ARN of what was named: with its path, its id, or its suffix.
    """
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS or parts[4] not in ACCOUNTS:
        return arn
    account, name = parts[4], parts[5]
    kind, _, short = name.partition("/")
    match parts[2], kind:
        case "iam", "role":
            return _held(iam_backends[account]["aws"].roles.values(), short) or arn
        case "iam", "user":
            return _held(iam_backends[account]["aws"].users.values(), short) or arn
        case "kms", _:
            return _key(account, name) or arn
        case "secretsmanager", _:
            return _secret(account, name.removeprefix("secret:")) or arn
        case _:
            return arn


def _held(holders: Any, name: str) -> str:
    return next((str(each.arn) for each in holders if each.name == name), "")


def _key(account: str, name: str) -> str:
    backend = kms_backends[account][REGION]
    # An alias may arrive as one, and behind the word for keys.
    named = name.removeprefix("key/")
    key = backend.keys.get(backend.any_id_to_key_id(named))
    return "" if key is None else str(key.arn)


def _secret(account: str, name: str) -> str:
    for secret in secretsmanager_backends[account][REGION].secrets.values():
        if secret.name == name:
            return str(secret.arn)
    return ""


def tags(arn: str, nodes: Nodes) -> Mapping[str, str]:
    """
    Return the tags on a resource; of kinds that no policy asks about, none.
    """
    parts = arn.split(":", _PARTS - 1)
    if len(parts) < _PARTS:
        return {}
    _, _, service, region, account, name = parts
    kind, _, short = name.partition("/")
    match service, kind:
        case "ssm", "managed-instance":
            return nodes(account, region).get(short, {})
        case "ec2", _ if account in ACCOUNTS:
            return dict(ec2_backends[account][region].tags.get(short, {}))
        case "iam", "role" if account in ACCOUNTS:
            for role in iam_backends[account]["aws"].roles.values():
                if role.arn == arn:
                    return _pairs(role.tags)
    return {}


def _pairs(held: Any) -> dict[str, str]:
    # moto keeps the tags of a role under their names, each with name and value.
    listed = held.values() if isinstance(held, dict) else held or ()
    return {str(each["Key"]): str(each["Value"]) for each in listed}
