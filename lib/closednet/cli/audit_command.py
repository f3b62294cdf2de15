"""
The command `closednet audit`: what differs from an archive, and what breaks soon.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Final

from closednet.cli.evidence_commands import evidence_place
from closednet.evidence.difference import SIGNS
from closednet.evidence.drift import BEYOND
from closednet.render.tables import Table
from closednet.run.audit import audit
from closednet.site import open_site


if TYPE_CHECKING:
    from argparse import Namespace

    from closednet.evidence.drift import Drift
    from closednet.run.audit import Audit

WIDEST: Final = 44
LONGEST: Final = 100
NOBODY: Final = "⛔ no matching approval"


def audit_site(given: Namespace) -> int:
    """
    Print the audit; 0 as archived or approved, 1 otherwise, 5 if not all was read.
    """
    site = open_site(given.params)
    found = audit(
        site, evidence_place(given.against).resolve(), ahead_days=given.warn_days
    )
    if given.json:
        print(json.dumps(found.to_json(), ensure_ascii=False))
    else:
        print(text(found))
    if found.unapproved:
        return 1
    return 5 if found.unread else 0


def text(found: Audit) -> str:
    """
    Return an audit for a terminal.
    """
    sections = dict.fromkeys([*found.before.sections, BEYOND])
    parts = [f"{found.before.site}: now, against run {found.before.run_id}"]
    for section in sections:
        drifts = [one for one in found.drifts if one.difference.section == section]
        if drifts:
            parts.append(_table(section, drifts))
    parts.append(_sum(found))
    parts += [f"⚠️ does not count, as it is broken: run {line}" for line in found.broken]
    parts += [f"⚠️ could not be read: {line}" for line in found.unread]
    parts.append(_warnings(found))
    return "\n\n".join(parts)


def _table(section: str, drifts: list[Drift]) -> str:
    heads = ("", "what", "of it", "in the archive", "now", "approved")
    rows = tuple(
        (
            SIGNS[one.difference.kind],
            one.difference.key,
            one.difference.attribute,
            _short(one.difference.before),
            _short(one.difference.after),
            _approval(one),
        )
        for one in drifts
    )
    return Table(heads, rows, title=section).text(widest=WIDEST)


def _approval(one: Drift) -> str:
    if one.approval:
        return f"✅ {one.approval}"
    return (
        f"{NOBODY}; approved was another change: {one.other}" if one.other else NOBODY
    )


def _sum(found: Audit) -> str:
    if not found.drifts:
        return "✅ no drift: the site is as the archive says"
    counts = ", ".join(
        f"{sum(one.difference.kind == kind for one in found.drifts)} {kind}"
        for kind in SIGNS
    )
    left = len(found.unapproved)
    sign = "⛔" if left else "✅"
    return f"{sign} {counts}; {left} without a matching approval"


def _warnings(found: Audit) -> str:
    heads = ("", "when", "what", "effect", "next")
    rows = tuple(
        (
            "⛔" if one.state == "past" else "⚠️",
            f"{one.deadline.when:%Y-%m-%d}\n{_days(one.days)}",
            f"{one.deadline.kind}: {one.deadline.subject}",
            one.deadline.effect,
            one.deadline.remedy,
        )
        for one in found.warnings
    )
    empty = "nothing that ends soon is known"
    return Table(heads, rows, title="what ends soon", empty=empty).text(widest=WIDEST)


def _days(days: int) -> str:
    return f"in {days} days" if days >= 0 else f"{-days} days ago"


def _short(text: str) -> str:
    words = " ".join(text.split())
    return words if len(words) <= LONGEST else f"{words[:LONGEST]}..."
