"""
What a cause is, and what a diagnosis says: named with evidence, or left open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable


@dataclass(frozen=True, slots=True)
class Cause:
    """
    A cause by its id: what is wrong, what mends it, and who does that.

    `remedy` may hold `{zone}`; without one it reads "the zone".
    """

    id: str
    what: str
    remedy: str
    who: str

    def remedy_for(self, zone: str = "the zone") -> str:
        """
        Return what to do, in one sentence.
        """
        return self.remedy.format(zone=zone)


@dataclass(frozen=True, slots=True)
class Finding:
    """
    A cause that holds here: of what, and what showed it.
    """

    cause: str
    subject: str
    what: str
    evidence: str
    remedy: str
    who: str

    @property
    def text(self) -> str:
        """
        The finding in one sentence, as it stands under a failed check.
        """
        return f"{self.cause}: {self.what} ({self.evidence}). Remedy: {self.remedy}"


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """
    The causes that hold, and those that what was seen does not tell apart.
    """

    named: tuple[Finding, ...] = ()
    left_open: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.named or self.left_open)

    @property
    def causes(self) -> tuple[str, ...]:
        """
        The ids of the named causes, each once.
        """
        return tuple(dict.fromkeys(finding.cause for finding in self.named))

    @property
    def text(self) -> str:
        """
        The whole diagnosis, as it stands under a failed check.
        """
        lines = [finding.text for finding in self.named]
        if self.left_open:
            lines.append(
                "what was seen does not single out one cause; open are: "
                + ", ".join(self.left_open)
            )
        return "; ".join(lines)


def together(diagnoses: Iterable[Diagnosis]) -> Diagnosis:
    """
    Return several diagnoses as one; what is named is not open any more.
    """
    all_ = tuple(diagnoses)
    named = tuple(dict.fromkeys(f for one in all_ for f in one.named))
    causes = {finding.cause for finding in named}
    left = dict.fromkeys(c for one in all_ for c in one.left_open)
    return Diagnosis(named, tuple(c for c in left if c not in causes))
