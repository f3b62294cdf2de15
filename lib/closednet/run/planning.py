"""
A rollout planned for somebody to approve: kept by its digest, with its request.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.evidence import codec
from closednet.evidence.run_folder import RunFolder
from closednet.run import approval_store, change_request
from closednet.run.rollout import plan_rollout


if TYPE_CHECKING:
    from closednet.evidence.change_request import RequestFile
    from closednet.run.rollout import Planned
    from closednet.site import Site


def plan_and_keep(
    site: Site, *, with_request: bool
) -> tuple[Planned, RequestFile | None]:
    """
    Return the plan of all steps, kept under its digest; and the change request.

    Raises:
        WrongAccountError: The credentials belong to another account.
        UnsafePlanError: Something that is not ours is in the way.
    """
    planned = plan_rollout(site)
    rollout = planned.rollout
    folder = RunFolder(site.evidence_root, site.params.site, "plans")
    codec.write_plan(folder.path / f"{rollout.digest}.json", rollout)
    request = change_request.build(site, rollout) if with_request else None
    approval_store.remember(site, rollout.digest, request)
    return planned, request
