"""
The claims about the rights of the node role, which two steps make.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model import iam_policies
from closednet.model.report import Check


if TYPE_CHECKING:
    from closednet.aws.roles import Roles


def permission_checks(
    roles: Roles, role: str, policy: str, wanted: str
) -> tuple[Check, ...]:
    """
    Check that the role has `policy` as generated, and nothing wide beside it.
    """
    attached, inline = roles.permissions(role)
    wide_names = [name for name in attached if _is_wide(name)]
    wide_actions = [
        f"{name}: {action}"
        for name, document in sorted(inline.items())
        for action in iam_policies.too_wide(document)
    ]
    return (
        Check(
            f"the inline policy {policy} is the one that was generated",
            inline.get(policy) == wanted,
            inline.get(policy, "there is no such policy"),
            proves=("S12",),
            subject=role,
            remedy="run this step again",
        ),
        Check(
            "no full-access or administrator policy is attached to the node role",
            not wide_names,
            f"attached: {', '.join(attached) or 'none'}",
            proves=("S12",),
            subject=role,
            remedy="have whoever attached it detach it: " + ", ".join(wide_names),
        ),
        Check(
            "no inline policy of the node role allows all actions of a service",
            bool(inline) and not wide_actions,
            "; ".join(wide_actions) or f"inline: {', '.join(sorted(inline)) or 'none'}",
            proves=("S12",),
            subject=role,
            remedy="have whoever wrote it narrow it",
        ),
    )


def _is_wide(name: str) -> bool:
    return "FullAccess" in name or "Administrator" in name or name == "PowerUserAccess"
