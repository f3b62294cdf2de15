"""
The hand-over report as a document: what an auditor reads from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.evidence.handover_report import approving, closing, people, proofs, world
from closednet.evidence.handover_report.moments import at, moment
from closednet.evidence.handover_report.naming import step_name
from closednet.model.change import Delete, Manual
from closednet.render import timeline
from closednet.render.request.blocks import (
    Block,
    Figures,
    Heading,
    Line,
    Picture,
    Sheet,
)
from closednet.render.words import symbol


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.evidence.handover_report.history import Made, Stage
    from closednet.evidence.handover_report.record import RunRecord
    from closednet.evidence.handover_report.vocabulary import ReportWords


@dataclass(frozen=True, slots=True)
class Document:
    """
    The report of a run in one language.
    """

    words: ReportWords
    run: RunRecord

    @property
    def title(self) -> str:
        """
        What the report is about.
        """
        key = "report.title.undo" if self.run.undoes else "report.title"
        report = self.run.report
        return self.words.say(key, site=report.site, run=self.run.undoes)

    def blocks(self) -> tuple[Block, ...]:
        """
        Return the whole document.
        """
        words, run = self.words, self.run
        return (
            Heading(1, self.title),
            Line(words.say("report.lead", run=run.report.run_id)),
            *self._verdict(),
            *self._about(),
            *approving.blocks(words, run),
            *self._when(),
            *self._changes(),
            *people.work(words, run),
            *closing.deviations(words, run),
            *closing.open_points(words, run),
            *world.blocks(words, run),
            *proofs.requirements(words, run),
            *people.remarks(words, run),
            *closing.evidence(words, run),
            *closing.sign_off(words, run),
            *proofs.appendix(words, run),
        )

    def _verdict(self) -> Iterator[Block]:
        say, report = self.words.say, self.run.report
        left = len(closing.points(self.words, self.run))
        failed = sum(not check.passed for check in report.checks)
        state = "failed" if failed or not report.checks else "open" if left else "whole"
        yield Line(say(f"verdict.{state}", n=left, failed=failed), f"verdict {state}")
        proven = sum(c.verdict == "proven" for c in report.coverage)
        passed = len(report.checks) - failed
        figures = [
            (f"{proven} / {len(report.coverage)}", "figure.requirements", proven)
            if not self.run.undoes
            else (str(len(report.steps)), "figure.steps", 0),
            (f"{passed} / {len(report.checks)}", "figure.checks", passed),
            (str(len(self.run.changes)), "figure.changes", 0),
            (str(len(self.run.deviations)), "figure.deviations", 0),
            (str(left), "figure.open", 0),
        ]
        bad = {"figure.open": left, "figure.checks": failed}
        yield Figures(
            tuple(
                (number, say(label), "bad" if bad.get(label) else "")
                for number, label, _ in figures
            )
        )

    def _about(self) -> Iterator[Block]:
        say, report = self.words.say, self.run.report
        about = report.about
        params = self.run.params
        accounts = params.accounts if params else None
        callers = {str(e.data["arn"]) for e in self.run.events if e.data.get("arn")}
        rows = [
            (say("summary.site"), report.site),
            (say("summary.region"), str(about.get("region", ""))),
            (say("summary.network"), accounts.network.id if accounts else ""),
            (say("summary.management"), accounts.management.id if accounts else ""),
            (say("about.run"), report.run_id),
            (say("about.period"), f"{at(report.began)} - {at(report.ended)} (UTC)"),
            (say("about.operator"), str(about.get("operator") or say("value.none"))),
            (say("about.machine"), str(about.get("machine", ""))),
            (say("about.caller"), self.words.comma.join(sorted(callers))),
            (say("about.calls"), self._calls()),
            (say("about.params"), str(about.get("params_digest", ""))),
        ]
        yield Heading(2, say("about"))
        yield Sheet(("", ""), tuple(row for row in rows if row[1]), kind="about")

    def _calls(self) -> str:
        report = self.run.report
        return self.words.say(
            "about.calls.count", n=report.calls_made, w=report.mutating_calls
        )

    def _when(self) -> Iterator[Block]:
        say, stages = self.words.say, self.run.stages
        yield Heading(2, say("when"))
        if not stages:
            yield Line(say("when.none"))
            return
        spans = tuple(
            timeline.Span(
                self._name(stage.step),
                moment(stage.began),
                moment(stage.ended),
                tuple(moment(m.at) for m in self.run.changes if m.step == stage.step),
            )
            for stage in stages
        )
        yield Picture(timeline.svg(spans), say("when.picture"))
        columns = ("step", "began", "ended", "made", "checks")
        rows = tuple(self._stage(stage) for stage in stages)
        yield Sheet(tuple(say(f"column.{name}") for name in columns), rows)

    def _stage(self, stage: Stage) -> tuple[str, ...]:
        line = next((s for s in self.run.report.steps if s.step == stage.step), None)
        checks = f"{line.checks - line.failures} / {line.checks}" if line else ""
        made = sum(one.step == stage.step for one in self.run.changes)
        began, ended = at(stage.began), at(stage.ended)
        return (self._name(stage.step), began, ended, str(made), checks)

    def _changes(self) -> Iterator[Block]:
        say = self.words.say
        yield Heading(2, say("made"))
        if not self.run.changes:
            yield Line(say("made.none"))
            return
        yield Line(say("made.lead"))
        columns = tuple(say(f"column.{name}") for name in ("at", "change", "id"))
        for step in dict.fromkeys(one.step for one in self.run.changes):
            mine = [one for one in self.run.changes if one.step == step]
            yield Heading(3, self._name(step))
            rows = tuple(self._made(one) for one in mine)
            marks = tuple(
                "delete" if isinstance(one.change, Delete) else "" for one in mine
            )
            yield Sheet(("", *columns), rows, marks, kind="made")

    def _made(self, one: Made) -> tuple[str, ...]:
        said = self.words.change(one.change)
        details = () if isinstance(one.change, Manual) else self._differences(one)
        what = "\n".join([said, *details])
        return (symbol(one.change), at(one.at)[11:], what, one.resource_id)

    def _differences(self, one: Made) -> tuple[str, ...]:
        """
        Return what an update turned into what; the rest stands in the request.
        """
        is_update = type(one.change).__name__ == "Update"
        return self.words.details(one.change) if is_update else ()

    def _name(self, step: str) -> str:
        return step_name(self.words, step)
