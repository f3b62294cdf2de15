"""
A whole rollout, or its undoing, as papermill runs of the notebooks.
"""

from __future__ import annotations

import secrets
import sys
import threading
import time

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, NamedTuple

from closednet import errors, registry
from closednet.batch import overlap
from closednet.batch.execute import INTERRUPTED, Outcome, execute
from closednet.batch.notebooks import EVIDENCE, ROLLBACK, notebooks_folder
from closednet.batch.pages import Pages
from closednet.errors import ApprovalError
from closednet.evidence import codec, runs
from closednet.evidence.report import load_run
from closednet.evidence.run_folder import RunFolder, utc_now
from closednet.run import approval_store, approvals, archiving, change_request
from closednet.run.gate import Gate
from closednet.run.instructed import refuse_instruct
from closednet.run.locking import held
from closednet.run.opening import open_rollback
from closednet.run.rollout import plan_rollout
from closednet.run.viewing import coverage
from closednet.site import open_site


if TYPE_CHECKING:
    from collections.abc import Callable, Container, Mapping
    from pathlib import Path

    from closednet.evidence.change_request import RequestFile
    from closednet.model.plan import Plan, RolloutPlan
    from closednet.run.rollback import RollbackRun

CELL_TIMEOUT_S: Final = 7200
INTERRUPTED_EXIT: Final = 130


@dataclass(frozen=True, slots=True)
class Ended:
    """
    How a rollout ended: its run, the exit code, and the error that stopped it.
    """

    run_id: str
    exit_code: int
    error: str = ""
    message: str = ""


class Stage(NamedTuple):
    """
    The notebook that begins, and the how-manieth it is.
    """

    notebook: str
    number: int
    of: int


def apply(
    params_file: str,
    *,
    approve: str,
    first: str | None = None,
    plan_file: Path | None = None,
    approvals_folder: Path | None = None,
    run_id: str = "",
    on_stage: Callable[[Stage], object] = bool,
) -> Ended:
    """
    Run all notebooks under the approval `approve` and return how that ended.

    `on_stage` is told of each notebook as it begins.

    Raises:
        ApprovalError: No digest was given; it says which one would do. Or not enough
            people signed it yet.
        StalePlanError: The digest does not approve what would be done.
        VoidApprovalError: It does not hold here and now.
        BusyError: Another run works on this site.
    """
    site = open_site(params_file)
    refuse_instruct(site)
    gate = Gate(site, approve)
    with held(site.evidence_root, site.params.site):
        _bring(gate, plan_file, approvals_folder)
        planned = plan_rollout(site).rollout
        store = RunFolder(site.evidence_root, site.params.site, "plans")
        for plan in (planned, *_brought(plan_file)):
            codec.write_plan(store.path / f"{plan.digest}.json", plan)
        approvals.require(store, planned, approve)
        if planned.changes:
            gate.require(_touched(planned))
        chosen = run_id or _open_under(store, approve) or _new()
        names = _names(first)
        folder = RunFolder(store.root, store.site, chosen)
        batch = _Batch(params_file, folder, gate, on_stage)
        outcome = batch.run_all(names, _busy(planned), {"approve": approve})
        code = batch.finish(outcome)
        return Ended(chosen, code, outcome.error, outcome.message)


def undo(
    params_file: str,
    run_id: str,
    *,
    approve: str,
    approvals_folder: Path | None = None,
    tell: Callable[[RequestFile], object] | None = None,
) -> int:
    """
    Run the rollback notebook for `run_id` and return the exit code.

    Args:
        params_file: The site's parameters.
        run_id: The run to undo.
        approve: The digest of the rollback's plan; without it the plan is printed.
        approvals_folder: Where people put their signed approvals, if somewhere else.
        tell: Is given the change request while there is no digest yet.

    Raises:
        ApprovalError: No digest was given; the plan was printed.
        VoidApprovalError: The approval does not hold here and now.
    """
    site = open_site(params_file)
    refuse_instruct(site)
    chosen = _new()
    gate = Gate(site, approve, rollback=True)
    with held(site.evidence_root, site.params.site):
        _bring(gate, None, approvals_folder)
        run = open_rollback(params_file, run_id=chosen, undo=run_id)
        view = run.plan()
        if not approve:
            print(view.text())
            _remember(run, view.rollout, tell)
        approvals.require(run.folder, view.rollout, approve)
        if view.rollout.changes:
            gate.require(_touched(view.rollout))
        batch = _Batch(params_file, run.folder, gate)
        given = {"approve": approve or view.rollout.digest, "undo": run_id}
        outcome = batch.run_all([ROLLBACK], [ROLLBACK], given)
        return batch.finish(outcome, whole=False)


def _bring(gate: Gate, plan_file: Path | None, folder: Path | None) -> None:
    """
    Take in what people sent, and make sure that it is still about this.
    """
    if not gate.digest:
        return
    given = [folder] if folder else []
    beside = [plan_file.parent / approval_store.APPROVALS] if plan_file else []
    approval_store.bring(gate.site, gate.digest, [*given, *beside])
    gate.unchanged()


def _remember(
    run: RollbackRun,
    rollout: RolloutPlan,
    tell: Callable[[RequestFile], object] | None,
) -> None:
    request = None
    if tell is not None:
        request = change_request.build(run.site, rollout, run.steps)
        tell(request)
    approval_store.remember(run.site, rollout.digest, request)


def _touched(rollout: RolloutPlan) -> list[str]:
    return [plan.step for plan in rollout.plans if plan.changes]


@dataclass
class _Batch:
    params_file: str
    folder: RunFolder
    gate: Gate
    on_stage: Callable[[Stage], object] = bool
    started: float = field(default_factory=time.monotonic)
    telling: threading.Lock = field(default_factory=threading.Lock)

    def __post_init__(self) -> None:
        self.pages = Pages(self.folder)

    def run_all(
        self, names: list[str], busy: Container[str], parameters: Mapping[str, str]
    ) -> Outcome:
        """
        Run the notebooks; those that are `busy` have something to change.
        """

        def one(name: str) -> Outcome:
            stage = Stage(name, names.index(name) + 1, len(names))
            with self.telling:
                self.on_stage(stage)
            return self._one(stage, parameters)

        return overlap.run(names, busy, one)

    def finish(self, outcome: Outcome, *, whole: bool = True) -> int:
        """
        Write the pages, seal what can be sealed, and say how it ended.
        """
        self.pages.write()
        if outcome.ok:
            self._seal()
        report = load_run(self.folder)
        print(coverage(report).text())
        print(report.text())
        took = time.monotonic() - self.started
        print(f"run {self.folder.run_id} in {took:.1f} s: {self.folder.path}")
        if not outcome.ok:
            print(f"⛔ {outcome.notebook}: {outcome.message}", file=sys.stderr)
            return exit_code(outcome.error)
        return 0 if report.passed or not whole else 1

    def _seal(self) -> None:
        site = open_site(self.params_file)
        archiving.seal(site, self.folder)
        found = archiving.deposit(site, self.folder)
        for line in archiving.deposit_words(found) if found else ():
            print(line)

    def _one(self, stage: Stage, parameters: Mapping[str, str]) -> Outcome:
        name, title = stage.notebook, f"[{stage.number}/{stage.of}] {stage.notebook}"
        began = time.monotonic()
        print(f"{title} ...", file=sys.stderr, flush=True)
        target = self.folder.path / "notebooks" / f"{name}.ipynb"
        target.parent.mkdir(parents=True, exist_ok=True)
        given = {"params_file": self.params_file, "run_id": self.folder.run_id}
        if name not in READ_ONLY:
            given |= parameters
        outcome = self._refused(name) or execute(
            notebooks_folder() / f"{name}.ipynb",
            target,
            given,
            timeout_s=CELL_TIMEOUT_S,
        )
        if target.is_file():
            self.folder.note(f"notebooks/{name}.ipynb")
            self.pages.begin(target)
        took = time.monotonic() - began
        verdict = "done" if outcome.ok else f"stopped: {outcome.error}"
        print(f"{title} {verdict} ({took:.1f} s)", file=sys.stderr, flush=True)
        return outcome

    def _refused(self, name: str) -> Outcome | None:
        """
        Stop in the middle of a run, too, if what was approved is not there any more.
        """
        try:
            if self.gate.digest:
                self.gate.unchanged()
        except ApprovalError as err:
            return Outcome(name, type(err).__name__, str(err))
        return None


READ_ONLY: Final = ("00-preflight", "80-cloudwatch-verification", EVIDENCE)


def _busy(rollout: RolloutPlan) -> set[str]:
    """
    Return the notebooks that have something to change, or that need all others.
    """
    return {registry.entry(step).notebook for step in _touched(rollout)} | {EVIDENCE}


def exit_code(error: str) -> int:
    """
    Return the exit code for the class name of an error in a notebook.
    """
    if error == INTERRUPTED:
        return INTERRUPTED_EXIT
    found = getattr(errors, error, errors.ClosednetError)
    code: int = getattr(found, "exit_code", errors.ClosednetError.exit_code)
    return code


def _names(first: str | None) -> list[str]:
    names = [entry.notebook for entry in registry.STEPS] + [EVIDENCE]
    return names[names.index(registry.entry(first).notebook) :] if first else names


def _brought(plan_file: Path | None) -> list[Plan | RolloutPlan]:
    return [codec.read_plan(plan_file)] if plan_file else []


def _new() -> str:
    return runs.new_run_id(utc_now(), secrets.token_bytes(8))


def _open_under(store: RunFolder, digest: str) -> str:
    """
    Return the unsealed run that was approved by `digest`, to go on with it.
    """
    newest = runs.latest_open(store.root, store.site)
    if newest is None:
        return ""
    approved = {e.data.get("digest") for e in newest.events() if e.kind == "approval"}
    return newest.run_id if digest in approved else ""
