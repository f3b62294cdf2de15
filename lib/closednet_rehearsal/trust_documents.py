"""
What IAM refuses of a trust policy; moto checks those of permissions only.
"""

from __future__ import annotations

import json

from typing import Any

from closednet_rehearsal.errors import Refusal


def check_trust(document: str) -> None:
    """
    Refuse a trust policy that is no JSON, names nobody, or names a resource.
    """
    try:
        policy = json.loads(document)
    except ValueError:
        raise _malformed("This policy contains invalid Json") from None
    statements: Any = policy.get("Statement") if isinstance(policy, dict) else None
    if not statements:
        raise _malformed("Syntax errors in policy.")
    for statement in statements if isinstance(statements, list) else [statements]:
        if not isinstance(statement, dict):
            raise _malformed("Syntax errors in policy.")
        if "Principal" not in statement:
            raise _malformed("Missing required field Principal")
        if "Resource" in statement:
            raise _malformed("Has prohibited field Resource")


def _malformed(message: str) -> Refusal:
    return Refusal("MalformedPolicyDocument", message)
