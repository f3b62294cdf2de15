"""
What a language has to say for a hand-over report, on top of a change request's words.
"""

from __future__ import annotations

import re

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closednet.evidence.requirements import REQUIREMENTS
from closednet.render.labels import ENGLISH, Labels
from closednet.render.request.vocabulary import Words


if TYPE_CHECKING:
    from collections.abc import Mapping

_GAP = re.compile(r"\\\{(\d)\\\}")


@dataclass(frozen=True, slots=True)
class ReportWords(Words):
    """
    One language: requirements by number, and claims by their English pattern.
    """

    requirements: Mapping[str, str] = field(default_factory=lambda: REQUIREMENTS)
    claims: Mapping[str, str] = field(default_factory=dict)
    labels_of_drawing: Labels = ENGLISH

    def claim(self, text: str) -> str:
        """
        Return a claim of a check in this language; an unknown one as it stands.
        """
        for pattern, said in self.claims.items():
            found = re.fullmatch(_GAP.sub(r"(?P<g\1>.+)", re.escape(pattern)), text)
            if found:
                names = sorted(found.groupdict())
                return said.format(*(found[name] for name in names))
        return text
