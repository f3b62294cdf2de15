"""
The undisturbed rollout: what each step calls, and what exists after it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closednet import registry
from closednet_rehearsal.branching import BranchingError, origin
from closednet_rehearsal.chaos import cases
from closednet_rehearsal.settings import OPERATOR_ROLE


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from closednet_rehearsal.branching import Branch, Checkpoint
    from closednet_rehearsal.chaos.cases import Target

REGISTER = "ssm:RegisterManagedInstance"


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What exists: in AWS, and as the step itself finds it.
    """

    state: dict[str, Any]
    observed: dict[str, str]


@dataclass(frozen=True, slots=True)
class Done:
    """
    A step that ran undisturbed: from where, by which calls, to what.
    """

    name: str
    before: Checkpoint
    approve: str
    targets: tuple[Target, ...]
    applied: Outcome
    verified: Outcome


@dataclass
class Rollout:
    """
    Grows step by step; every moment between two steps is kept.
    """

    folder: Path
    now: Checkpoint
    approve: str
    steps: dict[str, Done] = field(default_factory=dict)

    def until(self, name: str) -> Done:
        """
        Return the step `name`, after running it and those before it.
        """
        for step in registry.NAMES:
            if step not in self.steps:
                self._grow(step)
            if step == name:
                break
        return self.steps[name]

    def _grow(self, name: str) -> None:
        branch = self.now.branch(self.folder / f"after-{name}")
        before = len(branch.ask("calls"))
        applied = self._run(branch, name, verify=False)
        between = len(branch.ask("calls"))
        verified = self._run(branch, name, verify=True)
        calls = branch.ask("calls")
        hosts = sum(named(call) == REGISTER for call in calls[before:])
        targets = (
            *cases.targets(
                name, by_operator(calls[before:between]), by_operator(calls[between:])
            ),
            *cases.on_hosts(name, REGISTER, hosts),
        )
        done = Done(name, self.now, self.approve, targets, applied, verified)
        self.steps[name] = done
        self.now = branch.keep()

    def _run(self, branch: Branch, name: str, *, verify: bool) -> Outcome:
        result = branch.run(
            "step", name=name, approve=self.approve, verify=verify, look=True
        )
        if result["error"] or result["failures"] or result["left"]:
            raise BranchingError(f"{name} fails undisturbed: {result}")
        return Outcome(branch.ask("state"), result["observed"])


def named(call: dict[str, Any]) -> str:
    """
    Return a call of the control API as `service:Operation`.
    """
    return f"{call['service']}:{call['operation']}"


def by_operator(calls: list[dict[str, Any]]) -> list[str]:
    """
    Return the operator's writing calls, in order.
    """
    return [
        named(call)
        for call in calls
        if call["mutating"] and OPERATOR_ROLE in call["principal"]
    ]


@contextmanager
def rollout(folder: Path, hosts: int) -> Iterator[Rollout]:
    """
    Begin a rollout: everything is planned and approved, nothing is done.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with origin(folder / "origin", hosts) as nothing:
        branch = nothing.branch(folder / "planned")
        digest = branch.run("plan")["digest"]
        yield Rollout(folder, branch.keep(), digest)
