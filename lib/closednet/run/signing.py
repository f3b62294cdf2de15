"""
Approving: an approver signs what a change request says, with a key of their own.
"""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from typing import TYPE_CHECKING

from closednet.errors import EvidenceError, StalePlanError, VoidApprovalError
from closednet.evidence import change_request, signed_approvals
from closednet.evidence.run_folder import utc_now
from closednet.model import approval
from closednet.run import covered
from closednet.site import open_site


if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime
    from pathlib import Path

    from closednet.evidence.change_request import RequestFile
    from closednet.evidence.signed_approvals import ApprovalFile


def checked(path: Path, *, digest: str = "", params: str = "") -> RequestFile:
    """
    Return the change request in a file, if it is what its reader takes it for.

    Args:
        path: The JSON file; the pages beside it must follow from it.
        digest: What stood on the page that was read, if given.
        params: The parameters in the reader's own checkout, to compare with, if given.

    Raises:
        EvidenceError: It was edited, or a page beside it says something else.
        StalePlanError: It has another digest than the reader's page.
        VoidApprovalError: It covers something else than the reader's checkout has.
    """
    file = change_request.read(path)
    found = file.rollout.digest
    altered = change_request.altered_pages(path, file)
    if altered:
        raise EvidenceError(
            f"{', '.join(altered)}: not what {path.name} says",
            hint="the page was edited, or made by another version: have the request"
            " made again and read that",
        )
    if digest and digest != found:
        raise StalePlanError(
            f"{path.name} has digest {found}, not {digest}",
            digest=found,
            hint="read the page beside this file, and compare its digest",
        )
    if params:
        _compare(file, params)
    return file


def approve(
    path: Path,
    file: RequestFile,
    *,
    key: Path,
    approver: str,
    valid_hours: float | None = None,
    clock: Callable[[], datetime] = utc_now,
) -> ApprovalFile:
    """
    Return the signed approval of a change request.

    It is good for as long as the site wants, or for less.
    """
    now = clock()
    longest = file.request.demand.valid_hours
    hours = min(longest, valid_hours or longest)
    statement = approval.Statement(
        rollout=file.rollout.digest,
        scope=approval.scope_of(file.rollout.scope),
        covers=file.request.covers,
        cells=file.request.cells,
        request=sha256(path.read_bytes()).hexdigest(),
        approver=approver,
        signed_at=approval.stamp(now),
        expires_at=approval.stamp(now + timedelta(hours=hours)),
    )
    return signed_approvals.sign(statement, key)


def write(folder: Path, signed: ApprovalFile) -> Path:
    """
    Write a signed approval into a folder and return its file.
    """
    return signed_approvals.write(folder, signed)


def _compare(file: RequestFile, params: str) -> None:
    here = covered.covers(open_site(params))
    differing = approval.differences(file.request.covers, here)
    if differing:
        raise VoidApprovalError(
            "the request covers something else than this checkout: "
            + "; ".join(differing),
            digest=file.rollout.digest,
            hint="take the same revision as the one who made the request, and read what"
            " differs",
        )
