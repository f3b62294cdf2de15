"""
From a digest to an approved plan, and into the evidence.
"""

from __future__ import annotations

import getpass

from typing import TYPE_CHECKING

from closednet.errors import ApprovalError, EvidenceError, StalePlanError
from closednet.model.plan import ApprovedPlan, Plan, RolloutPlan
from closednet.run import gate


if TYPE_CHECKING:
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.approval import Judgement


def resolve(folder: RunFolder, plan: Plan, digest: str) -> ApprovedPlan:
    """
    Return `plan` as approved by `digest`.

    The digest is the plan's own, or that of a stored plan (of this step or of
    the whole rollout) that contains all that is left to do.

    Raises:
        ApprovalError: No digest was given.
        StalePlanError: The digest approves something else.
    """
    if not plan.changes or digest in ("", plan.digest):
        return plan.approve(digest)
    kept = stored(folder, digest)
    return plan.approve(digest) if kept is None else covered(plan, digest, kept)


def covered(plan: Plan, digest: str, kept: Plan | RolloutPlan) -> ApprovedPlan:
    """
    Return `plan` as a part of the stored plan that `digest` approves.

    Raises:
        StalePlanError: A change was not approved.
    """
    plans = kept.plans if isinstance(kept, RolloutPlan) else (kept,)
    return plan.approve_as_part(digest, plans)


def record(
    folder: RunFolder, approved: ApprovedPlan, judged: Judgement | None = None
) -> None:
    """
    Keep in the evidence what was approved by which digest, and by whom.
    """
    plan: Plan | RolloutPlan = approved.plan
    if approved.approved_by_digest != approved.plan.digest:
        plan = folder.stored_plan(approved.approved_by_digest)
    who, how = gate.how(judged)
    folder.write_approval(plan, by=who or getpass.getuser(), how=how)


def require(folder: RunFolder, rollout: RolloutPlan, digest: str) -> None:
    """
    Go on only if `digest` approves all that `rollout` would do.

    Raises:
        ApprovalError: No digest was given.
        StalePlanError: The digest approves something else.
    """
    if not rollout.changes or digest == rollout.digest:
        return
    if not digest:
        raise ApprovalError(
            "nobody approved this yet",
            digest=rollout.digest,
            hint=f'read the plan; if every line is intended, approve "{rollout.digest}"',
        )
    kept = stored(folder, digest)
    if kept is None:
        raise StalePlanError(
            f"the plan has digest {rollout.digest}, not {digest}",
            digest=rollout.digest,
            hint="something differs from what was approved, or the approved plan was"
            " made elsewhere: plan again, or bring its file with --plan",
        )
    for plan in rollout.plans:
        covered(plan, digest, kept)


def stored(folder: RunFolder, digest: str) -> Plan | RolloutPlan | None:
    """
    Return the plan with this digest, if a run of this site made it.
    """
    try:
        return folder.stored_plan(digest)
    except EvidenceError:
        return None
