"""
Whether Systems Manager may use a role: it is visible, and trusts the service.
"""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.ssm.errors import SsmError


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject, RoleView
    from closednet_rehearsal.ssm.service import Service


PRINCIPAL: Final = "ssm.amazonaws.com"
ASSUMING: Final = frozenset({"sts:AssumeRole", "sts:*", "*"})


def role_name(iam_role: str) -> str:
    """
    Return the name of a role that may be given with its path.
    """
    return iam_role.rpartition("/")[2]


def require_role(service: Service, account: str, iam_role: str) -> RoleView:
    """
    Return a role that IAM has propagated and that trusts the service.
    """
    role = service.roles(account, role_name(iam_role))
    visible = role is not None and role.visible_since <= service.now
    if role is None or not visible or not trusting_statements(role):
        raise SsmError(
            "ValidationException",
            "Nonexistent role or missing ssm service principal in trust policy: "
            f"arn:aws:iam::{account}:role/{iam_role}",
        )
    return role


def trusting_statements(role: RoleView) -> list[JsonObject]:
    """
    Return the statements of the trust policy that name the service.
    """
    return [
        statement
        for statement in _many(role.trust_policy.get("Statement"))
        if statement.get("Effect") == "Allow"
        and PRINCIPAL in _services(statement.get("Principal"))
        and ASSUMING.intersection(_many(statement.get("Action")))
    ]


def may_assume(role: RoleView, account: str, region: str, node_id: str) -> bool:
    """
    Say whether the trust policy's conditions hold for a node of this account.
    """
    arn = f"arn:aws:ssm:{region}:{account}:managed-instance/{node_id}"
    known = {"aws:sourceaccount": account, "aws:sourcearn": arn}
    return any(
        _holds(statement.get("Condition", {}), known)
        for statement in trusting_statements(role)
    )


def _holds(conditions: JsonObject, known: dict[str, str]) -> bool:
    return all(
        any(fnmatchcase(known.get(key.lower(), ""), value) for value in _many(values))
        for operator, tests in conditions.items()
        if operator.startswith(("StringEquals", "StringLike", "Arn"))
        for key, values in tests.items()
    )


def _services(principal: Any) -> list[str]:
    return _many(principal.get("Service")) if isinstance(principal, dict) else []


def _many(value: Any) -> list[Any]:
    if value is None:
        return []
    return list(value) if isinstance(value, (list, tuple)) else [value]
