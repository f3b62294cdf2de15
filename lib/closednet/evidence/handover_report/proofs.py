"""
Each requirement with its proof, and every check with what was seen.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.evidence.handover_report.naming import step_name
from closednet.render.request.blocks import Block, Heading, Line, Sheet
from closednet.render.words import NONE


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from closednet.evidence.handover_report.record import RunRecord
    from closednet.evidence.handover_report.vocabulary import ReportWords
    from closednet.evidence.lines import CheckLine

LONGEST: Final = 150
# Letters that every font has, also on paper.
SIGNS: Final = {"proven": "✓", "failed": "✗", "not checked": NONE}


def requirements(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield the requirements, each with the numbers of the checks that prove it.
    """
    say, report = words.say, run.report
    if run.undoes:
        return
    yield Heading(2, say("requirements"))
    yield Line(say("requirements.lead"))
    numbers = {id(check): n for n, check in enumerate(in_order(run), start=1)}
    rows, marks = [], []
    for item in report.coverage:
        mine = [c for c in report.checks if item.requirement in c.proves]
        passed = sum(check.passed for check in mine)
        rows.append(
            (
                SIGNS[item.verdict],
                item.requirement,
                words.requirements[item.requirement],
                say(f"proof.{item.verdict}"),
                f"{passed} / {len(mine)}",
                ranges(numbers[id(check)] for check in mine),
            )
        )
        marks.append("" if item.verdict == "proven" else "delete")
    columns = ("id", "requirement", "verdict", "checks", "proof")
    heads = ("", *(say(f"column.{name}") for name in columns))
    yield Sheet(heads, tuple(rows), tuple(marks), kind="requirements")


def appendix(words: ReportWords, run: RunRecord) -> Iterator[Block]:
    """
    Yield every check once, step by step, under the number that proofs name.
    """
    say = words.say
    yield Heading(2, say("checks"))
    yield Line(say("checks.lead"))
    columns = ("claim", "seen", "proves")
    heads = ("", "#", *(say(f"column.{name}") for name in columns))
    numbered = list(enumerate(in_order(run), start=1))
    for step in dict.fromkeys(check.step for _, check in numbered):
        mine = [(n, check) for n, check in numbered if check.step == step]
        yield Heading(3, step_name(words, step))
        rows = tuple(_row(words, n, check) for n, check in mine)
        marks = tuple("" if check.passed else "delete" for _, check in mine)
        yield Sheet(heads, rows, marks, kind="checks")


def _row(words: ReportWords, number: int, check: CheckLine) -> tuple[str, ...]:
    sign = SIGNS["proven" if check.passed else "failed"]
    seen = check.evidence
    if len(seen) > LONGEST:
        seen = words.say("checks.cut", seen=seen[:LONGEST], step=check.step)
    return (sign, str(number), words.claim(check.claim), seen, " ".join(check.proves))


def in_order(run: RunRecord) -> list[CheckLine]:
    """
    Return the checks in the order in which their steps were worked on.
    """
    order = {stage.step: place for place, stage in enumerate(run.stages)}
    return sorted(run.report.checks, key=lambda c: order.get(c.step, len(order)))


def ranges(numbers: Iterable[int]) -> str:
    """
    Return numbers as people write them: `1-3, 7`.
    """
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and found[-1][1] == number - 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return ", ".join(f"{a}-{b}" if a < b else str(a) for a, b in found)
