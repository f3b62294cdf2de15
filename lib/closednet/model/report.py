"""
Checks: claims about the world, judged by machine, with what was seen.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from closednet.errors import VerificationError


if TYPE_CHECKING:
    from closednet.model.causes.cause import Diagnosis


@dataclass(frozen=True, slots=True)
class Check:
    """
    A claim, whether it holds, what was seen, and which requirements it proves.

    `subject` names the resource, host or name that the claim is about.
    `remedy` says what to do when it does not hold. `causes` are the ids of the
    causes (`model.causes`) that were found, `left_open` those that what was seen
    does not tell apart. `about_the_way` says that it can fail because names or
    packets go astray, which is looked for then.
    """

    claim: str
    passed: bool
    evidence: str
    proves: tuple[str, ...] = ()
    subject: str = ""
    remedy: str = ""
    causes: tuple[str, ...] = ()
    left_open: tuple[str, ...] = ()
    about_the_way: bool = False

    @property
    def advice(self) -> str:
        """
        The causes and the remedy in one line, or nothing.
        """
        told = {"cause": ", ".join(self.causes), "remedy": self.remedy}
        return "; ".join(f"{word}: {text}" for word, text in told.items() if text)

    def explained(self, diagnosis: Diagnosis) -> Check:
        """
        Return the check with what a diagnosis says in place of a general remedy.
        """
        if not diagnosis:
            return self
        return replace(
            self,
            remedy=diagnosis.text,
            causes=diagnosis.causes,
            left_open=diagnosis.left_open,
        )


@dataclass(frozen=True, slots=True)
class Report:
    """
    All checks of one step.
    """

    step: str
    checks: tuple[Check, ...]

    @property
    def failures(self) -> tuple[Check, ...]:
        """
        The checks that did not pass.
        """
        return tuple(check for check in self.checks if not check.passed)

    @property
    def passed(self) -> bool:
        """
        Whether there is something to check and all of it holds.
        """
        return bool(self.checks) and not self.failures

    def raise_for_failures(self) -> None:
        """
        Stop here unless every check passed.

        Raises:
            VerificationError: A check failed; all of them are named.
        """
        if self.passed:
            return
        lines = [
            f"\n  - {check.claim}: {check.evidence}"
            + (f" ({check.advice})" if check.advice else "")
            for check in self.failures
        ] or ["\n  - there was nothing to check"]
        raise VerificationError(
            f"{self.step}: {len(self.failures)} of {len(self.checks)} checks failed"
            + "".join(lines),
            report=self,
            hint="mend the cause, then run the verify cell again",
        )
