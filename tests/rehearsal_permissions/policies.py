"""
Policies and requests in few words, for tables.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

from closednet_rehearsal.permissions.documents import Policy, parsed
from closednet_rehearsal.permissions.evaluate import Access
from closednet_rehearsal.permissions.principals import ANONYMOUS, Caller


if TYPE_CHECKING:
    from closednet_rehearsal.permissions.patterns import Context

OWN = "222222222222"
OTHER = "111111111111"
ROLE_ARN = f"arn:aws:iam::{OWN}:role/node"
ROLE = Caller(OWN, f"arn:aws:sts::{OWN}:assumed-role/node/mi-1", "ASIA1")
USER = Caller(OWN, f"arn:aws:iam::{OWN}:user/agent", "AKIA1")
NOBODY = Caller("", ANONYMOUS)
NODE = Caller(OWN, f"arn:aws:ssm:ap-northeast-1:{OWN}:managed-instance/mi-1", "mi-1")
OBJECT = "arn:aws:s3:::bucket/run-command/a"


def statement(
    action: str | list[str] = "*", effect: str = "Allow", **elements: Any
) -> dict[str, Any]:
    """
    Return a statement about everything, unless it is told otherwise.
    """
    made = {"Effect": effect, "Action": action, "Resource": "*"} | elements
    return {name: value for name, value in made.items() if value is not None}


def policy(*statements: dict[str, Any], name: str = "p") -> Policy:
    """
    Return a policy of these statements.
    """
    return parsed(name, json.dumps({"Version": "2012-10-17", "Statement": statements}))


def known(**values: str | tuple[str, ...]) -> Context:
    """
    Return a context; two underscores stand for a colon, three for a slash.
    """
    keys = {
        name.replace("___", "/").replace("__", ":").lower(): (
            (value,) if isinstance(value, str) else value
        )
        for name, value in values.items()
    }
    return keys.get


def access(
    action: str = "s3:GetObject", resource: str = OBJECT, owner: str = OWN
) -> Access:
    """
    Return an access without context.
    """
    return Access(action, resource, owner)
