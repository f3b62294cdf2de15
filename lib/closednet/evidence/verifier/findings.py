"""
What a verification comes to: what is wrong, what could not be checked, what is so.
"""

from __future__ import annotations

from dataclasses import dataclass, field


HOLDS = 0
BROKEN = 1
UNUSABLE = 2
INCOMPLETE = 3


@dataclass
class Findings:
    """
    All findings about one archive.
    """

    problems: list[str] = field(default_factory=list)
    unchecked: list[str] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """
        0 it holds, 1 it does not, 3 nothing is wrong but not all could be checked.
        """
        if self.problems:
            return BROKEN
        return INCOMPLETE if self.unchecked else HOLDS

    @property
    def verdict(self) -> str:
        """
        The last line of a report.
        """
        if self.problems:
            return f"the archive does not hold: {len(self.problems)} problem(s)"
        if self.unchecked:
            return "nothing is wrong as far as it could be checked here"
        return "the archive holds"

    def text(self) -> str:
        """
        Return all findings, a line each, the verdict last.
        """
        lines = [
            *self.facts,
            *(f"NOT CHECKED: {line}" for line in self.unchecked),
            *(f"WRONG: {line}" for line in self.problems),
            self.verdict,
        ]
        return "".join(f"{line}\n" for line in lines)

    def to_json(self) -> dict[str, object]:
        """
        Return the findings for scripts.
        """
        return {
            "verdict": self.verdict,
            "exit_code": self.exit_code,
            "problems": self.problems,
            "unchecked": self.unchecked,
            "facts": self.facts,
        }
