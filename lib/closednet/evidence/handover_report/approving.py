"""
What was approved, by whom, with which key, until when.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.evidence.handover_report.moments import at
from closednet.render.request.blocks import Block, Heading, Line, Points, Sheet


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.evidence.handover_report.record import RunRecord
    from closednet.evidence.handover_report.vocabulary import ReportWords


def blocks(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield the approved digests, the demand, and every signature.
    """
    say = words.say
    yield Heading(2, say("approved"))
    rows = _digests(words, run)
    if not rows:
        yield Line(say("approved.none"))
        return
    columns = ("digest", "approved.what", "approver", "how", "first_used")
    yield Sheet(tuple(say(f"column.{name}") for name in columns), rows)
    yield from _demand(words, run)
    if run.statements:
        signed = ("approver", "roles", "key", "signed_at", "expires_at", "counts")
        heads = tuple(say(f"column.{name}") for name in signed)
        yield Sheet(heads, tuple(_signature(words, run)))
    yield Line(say("approved.proof"))


def _digests(words: ReportWords, run: RunRecord) -> tuple[tuple[str, ...], ...]:
    plans = {plan.digest: plan for plan in run.approved}
    found: dict[str, tuple[str, ...]] = {}
    for event in run.events:
        if event.kind != "approval" or event.data["digest"] in found:
            continue
        digest = str(event.data["digest"])
        plan = plans.get(digest)
        what = words.say("approved.changes", n=len(plan.changes) if plan else 0)
        how = words.say(f"approved.{event.data.get('how')}")
        by = str(event.data.get("by", ""))
        found[digest] = (digest, what, by, how, at(event.at))
    return tuple(found.values())


def _demand(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    demand = run.demand
    if demand is None or not demand.signed:
        yield Line(words.say("demand.digest"))
        return
    hours = f"{demand.valid_hours:g}"
    yield Line(words.say("demand.signed", n=demand.required, hours=hours))
    if demand.roles:
        yield Points(
            tuple(
                words.say("demand.role", n=r.required, role=r.name)
                for r in demand.roles
            )
        )
    if demand.windows:
        said = words.comma.join(
            words.say(
                "windows.one", begins=words.moment(w.begins), ends=words.moment(w.ends)
            )
            for w in demand.windows
        )
        yield Line(words.say("windows", windows=said))


def _signature(words: ReportWords, run: RunRecord) -> Iterator[tuple[str, ...]]:
    roles = run.demand.roles if run.demand else ()
    for one in run.statements:
        mine = [role.name for role in roles if one.approver in role.signers]
        key = run.counted.get(one.approver, "")
        counts = words.say("value.yes" if key else "value.no")
        yield (
            one.approver,
            words.comma.join(mine),
            key,
            at(one.signed_at),
            at(one.expires_at),
            counts,
        )
