"""
What whoever looks again finds: in AWS, and in the evidence.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closednet import engine
from closednet.evidence import archive
from closednet.model import canonical
from closednet.model.change import key_of


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.evidence.run_folder import RunFolder
    from closednet.model.change import Found, Spec
    from closednet.run import RollbackRun, Run


def of_step(run: Run) -> dict[str, Any]:
    """
    Return what a step finds, would still do and could undo, and the evidence says.
    """
    observed = engine.inspect(run.step)
    left = engine.plan(run.step, observed, run.site.scope)
    receipts = [each for each in run.folder.receipts() if each.step == run.name]
    done = engine.net(item for receipt in receipts for item in receipt.done)
    return {
        "left": [key_of(change) for change in left.changes],
        "unexplained": [kept.key for kept in left.kept if not kept.reason],
        "observed": _specs(observed),
        "undoable": sorted(key_of(item.change) for item in done),
        **_told(run.folder),
    }


def of_rollback(run: RollbackRun) -> dict[str, Any]:
    """
    Return what a rollback still finds and would undo, and what the evidence says.
    """
    return {
        "left": [key_of(change) for change in run.plan().rollout.changes],
        "observed": _specs(run.inspect().observed),
        "undoable": [],
        **_told(run.folder),
    }


def _specs(observed: Mapping[str, Found[Spec]]) -> dict[str, str]:
    return {key: canonical.text(found.spec) for key, found in observed.items()}


def _told(folder: RunFolder) -> dict[str, Any]:
    orphans = [event.data["id"] for event in folder.events() if event.kind == "orphan"]
    return {"orphans": orphans, "archive": archive.verify(folder.path)}
