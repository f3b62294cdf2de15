"""
The undisturbed rollout: what each step calls, and what exists after it.
"""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import yaml

from closednet import registry
from closednet_rehearsal.branching import BranchingError, origin
from closednet_rehearsal.branching.folders import WORK
from closednet_rehearsal.chaos import cases
from closednet_rehearsal.chaos.done import ROLLBACK, SITE, Begun, Done, Outcome
from closednet_rehearsal.settings import OPERATOR_ROLE


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.branching import Branch, Checkpoint

# What servers ask for while they are worked on: packages, and to be taken in.
BY_HOSTS: Final = ("s3:GetObject", "ssm:RegisterManagedInstance")
UNSIGNED: Final = "anonymous"
IAM_USER: Final = "params-iam-user.yaml"
KEYED: Final = "cloudwatch-agent"


@dataclass
class Rollout:
    """
    Grows step by step; every moment between two steps is kept.
    """

    folder: Path
    now: Checkpoint
    approve: str
    steps: dict[str, Done] = field(default_factory=dict)

    def before(self, name: str) -> Begun:
        """
        Return the step `name` about to run, after running those before it.
        """
        place = registry.NAMES.index(name)
        if place:
            self.until(registry.NAMES[place - 1])
        if name in self.steps:
            return self.steps[name].begun
        return Begun(name, self.now, self.approve)

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

    def with_access_key(self) -> Done:
        """
        Return the step of the CloudWatch agent at a site with an IAM user.

        Nothing is kept of it: the rollout goes on with the nodes' role.
        """
        if IAM_USER not in self.steps:
            before = self.until(KEYED).begun.before
            branch = before.branch(self.folder / "planned-access-key")
            params = str(Path(branch.ready.work_dir) / IAM_USER)
            digest = branch.run("plan_step", params=params, name=KEYED)["digest"]
            now = branch.keep()
            begun = Begun(KEYED, now, digest, IAM_USER)
            with now.branch(self.folder / "with-access-key") as branch:
                self.steps[IAM_USER] = _run(begun, branch)
        return self.steps[IAM_USER]

    def undone(self) -> Done:
        """
        Return the rollback of everything, after running all steps.
        """
        self.until(registry.NAMES[-1])
        if ROLLBACK not in self.steps:
            branch = self.now.branch(self.folder / "planned-rollback")
            digest = branch.run("plan_rollback")["digest"]
            now = branch.keep()
            with now.branch(self.folder / "undone") as branch:
                self.steps[ROLLBACK] = _run(Begun(ROLLBACK, now, digest), branch)
        return self.steps[ROLLBACK]

    def _grow(self, name: str) -> None:
        branch = self.now.branch(self.folder / f"after-{name}")
        self.steps[name] = _run(Begun(name, self.now, self.approve), branch)
        self.now = branch.keep()


def _run(begun: Begun, branch: Branch) -> Done:
    before = len(branch.ask("calls"))
    applied = _outcome(begun, branch, verify=False)
    between = len(branch.ask("calls"))
    verified = _outcome(begun, branch, verify=True)
    calls = branch.ask("calls")
    applying, verifying = calls[before:between], calls[between:]
    unsigned = [named(call) for call in applying if call["principal"] == UNSIGNED]
    targets = (
        *cases.targets(begun.name, by_operator(applying), by_operator(verifying)),
        *(
            target
            for operation in BY_HOSTS
            for target in cases.on_hosts(
                begun.name, operation, unsigned.count(operation)
            )
        ),
    )
    return Done(begun, targets, applied, verified)


def _outcome(begun: Begun, branch: Branch, *, verify: bool) -> Outcome:
    told = begun.arguments(branch)
    result = branch.run(begun.operation, **told, verify=verify, look=True)
    if result["error"] or result["failures"] or result["left"]:
        raise BranchingError(f"{begun.name} fails undisturbed: {result}")
    return Outcome(branch.ask("state"), result["observed"], result["undoable"])


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
        _write_variant(folder / "origin" / WORK)
        branch = nothing.branch(folder / "planned")
        digest = branch.run("plan")["digest"]
        yield Rollout(folder, branch.keep(), digest)


def _write_variant(work_dir: Path) -> None:
    params = yaml.safe_load((work_dir / SITE).read_text("utf-8"))
    params["cloudwatch"]["credentials"] = "iam-user"
    text = yaml.safe_dump(params, sort_keys=False, allow_unicode=True)
    (work_dir / IAM_USER).write_text(text, "utf-8")
