"""
The work of people, and who put their name under what.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.evidence.handover_report.moments import at
from closednet.evidence.handover_report.naming import step_name
from closednet.render.request.blocks import Block, Heading, Line, Sheet


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.evidence.handover_report.history import Work
    from closednet.evidence.handover_report.record import RunRecord
    from closednet.evidence.handover_report.vocabulary import ReportWords


def work(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield what people outside AWS did, and who confirmed it.
    """
    say = words.say
    yield Heading(2, say("people"))
    if not run.work:
        yield Line(say("people.none"))
        return
    yield Line(say("people.lead"))
    columns = ("who", "work", "seen_at", "confirmed")
    rows = tuple(
        (
            words.who(one.change),
            words.change(one.change),
            at(one.seen_at) or say("people.waits"),
            _confirmed(words, run, one),
        )
        for one in run.work
    )
    marks = tuple("" if one.seen_at else "byhand" for one in run.work)
    yield Sheet(tuple(say(f"column.{name}") for name in columns), rows, marks)


def _confirmed(words: ReportWords, run: RunRecord, one: Work) -> str:
    """
    Say by which checks the work shows, and who put their name under the step.
    """
    checks = [c for c in run.report.checks if c.step == one.step]
    passed = sum(check.passed for check in checks)
    said = words.say("people.checks", p=passed, n=len(checks)) if checks else ""
    names = [
        str(remark["by"])
        for remark in run.remarks
        if "journal" in remark and remark["step"] == one.step
    ]
    signed = words.say("people.signed", who=words.comma.join(names)) if names else ""
    return "\n".join(filter(None, (said, signed)))


def remarks(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield what operators noted and who countersigned.
    """
    say = words.say
    yield Heading(2, say("remarks"))
    if not run.remarks:
        yield Line(say("remarks.none"))
        return
    rows = []
    for one in run.remarks:
        is_sign = "journal" in one
        how = "signed" if one["signed"] else "named"
        text = (
            say(f"remarks.countersign.{how}", n=one["journal"]["event"])
            if is_sign
            else str(one.get("text", ""))
        )
        rows.append(
            (
                at(str(one["at"])),
                str(one["by"]),
                step_name(words, str(one["step"])),
                text,
            )
        )
    columns = ("at", "who", "step", "remark")
    yield Sheet(tuple(say(f"column.{name}") for name in columns), tuple(rows))
