"""
What an undisturbed step began with, called, and ended with.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from closednet_rehearsal.branching import Branch, Checkpoint
    from closednet_rehearsal.chaos.cases import Target

# Nobody can ask AWS for these secrets a second time.
TELLS_A_SECRET: Final = frozenset({"ssm:CreateActivation", "iam:CreateAccessKey"})
SITE: Final = "params.yaml"
ROLLBACK: Final = "rollback"


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    What exists: in AWS, as the step itself finds it, and what could be undone.
    """

    state: dict[str, Any]
    observed: dict[str, str]
    undoable: list[str]


@dataclass(frozen=True, slots=True)
class Begun:
    """
    A step that is about to run: from where, at which site, under which approval.
    """

    name: str
    before: Checkpoint
    approve: str
    params: str = SITE

    @property
    def operation(self) -> str:
        """
        What an operator does: a step, or undoing all of them.
        """
        return ROLLBACK if self.name == ROLLBACK else "step"

    def arguments(self, branch: Branch) -> dict[str, Any]:
        """
        Return what the operation is told on a branch of this moment.
        """
        params = Path(branch.ready.work_dir) / self.params
        told = {"params": str(params), "approve": self.approve}
        return told if self.name == ROLLBACK else told | {"name": self.name}


@dataclass(frozen=True, slots=True)
class Done:
    """
    A step that ran undisturbed: by which calls, and to what end.
    """

    begun: Begun
    targets: tuple[Target, ...]
    applied: Outcome
    verified: Outcome

    @property
    def secrets(self) -> int:
        """
        How many secrets AWS told during this step.
        """
        return sum(target.operation in TELLS_A_SECRET for target in self.targets)
