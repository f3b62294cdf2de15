"""
Rules between the parameters of approvals.
"""

from __future__ import annotations

import datetime as dt

from collections import Counter
from typing import TYPE_CHECKING

from closednet.errors import Problem


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.params.approvals import ApprovalRole
    from closednet.params.site import SiteParams


def broken(params: SiteParams) -> Iterator[Problem]:
    """
    Yield every rule about approvals that the parameters break.
    """
    approvals = params.approvals
    if approvals.signed and not approvals.allowed_signers:
        yield Problem(
            "approvals.allowed_signers", "must name a file: signatures are demanded"
        )
    if approvals.allowed_signers and not approvals.signed:
        yield Problem(
            "approvals.required",
            "must be 1 or more, or roles must be given: approvers are named",
        )
    yield from _roles(approvals.roles)
    for i, window in enumerate(approvals.windows):
        path = f"approvals.windows[{i}]"
        begins, ends = _moment(window.begins), _moment(window.ends)
        if begins is None or ends is None:
            yield Problem(path, "holds no moment of any calendar")
        elif begins >= ends:
            yield Problem(f"{path}.ends", "must be later than its beginning")


def _roles(roles: tuple[ApprovalRole, ...]) -> Iterator[Problem]:
    for name, times in Counter(role.name for role in roles).items():
        if times > 1:
            yield Problem("approvals.roles", f"{name} is given twice")
    for i, role in enumerate(roles):
        if role.required > len(set(role.signers)):
            yield Problem(
                f"approvals.roles[{i}].required",
                f"is {role.required}, but only {len(set(role.signers))} may sign",
            )


def _moment(text: str) -> dt.datetime | None:
    try:
        return dt.datetime.fromisoformat(text)
    except ValueError:
        return None
