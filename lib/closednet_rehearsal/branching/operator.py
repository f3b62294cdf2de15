"""
What an operation does: closednet's own library at work on a branch.

An operation returns data that can be compared, and no live object.
"""

from __future__ import annotations

import os
import time

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final

import botocore.endpoint

from closednet import engine
from closednet.errors import ClosednetError
from closednet.evidence import archive, codec
from closednet.evidence.run_folder import RunFolder
from closednet.model import canonical
from closednet.model.change import key_of
from closednet.run import RollbackRun, Run, open_rollback, open_run
from closednet.run.rollout import plan_rollout
from closednet.site import open_site
from closednet_rehearsal.branching.folders import EVIDENCE, WORK


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    from closednet.model.change import Found, Spec

SHORT_S: Final = 0.01


def plan(params: str) -> dict[str, Any]:
    """
    Plan the whole rollout and keep the plan, as `closednet plan` does.
    """
    site = open_site(params)
    rollout = plan_rollout(site).rollout
    store = RunFolder(site.evidence_root, site.params.site, "plans")
    codec.write_plan(store.path / f"{rollout.digest}.json", rollout)
    return {"digest": rollout.digest}


def plan_step(params: str, name: str) -> dict[str, Any]:
    """
    Plan one step and keep the plan, as its notebook does.
    """
    run = _opened(params, name)
    return {"digest": run.plan(run.inspect()).plan.digest}


def step(
    params: str, name: str, approve: str, *, verify: bool = False, look: bool = False
) -> dict[str, Any]:
    """
    Run one step as its notebook does: inspect, plan, apply; verify and look again.
    """
    run = _opened(params, name)
    try:
        receipt = run.apply(run.plan(run.inspect()), approve).receipt
        failures = _failures(run) if verify else []
    except ClosednetError as err:
        return {"error": type(err).__name__, "message": str(err)}
    done = [key_of(done.change) for done in receipt.done]
    seen = _seen(run) if look else {}
    return {"error": "", "done": done, "failures": failures, **seen}


def plan_rollback(params: str) -> dict[str, Any]:
    """
    Plan to undo the newest run and keep the plan, as `closednet rollback` does.
    """
    return {"digest": open_rollback(params).plan().rollout.digest}


def rollback(
    params: str, approve: str, *, verify: bool = False, look: bool = False
) -> dict[str, Any]:
    """
    Undo the newest run as its notebook does: plan, apply; verify and look again.
    """
    run = open_rollback(params)
    try:
        run.apply(run.plan(), approve)
        failures = _failures(run) if verify else []
    except ClosednetError as err:
        return {"error": type(err).__name__, "message": str(err)}
    seen = _seen_undone(run) if look else {}
    return {"error": "", "failures": failures, **seen}


def _opened(params: str, name: str) -> Run:
    run = open_run(name, params)
    if not isinstance(run, Run):
        raise TypeError(f"{name} is no step")
    return run


def _failures(run: Run | RollbackRun) -> list[str]:
    return [f"{check.claim}: {check.evidence}" for check in run.verify().failures]


def _seen(run: Run) -> dict[str, Any]:
    """
    Return what the step finds and would still do, and what the evidence says.
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


def _seen_undone(run: RollbackRun) -> dict[str, Any]:
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


OPERATIONS: Final[dict[str, Callable[..., dict[str, Any]]]] = {
    "plan": plan,
    "plan_step": plan_step,
    "plan_rollback": plan_rollback,
    "rollback": rollback,
    "step": step,
}


def operate(folder: Path, operation: str, arguments: dict[str, Any]) -> dict[str, Any]:
    """
    Do one operation in this process, which is used for nothing else.
    """
    os.environ["CLOSEDNET_CONNECTION"] = os.fspath(folder / WORK / "connection.yaml")
    os.environ["CLOSEDNET_EVIDENCE"] = os.fspath(folder / EVIDENCE)
    # How long botocore pauses between attempts is tried by its own authors.
    vars(botocore.endpoint)["time"] = SimpleNamespace(sleep=_nap, time=time.time)
    return OPERATIONS[operation](**arguments)


def _nap(seconds: float) -> None:
    time.sleep(min(seconds, SHORT_S))
