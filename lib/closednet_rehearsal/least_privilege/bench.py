"""
Steps of a rollout in this process, against a rehearsal that runs elsewhere.
"""

from __future__ import annotations

import io
import os

from contextlib import redirect_stdout
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import ClosednetError
from closednet.run import open_rollback, open_run
from closednet.run.run import Run
from closednet_rehearsal.operator import ADMINISTRATOR
from closednet_rehearsal.settings import OPERATOR_ROLE


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from closednet.model.report import Report
    from closednet_rehearsal.running import Running

ROLLBACK: Final = "rollback"
_OPERATOR: Final = f":assumed-role/{OPERATOR_ROLE}/"


@dataclass(frozen=True, slots=True)
class Denied:
    """
    An access that the rehearsal denied.
    """

    principal: str
    action: str
    resource: str

    @property
    def of_operator(self) -> bool:
        """
        Return whether it was the operator who was denied.
        """
        return _OPERATOR in self.principal


@dataclass(frozen=True, slots=True)
class Bench:
    """
    A rehearsal, and the site that is rolled out on it.
    """

    rehearsal: Running
    evidence: Path

    @property
    def params_file(self) -> Path:
        """
        Return the site's parameters.
        """
        return self.rehearsal.params_file

    def enter(self) -> None:
        """
        Make this process use the rehearsal, as commands of closednet would.
        """
        wanted = self.rehearsal.environment(self.evidence)
        os.environ.update(
            {name: wanted[name] for name in wanted if name.startswith("CLOSEDNET_")}
        )

    def give(self, documents: Mapping[str, Any]) -> None:
        """
        Give the operator these policies, and forget what was denied before.
        """
        self.rehearsal.tell("operator-policy", **documents)

    def give_everything(self) -> None:
        """
        Make the operator an administrator, who can disturb what was built.
        """
        self.give(ADMINISTRATOR)

    def denied(self) -> list[Denied]:
        """
        Return what was denied since policies were given last, first things first.
        """
        return [
            Denied(each["principal"], each["action"], each["resource"])
            for each in self.rehearsal.ask("permissions")
            if not each["allowed"]
        ]

    def attempt(self, phase: str) -> str:
        """
        Do one step from inspecting to verifying; return what stopped it, or nothing.
        """
        try:
            # What it says to a person who waits is not for this table.
            with redirect_stdout(io.StringIO()):
                report = self._do(phase)
        except ClosednetError as error:
            return f"{type(error).__name__}: {error}"
        return _failures(report)

    def _do(self, phase: str) -> Report:
        if phase == ROLLBACK:
            undoing = open_rollback(self.params_file)
            undoing.inspect()
            undo = undoing.plan()
            undoing.apply(undo, undo.rollout.digest)
            return undoing.verify()
        run = open_run(phase, self.params_file)
        if not isinstance(run, Run):
            raise TypeError(f"{phase} is no step")
        plan = run.plan(run.inspect())
        run.apply(plan, plan.plan.digest)
        return run.verify()


def _failures(report: Report) -> str:
    return "\n".join(
        f"{check.claim}: {check.evidence}\n  next: {check.remedy}"
        for check in report.checks
        if not check.passed
    )
