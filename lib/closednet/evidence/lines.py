"""
The lines that a run's report is made of.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class CheckLine:
    """
    A check and the step that made it.
    """

    step: str
    claim: str
    passed: bool
    evidence: str
    proves: tuple[str, ...]
    subject: str
    remedy: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """
    A requirement, and whether the checks of this run prove it.
    """

    requirement: str
    words: str
    checks: int
    failures: int

    @property
    def verdict(self) -> str:
        """
        `proven`, `failed` or `not checked`.
        """
        if not self.checks:
            return "not checked"
        return "failed" if self.failures else "proven"


@dataclass(frozen=True, slots=True)
class StepLine:
    """
    How far one step got: changes planned, made, seen made by people, open.
    """

    step: str
    planned: int | None
    done: int
    by_people: int
    waiting: int
    checks: int
    failures: int

    @property
    def verdict(self) -> str:
        """
        `verified`, `failed` or `not verified`.
        """
        if not self.checks:
            return "not verified"
        return "failed" if self.failures else "verified"


@dataclass(frozen=True, slots=True)
class CallLine:
    """
    How often one operation was called, and how often in vain.
    """

    account: str
    operation: str
    mutating: bool
    calls: int
    errors: int
