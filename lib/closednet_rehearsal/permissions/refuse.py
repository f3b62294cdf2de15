"""
AWS's words for a denial, by service.

Source: IAM User Guide, "Troubleshoot access denied error messages"; EC2 and S3 word
theirs in their own way.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.errors import Refusal


if TYPE_CHECKING:
    from closednet_rehearsal.permissions.actions import Need
    from closednet_rehearsal.permissions.evaluate import Decision
    from closednet_rehearsal.permissions.principals import Caller

_CODES: Final = {
    "json": "AccessDeniedException",
    "rest-json": "AccessDeniedException",
    "ssmmessages": "AccessDeniedException",
    "ec2": "UnauthorizedOperation",
}
_STATUS: Final = {"json": 400, "rest-json": 403, "ssmmessages": 400}
_FORBIDDEN: Final = 403
_VOWELS: Final = frozenset("aeioAEIO")


def refusal(protocol: str, caller: Caller, need: Need, decision: Decision) -> Refusal:
    """
    Return the refusal of a call for want of `need`.
    """
    text = sentence(caller, need, decision)
    if protocol == "s3" and not caller.keyed:
        text = "Access Denied"
    if protocol == "ec2":
        text = f"You are not authorized to perform this operation. {text}"
    refused = Refusal(_CODES.get(protocol, "AccessDenied"), text)
    refused.status = _STATUS.get(protocol, _FORBIDDEN)
    return refused


def sentence(caller: Caller, need: Need, decision: Decision) -> str:
    """
    Return who may not do what to which resource, and for which reason.
    """
    on = f' on resource: "{need.resource}"' if _is_s3(need) else _on(need)
    return (
        f"User: {caller.principal} is not authorized to perform: {need.action}{on}"
        f"{_reason(need, decision)}"
    )


def _on(need: Need) -> str:
    return f" on resource: {need.resource}"


def _is_s3(need: Need) -> bool:
    return need.action.startswith("s3:")


def _reason(need: Need, decision: Decision) -> str:
    if need.action == "sts:AssumeRole":
        # STS tells nobody whether the role exists, or whom it trusts.
        return ""
    kind = decision.because
    if decision.explicit:
        article = "an" if kind[:1] in _VOWELS else "a"
        return f" with an explicit deny in {article} {kind}"
    return f" because no {kind} allows the {need.action} action"
