"""
A change request as a document: what a board reads from top to bottom.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.model import sharing
from closednet.model.change import Create, Delete, Manual, Update
from closednet.render.request import approving, effects, going_back, manual_work
from closednet.render.request.blocks import Block, Heading, Line, Points, Sheet
from closednet.render.request.english import ENGLISH
from closednet.render.request.japanese import JAPANESE
from closednet.render.request.policies import appendix
from closednet.render.words import BY_HAND, CREATE, DELETE, UPDATE, symbol


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.change import AnyChange
    from closednet.model.change_request import ChangeRequest, StepRequest
    from closednet.model.plan import Plan, RolloutPlan
    from closednet.render.request.vocabulary import Words

LANGUAGES = {words.code: words for words in (ENGLISH, JAPANESE)}


@dataclass(frozen=True, slots=True)
class Document:
    """
    A change request in one language.
    """

    words: Words
    rollout: RolloutPlan
    request: ChangeRequest

    @property
    def title(self) -> str:
        """
        What the request is about.
        """
        key = "title.undo" if self.request.undoes else "title"
        site, run = self.rollout.scope.site, self.request.undoes
        return self.words.say(key, site=site, run=run)

    def blocks(self) -> tuple[Block, ...]:
        """
        Return the whole document.
        """
        words, rollout, request = self.words, self.rollout, self.request
        return (
            Heading(1, self.title),
            Line(words.say("lead")),
            *self._summary(),
            *self._changes(),
            *manual_work.blocks(words, rollout, request),
            *effects.blocks(words, request),
            *self._costs(),
            *self._durations(),
            *going_back.blocks(words, rollout, request),
            *approving.blocks(words, rollout, request),
            *appendix(words, rollout),
        )

    def _summary(self) -> Iterator[Block]:
        say, scope, request = self.words.say, self.rollout.scope, self.request
        grave = sum(risk.level == "high" for risk in request.risks)
        rows = [
            (say("summary.site"), scope.site),
            (say("summary.region"), scope.region),
            (say("summary.network"), scope.network_account),
            (say("summary.management"), scope.management_account),
            (say("summary.changes"), self._counts(self.rollout.changes)),
            (say("summary.risks"), say("risks.count", n=len(request.risks), g=grave)),
            (say("summary.duration"), self.words.duration(request.minutes)),
            (say("summary.cost"), self._cost_line()),
            (say("summary.lasting"), self._lasting()),
            (say("summary.windows"), approving.windows(self.words, request)),
            (say("summary.approvals"), approving.demanded(self.words, request)),
        ]
        yield Line(f"{say('digest')}: {self.rollout.digest}", "digestbox")
        yield Heading(2, say("summary"))
        yield Sheet(("", ""), tuple(rows))

    def _counts(self, changes: tuple[AnyChange, ...]) -> str:
        numbers = {
            "create": sum(isinstance(c, Create) for c in changes),
            "update": sum(isinstance(c, Update) for c in changes),
            "delete": sum(isinstance(c, Delete) for c in changes),
            "by_hand": sum(isinstance(c, Manual) for c in changes),
        }
        said = [self.words.say(f"count.{k}", n=n) for k, n in numbers.items() if n]
        return self.words.comma.join(said) or self.words.say("count.nothing")

    def _cost_line(self) -> str:
        total = sum(line.monthly_usd for line in self.request.costs)
        day = self.request.prices_as_of
        if not self.request.costs:
            return self.words.say("cost.none")
        return self.words.say("cost.total", total=f"{total:,.2f}", day=day)

    def _lasting(self) -> str:
        lasting = sum(len(step.lasting) for step in self.request.steps)
        key = "lasting.some" if lasting else "lasting.none"
        return self.words.say(key, n=lasting)

    def _changes(self) -> Iterator[Block]:
        yield Heading(2, self.words.say("changes"))
        signs = {"create": CREATE, "update": UPDATE, "delete": DELETE}
        yield Line(self.words.say("changes.lead", by_hand=BY_HAND, **signs))
        for plan, step in zip(self.rollout.plans, self.request.steps, strict=True):
            yield Heading(3, self._step(step))
            purpose = f"purpose.{step.step}"
            if not self.request.undoes:
                yield Line(self.words.say(purpose))
            yield from self._step_changes(plan, step)

    def _step(self, step: StepRequest) -> str:
        return f"{step.notebook} {self.words.say(f'step.{step.step}')}"

    def _step_changes(self, plan: Plan, step: StepRequest) -> Iterator[Block]:
        say = self.words.say
        if not plan.changes:
            yield Line(say("changes.none"))
        else:
            head = ("", say("column.change"), say("column.details"))
            rows = tuple(
                (symbol(c), self.words.change(c), "\n".join(self.words.details(c)))
                for c in plan.changes
            )
            yield Sheet(head, rows, tuple(_mark(c) for c in plan.changes))
        if plan.kept:
            yield Line(say("kept", n=len(plan.kept)))
            yield Points(tuple(self._kept(k.key, k.reason) for k in plan.kept))
        if plan.changes and step.writes:
            yield Line(say("calls.writes", calls=", ".join(step.writes)), "calls")
        if plan.changes and step.reads:
            yield Line(say("calls.reads", calls=", ".join(step.reads)), "calls")
        if plan.changes and not step.writes:
            yield Line(say("calls.none"), "calls")

    def _kept(self, key: str, reason: str) -> str:
        for kind in ("adopted", "made by this runbook", "undone"):
            if kind in reason:
                return self.words.say(f"kept.{kind}", key=key)
        if reason.startswith(sharing.STAYS):
            said, sites = sharing.who(reason)
            return self.words.say(f"kept.{said}", key=key, sites=sites)
        return f"{key}: {reason}"

    def _costs(self) -> Iterator[Block]:
        say, costs = self.words.say, self.request.costs
        yield Heading(2, say("costs"))
        if not costs:
            yield Line(say("costs.none"))
            return
        head = ("item", "quantity", "price", "month")
        rows = [
            (
                say(f"cost.{line.step}"),
                f"{line.quantity:,}",
                say(f"price.{line.unit}", price=f"{line.unit_price:g}"),
                f"{line.monthly_usd:,.2f}",
            )
            for line in costs
        ]
        total = f"{sum(line.monthly_usd for line in costs):,.2f}"
        rows.append((say("costs.total"), "", "", total))
        marks = (*("" for _ in costs), "total")
        yield Sheet(tuple(say(f"column.{name}") for name in head), tuple(rows), marks)
        yield Line(say("costs.note", day=self.request.prices_as_of))

    def _durations(self) -> Iterator[Block]:
        say, request = self.words.say, self.request
        yield Heading(2, say("durations"))
        rows = [(self._step(s), self.words.duration(s.minutes)) for s in request.steps]
        rows.append((say("durations.total"), self.words.duration(request.minutes)))
        marks = (*("" for _ in request.steps), "total")
        yield Sheet((say("column.step"), say("column.duration")), tuple(rows), marks)
        waits = self.words.duration(request.waits_minutes)
        yield Line(say("durations.note", waits=waits))


def _mark(change: AnyChange) -> str:
    if isinstance(change, Manual):
        return "byhand"
    return "delete" if isinstance(change, Delete) else ""
