"""
What came of the removals, in lines for people.
"""

from __future__ import annotations

import textwrap

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Sequence

    from closednet_rehearsal.least_privilege.removal import Part
    from closednet_rehearsal.least_privilege.sweep import Outcome

WIDTH: Final = 150


def line(outcome: Outcome) -> str:
    """
    Return one row: the part, the step that stopped, what lacked, what was said.
    """
    part = outcome.part
    name = f"{part.sid} {part.action}".strip()
    mark = "✅" if outcome.caught else "❌"
    said = textwrap.shorten(_hint(outcome), WIDTH, placeholder=" …")
    row = (
        f"{mark} {part.policy:<20} {name:<44} {outcome.step:<24} {outcome.missing:<42}"
    )
    return f"{row} {said}".rstrip()


def summary(outcomes: Sequence[Outcome], unneeded: Sequence[Part]) -> str:
    """
    Return the last words: how many were missed, and which were not.
    """
    caught = sum(outcome.caught for outcome in outcomes)
    lines = [f"❌ nobody missed {part}" for part in unneeded]
    lines.append(
        f"{len(outcomes)} removals, {caught} stopped a step that named what was"
        f" missing, {len(unneeded)} parts are not needed"
    )
    return "\n".join(lines)


def _hint(outcome: Outcome) -> str:
    """
    Return the sentence that tells the operator what to do about the missing action.
    """
    wanted = f"allow {outcome.missing}"
    for text in outcome.said.splitlines():
        if wanted in text:
            return text.partition("next: ")[2] or text.strip()
    return next(
        (text for text in outcome.said.splitlines() if outcome.missing in text),
        "",
    )
