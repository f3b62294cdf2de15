"""
Reads when things of the management account were made and when they end.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet.aws.roles import MISSING
from closednet.aws.tolerance import Tolerating


if TYPE_CHECKING:
    from datetime import datetime

    from closednet.aws.account import Account


@dataclass(frozen=True, slots=True)
class KeyAge:
    """
    An access key and when it was made.
    """

    key_id: str
    made: datetime


def key_ages(account: Account, user: str) -> tuple[KeyAge, ...]:
    """
    Return the active access keys of a user; a missing user has none.
    """
    with Tolerating(*MISSING), account.call("iam:ListAccessKeys", user):
        pages = account.iam.get_paginator("list_access_keys")
        return tuple(
            _age(raw)
            for page in pages.paginate(UserName=user)
            for raw in page["AccessKeyMetadata"]
            if raw["Status"] == "Active"
        )
    return ()


def _age(raw: Any) -> KeyAge:
    return KeyAge(raw["AccessKeyId"], raw["CreateDate"])
