"""
One case tried: the call goes wrong, the step is run again, the world is judged.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.branching import BranchingError
from closednet_rehearsal.chaos.compare import differences
from closednet_rehearsal.chaos.rollout import named


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.branching import Branch
    from closednet_rehearsal.chaos.cases import Case
    from closednet_rehearsal.chaos.rollout import Done, Outcome

# Nobody can ask AWS for these secrets a second time.
TELLS_A_SECRET: Final = frozenset({"ssm:CreateActivation", "iam:CreateAccessKey"})
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
        with done.before.branch(folder) as branch:
            first = _disturbed(case, done, branch)
            return Verdict(case, first, tuple(_judged(case, done, branch)))
    except BranchingError as err:
        return Verdict(case, "", (f"broken: {err}",))


def _disturbed(case: Case, done: Done, branch: Branch) -> str:
    kind, target = case.kind, case.target
    branch.tell(
        "fault",
        operation=target.fault,
        error=kind.error,
        times=kind.times,
        skip=target.n,
    )
    operation = branch.start(
        "step", name=done.name, approve=done.approve, verify=target.verifying
    )
    if kind.kills:
        held = branch.ask("held")["held"]
        operation.kill()
        branch.tell("release")
        if not held:
            raise BranchingError(f"{case}: the call never came")
    result = operation.result()
    if result is None:
        return KILLED
    return str(result["error"]) or WENT_ON


def _judged(case: Case, done: Done, branch: Branch) -> list[str]:
    problems = [f"never came: {fault}" for fault in _unused(branch)]
    result = branch.run(
        "step",
        name=done.name,
        approve=done.approve,
        verify=case.target.verifying,
        look=True,
    )
    if result["error"]:
        return [*problems, f"the next run stops: {result['message']}"]
    expected = done.verified if case.target.verifying else done.applied
    return [
        *problems,
        *(f"not verified: {failure}" for failure in result["failures"]),
        *(f"left to do: {key}" for key in result["left"]),
        *_evidence(result, branch),
        *_world(expected, result, branch),
    ]


def _unused(branch: Branch) -> list[Any]:
    # A throttled call may succeed before it was throttled as often as planned.
    return [fault for fault in branch.ask("faults") if fault["skip"] > 0]


def _evidence(result: dict[str, Any], branch: Branch) -> list[str]:
    problems = [p for p in result["archive"] if p not in NOT_SEALED]
    made = sum(
        named(call) in TELLS_A_SECRET and call["status"] < 300  # noqa: PLR2004 - HTTP
        for call in branch.ask("calls")
    )
    told = len(result["orphans"])
    kept = sum(
        "activation/" in key or "access-key/" in key for key in result["observed"]
    )
    if made - kept > told:
        problems.append(f"{made} secrets were made, {told} retirements were told")
    problems += [f"not implemented: {name}" for name in branch.ask("unsupported")]
    return problems


def _world(expected: Outcome, result: dict[str, Any], branch: Branch) -> list[str]:
    problems = differences(expected.state, branch.ask("state"))
    if expected.observed != result["observed"]:
        problems.append("the step finds something else than after an undisturbed run")
    return problems
