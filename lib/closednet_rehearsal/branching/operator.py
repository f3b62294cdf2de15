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

from closednet.errors import ClosednetError
from closednet.evidence import codec
from closednet.evidence.run_folder import RunFolder
from closednet.lookup.resolver import Lookup
from closednet.model.change import key_of
from closednet.run import Run, manual, open_rollback, open_run
from closednet.run.rollout import plan_rollout
from closednet.site import open_site
from closednet_rehearsal.branching import seeing
from closednet_rehearsal.branching.folders import EVIDENCE, WORK


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from closednet.model.report import Check

SHORT_S: Final = 0.01
SHORT_MINUTE_S: Final = 12.0
QUESTION_S: Final = 1.0


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
    params: str,
    name: str,
    approve: str,
    *,
    verify: bool = False,
    look: bool = False,
    hasty: bool = False,
) -> dict[str, Any]:
    """
    Run one step as its notebook does: inspect, plan, apply; verify and look again.

    In haste nobody waits long for what will never come.
    """
    if hasty:
        _hurry()
    run: Run | None = None
    try:
        run = _opened(params, name)
        receipt = run.apply(run.plan(run.inspect()), approve).receipt
        checks = run.verify().failures if verify else ()
    except ClosednetError as err:
        return _stopped(run, err)
    done = [key_of(done.change) for done in receipt.done]
    seen = seeing.of_step(run) if look else {}
    failures = [f"{check.claim}: {check.evidence}" for check in checks]
    return {"error": "", "done": done, "failures": failures} | _why(run, checks) | seen


def _hurry() -> None:
    # People of a rehearsal do their work in a second, or never.
    vars(manual)["MINUTE"] = SHORT_MINUTE_S
    # On loopback a question is answered at once, or it is lost on purpose.
    (Lookup.__init__.__kwdefaults__ or {})["timeout_s"] = QUESTION_S


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
    try:
        run = open_rollback(params)
        run.apply(run.plan(), approve)
        checks = run.verify().failures if verify else ()
    except ClosednetError as err:
        return _stopped(None, err)
    failures = [f"{check.claim}: {check.evidence}" for check in checks]
    seen = seeing.of_rollback(run) if look else {}
    return {"error": "", "failures": failures} | seen


def _opened(params: str, name: str) -> Run:
    run = open_run(name, params)
    if not isinstance(run, Run):
        raise TypeError(f"{name} is no step")
    return run


def _stopped(run: Run | None, err: ClosednetError) -> dict[str, Any]:
    """
    Return how a step stopped, and how often it wrote after it had.
    """
    return {
        "error": type(err).__name__,
        "message": err.message,
        "causes": list(err.causes),
        "left_open": list(err.left_open),
        "remedy": err.hint,
        "written_after": 0 if run is None else _written_after(run, "apply-failed"),
    }


def _why(run: Run, failures: Iterable[Check]) -> dict[str, Any]:
    """
    Return the causes that failed checks name, and whether anything was written since.
    """
    checks = tuple(failures)
    left = {cause for check in checks for cause in check.left_open}
    unexplained = [c.claim for c in checks if not (c.causes or c.left_open)]
    return {
        "causes": sorted({cause for check in checks for cause in check.causes}),
        "left_open": sorted(left),
        "unexplained_failures": unexplained,
        "remedy": next((check.remedy for check in checks if check.causes), ""),
        "written_after": _written_after(run, "report"),
    }


def _written_after(run: Run, stop: str) -> int:
    """
    Return how many writing calls the evidence has after the last such event.

    A step that stopped before it applied anything has none: all of it counts.
    """
    events = list(run.folder.events())
    opened = [n for n, event in enumerate(events) if event.kind == "step-opened"]
    events = events[opened[-1] :] if opened else events
    stops = [n for n, event in enumerate(events) if event.kind == stop]
    later = events[stops[-1] :] if stops else events
    return sum(e.kind == "aws-call" and bool(e.data["mutating"]) for e in later)


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
