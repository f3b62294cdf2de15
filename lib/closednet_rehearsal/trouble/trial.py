"""
One trouble tried: it is switched on, the rollout goes on until it stops, and after
the trouble is over it must go on.
"""

from __future__ import annotations

import time

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from closednet import registry
from closednet.model.causes import CAUSES
from closednet_rehearsal.branching import BranchingError
from closednet_rehearsal.chaos.rollout import by_operator
from closednet_rehearsal.trouble.impatience import hurry


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from closednet_rehearsal.branching import Branch
    from closednet_rehearsal.chaos.done import Begun
    from closednet_rehearsal.trouble.trouble import Trouble


@dataclass(frozen=True, slots=True)
class Verdict:
    """
    Where the rollout stopped, what it named, and everything that is wrong with that.
    """

    trouble: Trouble
    stopped: str = ""
    causes: tuple[str, ...] = ()
    left_open: tuple[str, ...] = ()
    said: str = ""
    remedy: str = ""
    written_after: int = 0
    problems: tuple[str, ...] = ()
    seconds: float = 0.0

    @property
    def is_right(self) -> bool:
        """
        Whether it stopped at the right step with the right cause, and went on after.
        """
        return not self.problems


def attempt(
    trouble: Trouble, begun: Begun, folder: Path, *, mend: bool = True
) -> Verdict:
    """
    Try one trouble on a branch of its own, from the moment `begun` describes.
    """
    began = time.monotonic()
    try:
        with begun.before.branch(folder) as branch:
            hurry(branch)
            verdict = Trial(trouble, begun, branch).run(mend=mend)
    except (BranchingError, ValueError) as err:
        verdict = Verdict(trouble, problems=(f"broken: {err}",))
    return replace(verdict, seconds=time.monotonic() - began)


@dataclass(frozen=True, slots=True)
class Trial:
    """
    A trouble on a branch on which the step `begun` is about to run.
    """

    trouble: Trouble
    begun: Begun
    branch: Branch

    def run(self, *, mend: bool) -> Verdict:
        """
        Go on until it stops, judge that, and go on after the trouble is over.
        """
        self._switch(on=True)
        stopped, result = self._until_it_stops()
        verdict = self._verdict(stopped, result)
        problems = list(verdict.problems)
        if stopped and mend:
            self._switch(on=False)
            problems += self._goes_on(stopped)
        return replace(verdict, problems=tuple(problems))

    def _until_it_stops(self) -> tuple[str, dict[str, Any]]:
        names = registry.NAMES
        first, last = names.index(self.begun.name), names.index(self.trouble.step)
        for name in names[first : last + 1]:
            result = self._step(name)
            if result["error"] or result["failures"]:
                return name, result
        return "", {}

    def _step(self, name: str) -> dict[str, Any]:
        arguments = self.begun.arguments(self.branch) | {"name": name}
        return self.branch.run("step", **arguments, verify=True, hasty=True)

    def _switch(self, *, on: bool) -> None:
        told = self.branch.tell("trouble", name=self.trouble.name, on=on)
        if "error" in told:
            raise BranchingError(told["error"])

    def _verdict(self, stopped: str, result: dict[str, Any]) -> Verdict:
        failures = result.get("failures") or [result.get("message", "")]
        verdict = Verdict(
            self.trouble,
            stopped,
            tuple(result.get("causes", ())),
            tuple(result.get("left_open", ())),
            str(failures[0]),
            str(result.get("remedy", "")),
            int(result.get("written_after", 0)),
        )
        return replace(verdict, problems=tuple(self._wrong(verdict)))

    def _wrong(self, verdict: Verdict) -> Iterator[str]:
        wanted = self.trouble
        state = self.branch.ask("troubles").get(wanted.name, "off")
        if state != "on":
            yield f"the trouble never struck (it is {state})"
        if verdict.stopped != wanted.step:
            where = verdict.stopped or "nowhere"
            yield f"it stopped at {where} instead of {wanted.step}: {verdict.said}"
        if wanted.cause not in CAUSES:
            yield f"there is no cause {wanted.cause}"
        if wanted.cause not in verdict.causes:
            named = ", ".join(verdict.causes) or "none"
            left = ", ".join(verdict.left_open)
            open_ = f" (open: {left})" if left else ""
            yield f"named {named}{open_}, not {wanted.cause}: {verdict.said}"
        others = set(verdict.causes) - {wanted.cause} - wanted.symptoms
        if wanted.cause in verdict.causes and others:
            yield f"named besides: {', '.join(sorted(others))}"
        if not verdict.remedy:
            yield "no remedy was named"
        if verdict.written_after:
            yield f"{verdict.written_after} writing calls after it stopped"

    def _goes_on(self, name: str) -> Iterator[str]:
        """
        Run the step again, now that the trouble is over, and check that it passes.
        """
        before = len(by_operator(self.branch.ask("calls")))
        result = self._step(name)
        if result["error"] or result["failures"]:
            said = result["failures"] or [result.get("message", "")]
            calls = len(by_operator(self.branch.ask("calls"))) - before
            yield f"it does not go on once it is mended ({calls} calls): {said[0]}"
