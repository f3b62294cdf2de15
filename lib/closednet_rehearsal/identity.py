"""
Who is calling: the account and the principal behind an access key.
"""

from __future__ import annotations

import re

from collections.abc import Callable
from typing import Any, Final, TypeAlias
from urllib.parse import parse_qs

from moto.iam.models import iam_backends
from moto.sts.models import sts_backends

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.settings import (
    ACCOUNTS,
    MANAGEMENT_ACCOUNT,
    NETWORK_ACCOUNT,
    OPERATOR_USER_ARN,
)
from closednet_rehearsal.stage import world


KeySource: TypeAlias = Callable[[str], tuple[str, str] | None]

ANONYMOUS: Final = "anonymous"
_CREDENTIAL: Final = re.compile(r"Credential=([^/,\s]+)/(\d+)/([^/]+)/([^/]+)/")

# Key ids that were given out: once deleted they must not pass for the operator's.
_ISSUED: Final[dict[str, float]] = {}

# Others that give out keys, such as Systems Manager to its nodes.
_SOURCES: Final[list[KeySource]] = []


def add_key_source(source: KeySource) -> None:
    """
    Ask `source` too, from now on, whose key it is.
    """
    _SOURCES.append(source)


def remember_key(access_key_id: str, lifetime_s: float = 0.0) -> None:
    """
    Note that a key was given out, and when it stops being good (0: never).
    """
    _ISSUED[access_key_id] = world().clock.now() + lifetime_s if lifetime_s else 0.0


def forget_keys() -> None:
    """
    Forget every key that was given out (a new rehearsal starts).
    """
    _ISSUED.clear()
    _SOURCES.clear()


def credential_scope(environ: dict[str, Any]) -> tuple[str, str, str] | None:
    """
    Return (access key id, region, signing name) of a signed request, else None.
    """
    found = _CREDENTIAL.search(environ.get("HTTP_AUTHORIZATION", ""))
    if found:
        return found[1], found[3], found[4]
    query = parse_qs(environ.get("QUERY_STRING", ""))
    parts = query.get("X-Amz-Credential", [""])[0].split("/")
    if len(parts) == len(("key", "date", "region", "service", "aws4_request")):
        return parts[0], parts[2], parts[3]
    if "AWSAccessKeyId" in query:
        return query["AWSAccessKeyId"][0], "", "s3"
    return None


def account_and_principal(environ: dict[str, Any]) -> tuple[str, str]:
    """
    Return the account and the principal's ARN; unsigned calls are anonymous.

    Unsigned calls are those of agents and of package downloads, which belong to
    the management account or to nobody.
    """
    scope = credential_scope(environ)
    if scope is None:
        return MANAGEMENT_ACCOUNT, ANONYMOUS
    return key_owner(scope[0])


def key_owner(access_key_id: str) -> tuple[str, str]:
    """
    Return the account and principal of a key; refuse expired and deleted keys.
    """
    for account in ACCOUNTS:
        key = iam_backends[account]["aws"].access_keys.get(access_key_id)
        if key is not None:
            return account, _principal(account, key)
    for source in _SOURCES:
        owner = source(access_key_id)
        if owner is not None:
            return owner
    if access_key_id in _ISSUED:
        raise Refusal(
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        )
    return NETWORK_ACCOUNT, OPERATOR_USER_ARN


def _principal(account: str, key: Any) -> str:
    expires = _ISSUED.get(key.access_key_id, 0.0)
    if expires and expires <= world().clock.now():
        raise Refusal(
            "ExpiredToken", "The security token included in the request is expired"
        )
    made = world().written.get(f"key/{key.access_key_id}")
    delay = world().delays.key_propagation
    young = made is not None and world().clock.now() < made + delay
    if key.status != "Active" or young:
        raise Refusal(
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        )
    if key.role_arn is None:
        return f"arn:aws:iam::{account}:user/{key.user_name}"
    role = key.role_arn.rsplit("/", 1)[-1]
    return f"arn:aws:sts::{account}:assumed-role/{role}/{_session(account, key)}"


def _session(account: str, key: Any) -> str:
    assumed = sts_backends[account]["aws"].get_assumed_role_from_access_key(
        key.access_key_id
    )
    return assumed.session_name if assumed is not None else "session"
