"""
Deviations, open points, the seal, and who takes over.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Final

from closednet.evidence.handover_report.moments import at
from closednet.evidence.handover_report.naming import step_name
from closednet.render.request.blocks import (
    Block,
    Code,
    Heading,
    Line,
    Points,
    Sheet,
)


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.evidence.handover_report.record import RunRecord
    from closednet.evidence.handover_report.vocabulary import ReportWords

MOST: Final = 6
BLANK: Final = "\N{NO-BREAK SPACE}" * 24


def deviations(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield what did not go as planned, and that nothing else did.
    """
    say = words.say
    yield Heading(2, say("deviations"))
    yield Line(say("deviations.lead"))
    if not run.deviations:
        yield Line(say("deviations.none"))
        return
    rows = []
    for one in run.deviations:
        facts: dict[str, str] = defaultdict(str, one.facts)
        facts["step"] = step_name(words, facts["step"])
        text = words.texts[f"deviation.{one.kind}"].format_map(facts)
        rows.append((at(one.at), say(f"deviation.{one.kind}.name"), text))
    columns = ("at", "deviation", "what_happened")
    yield Sheet(tuple(say(f"column.{name}") for name in columns), tuple(rows))


def open_points(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield what is left to do, each with the next move.
    """
    say, found = words.say, points(words, run)
    yield Heading(2, say("open"))
    if not found:
        yield Line(say("open.none"))
        return
    columns = ("point", "next")
    heads = ("", *(say(f"column.{name}") for name in columns))
    rows = tuple((str(n), *row) for n, row in enumerate(found, start=1))
    yield Sheet(heads, rows, tuple("byhand" for _ in rows), kind="open")


def points(words: ReportWords, run: RunRecord) -> tuple[tuple[str, str], ...]:
    """
    Return the open points of a run: what, and what to do about it.
    """
    say, report = words.say, run.report
    waiting = [one for one in run.work if not one.seen_at]
    missing = [] if run.undoes else report.coverage
    return (
        *(
            (
                say(
                    "open.failed",
                    step=step_name(words, c.step),
                    claim=words.claim(c.claim),
                ),
                c.remedy or say("open.failed.next"),
            )
            for c in report.checks
            if not c.passed
        ),
        *(
            (
                say(
                    "open.unproven",
                    id=c.requirement,
                    words=words.requirements[c.requirement],
                ),
                say("open.unproven.next"),
            )
            for c in missing
            if c.verdict == "not checked"
        ),
        *(
            (
                say(
                    "open.waits",
                    who=words.who(one.change),
                    work=words.change(one.change),
                ),
                say("open.waits.next"),
            )
            for one in waiting
        ),
        *_not_made(words, run),
    )


def _not_made(words: ReportWords, run: RunRecord) -> Iterator[tuple[str, str]]:
    """
    Yield what was approved and not made, a line a step.
    """
    say = words.say
    for step in dict.fromkeys(step for step, _ in run.not_made):
        keys = [key for name, key in run.not_made if name == step]
        listed = words.comma.join(keys[:MOST])
        rest = words.say("value.more", n=len(keys) - MOST) if len(keys) > MOST else ""
        said = say("open.not_made", step=step_name(words, step), keys=listed + rest)
        yield said, say("open.not_made.next")


def evidence(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield how this archive is sealed and how anybody verifies it.
    """
    say, events = words.say, run.events
    yield Heading(2, say("seal"))
    key = (
        "seal.open"
        if run.signers is None
        else "seal.signed"
        if run.signers
        else "seal.plain"
    )
    yield Line(say(key, keys=words.comma.join(run.signers or ())))
    rows = [(say("seal.events"), f"{len(events):,}")]
    scanned = {
        str(name)
        for event in events
        if event.kind == "scanned"
        for name in event.data.get("secrets", ())
    }
    rows.append(
        (say("seal.secrets"), words.comma.join(sorted(scanned)) or say("value.none"))
    )
    versions = run.versions
    if versions:
        said = words.comma.join(f"{name} {number}" for name, number in versions.items())
        rows.append((say("seal.versions"), said))
    yield Sheet(("", ""), tuple(rows), kind="about")
    yield Code(say("seal.verify"), "python3 -I verify.py", folded=False)
    yield Points(
        (
            say("seal.files.index"),
            say("seal.files.notebooks"),
            say("seal.files.request"),
        )
    )


def sign_off(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield the lines on which people sign the printed report.
    """
    del run
    say = words.say
    yield Heading(2, say("sign"))
    yield Line(say("sign.lead"))
    columns = tuple(
        say(f"column.{name}") for name in ("sign.as", "name", "date", "sign")
    )
    rows = tuple(
        (say(f"sign.{who}"), BLANK, BLANK[:14], BLANK)
        for who in ("operator", "checker", "owner")
    )
    yield Sheet(columns, rows, kind="signoff")
