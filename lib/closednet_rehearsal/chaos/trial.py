"""
One case tried: the call goes wrong, the step is run again, the world is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from http.client import HTTPException
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.branching import BranchingError
from closednet_rehearsal.chaos.compare import differences
from closednet_rehearsal.chaos.done import TELLS_A_SECRET
from closednet_rehearsal.chaos.rollout import named


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.branching import Branch
    from closednet_rehearsal.chaos.cases import Case
    from closednet_rehearsal.chaos.done import Begun, Done, Outcome

ACTIVATION: Final = "activation"
NOT_SEALED: Final = ["manifest.json: not sealed"]
KILLED: Final = "killed"
WENT_ON: Final = "went on"


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    How the disturbed run ended, and everything that is wrong after the next one.
    """

    case: Case
    first: str
    problems: tuple[str, ...]

    @property
    def converged(self) -> bool:
        """
        Whether the second run made good what went wrong in the first.
        """
        return not self.problems


def attempt(case: Case, done: Done, folder: Path) -> Verdict:
    """
    Try one case on a branch of its own.
    """
    try:
        with done.begun.before.branch(folder) as branch:
            trial = Trial(case, done, branch, len(branch.ask("calls")))
            return Verdict(case, trial.disturb(), tuple(trial.judge()))
    except (BranchingError, HTTPException, OSError) as err:
        return Verdict(case, "", (f"broken: {err!r}",))


@dataclass(frozen=True, slots=True)
class Trial:
    """
    A case on a branch, on which AWS answered `earlier` calls before.
    """

    case: Case
    done: Done
    branch: Branch
    earlier: int

    def disturb(self) -> str:
        """
        Run the step while the call goes wrong, and return how the run ended.

        Raises:
            BranchingError: The call never came.
        """
        kind, target, branch = self.case.kind, self.case.target, self.branch
        branch.tell(
            "fault",
            operation=target.fault,
            error=kind.error,
            times=kind.times,
            skip=target.n,
        )
        arguments = self.done.begun.arguments(branch)
        does = self.done.begun.operation
        operation = branch.start(does, **arguments, verify=target.verifying)
        if kind.kills:
            branch.ask("held")
            operation.kill()
            branch.tell("release")
        result = operation.result()
        left = branch.ask("faults")
        branch.tell("mend")
        if any(fault["times"] == kind.times for fault in left):
            raise BranchingError("the call never came")
        if result is None:
            return KILLED
        return str(result["error"]) or WENT_ON

    def judge(self) -> list[str]:
        """
        Run the step again, and return everything that is wrong then.
        """
        done, branch = self.done, self.branch
        result = _again(self.case, done.begun, branch)
        if result["error"]:
            return [f"the next run stops: {result['message']}"]
        expected = done.verified if self.case.target.verifying else done.applied
        return [
            *(f"not verified: {failure}" for failure in result["failures"]),
            *(f"left to do: {key}" for key in result["left"]),
            *_secrets(done, result, branch.ask("calls")[self.earlier :]),
            *(p for p in result["archive"] if p not in NOT_SEALED),
            *(f"not implemented: {name}" for name in branch.ask("unsupported")),
            *_undoable(expected, result),
            *_world(expected, result, branch),
        ]


def _again(case: Case, begun: Begun, branch: Branch) -> dict[str, Any]:
    """
    Run again what the case touched: a server may have used up the activation.
    """
    arguments = begun.arguments(branch)
    if case.target.on_hosts:
        branch.run("step", **(arguments | {"name": ACTIVATION}))
    verify = case.target.verifying
    return branch.run(begun.operation, **arguments, verify=verify, look=True)


def _secrets(
    done: Done, result: dict[str, Any], calls: list[dict[str, Any]]
) -> list[str]:
    """
    Return a problem if AWS told more secrets than were used or reported as retired.
    """
    made = [c for c in calls if named(c) in TELLS_A_SECRET and not c["error"]]
    lost, told = len(made) - done.secrets, len(result["orphans"])
    return [f"{lost} secrets were lost, {told} were told of"] if lost > told else []


def _undoable(expected: Outcome, result: dict[str, Any]) -> list[str]:
    """
    Return what no receipt tells of, so that a rollback would leave it behind.
    """
    return [
        f"no receipt tells of {key}"
        for key in sorted(set(expected.undoable) - set(result["undoable"]))
    ]


def _world(expected: Outcome, result: dict[str, Any], branch: Branch) -> list[str]:
    problems = differences(expected.state, branch.ask("state"))
    if expected.observed != result["observed"]:
        problems.append("the step finds something else than after an undisturbed run")
    return problems
