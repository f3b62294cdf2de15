"""
The verbs that all steps share, on a small world of our own.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, ClassVar

import pytest

from closednet import engine
from closednet.errors import AdapterError, ApplyError, DriftError
from closednet.model.change import (
    AnyChange,
    Create,
    Found,
    Kept,
    Manual,
    Spec,
    Update,
)
from closednet.model.plan import Scope
from closednet.model.receipt import Done, Receipt
from closednet.model.report import Check, Report
from closednet.model.step import Actions, AnyKind, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

SCOPE = Scope("site", "ap-northeast-1", "1" * 12, "2" * 12, "params")


@dataclass(frozen=True, slots=True)
class Thing:
    """
    A resource.
    """

    name: str
    size: int = 0

    @property
    def key(self) -> str:
        return f"thing/{self.name}"


@dataclass(frozen=True, slots=True)
class Errand(Thing):
    """
    Work of a person.
    """


@dataclass
class Things(PlainKind):
    """
    Things in a dictionary; `breaks_at` makes one write fail.
    """

    spec_type: type[Thing] = Thing
    actions: Actions = field(default_factory=lambda: Actions("network"))
    world: dict[str, Thing] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    writes: list[str] = field(default_factory=list)
    settled: list[tuple[str, ...]] = field(default_factory=list)
    breaks_at: str = ""

    def find(self, wanted: Iterable[Thing]) -> Mapping[str, Found[Thing]]:
        keys = [spec.key for spec in wanted if spec.key in self.world]
        return {k: Found(self.world[k], f"id-{k}", k not in self.foreign) for k in keys}

    def create(self, spec: Thing) -> str:
        self._write("create", spec)
        self.world[spec.key] = spec
        return f"id-{spec.key}"

    def update(self, old: Thing, new: Thing) -> str:
        self._write("update", new)
        self.world[old.key] = new
        return f"id-{old.key}"

    def delete(self, spec: Thing, resource_id: str) -> None:
        self._write("delete", spec)
        del self.world[resource_id.removeprefix("id-")]

    def settle(self, specs: Iterable[Thing]) -> None:
        self.settled.append(tuple(spec.key for spec in specs))

    def by_hand(self, spec: Thing) -> Work | None:
        return Work("somebody", f"do {spec.key}") if isinstance(spec, Errand) else None

    def _write(self, verb: str, spec: Thing) -> None:
        if spec.key == self.breaks_at:
            raise AdapterError(f"no {verb} of {spec.key}", hint="mend it")
        self.writes.append(f"{verb} {spec.key}")


@dataclass
class ThingStep:
    """
    A step that desires things.
    """

    name: ClassVar[str] = "things"
    kind: Things
    wants: tuple[Spec, ...]

    def kinds(self) -> tuple[AnyKind, ...]:
        # As many steps do: new ones each time, with what they share.
        return (replace(self.kind),)

    def desired(self) -> tuple[Spec, ...]:
        return self.wants

    def verify(self) -> Report:
        return Report(self.name, (Check("fine", passed=True, evidence="seen"),))


class Told:
    """
    A listener that remembers.
    """

    def __init__(self) -> None:
        self.events: list[str] = []

    def change_started(self, step: str, change: AnyChange) -> None:
        self.events.append(f"{step} started {engine.spec_of(change).key}")

    def change_done(self, step: str, done: Done) -> None:
        self.events.append(f"{step} done {engine.spec_of(done.change).key}")


@pytest.fixture(name="step")
def _step() -> ThingStep:
    return ThingStep(Things(), (Thing("a"), Thing("b"), Thing("c")))


def _apply(step: ThingStep, told: Told | None = None) -> Receipt:
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    return engine.apply(step, plan.approve(plan.digest), told or Told())


def test_apply_converges(step: ThingStep) -> None:
    """
    A second plan is empty.
    """
    _apply(step)

    assert () == engine.plan(step, engine.inspect(step), SCOPE).changes


def test_inspecting_and_planning_write_nothing(step: ThingStep) -> None:
    """
    Only apply writes.
    """
    engine.plan(step, engine.inspect(step), SCOPE)

    assert [] == step.kind.writes


def test_every_write_is_told_before_and_after(step: ThingStep) -> None:
    """
    A killed run leaves what it had begun.
    """
    told = Told()

    _apply(step, told)

    assert ["things started thing/a", "things done thing/a"] == told.events[:2]


def test_a_kind_is_awaited_once_after_all_its_writes(step: ThingStep) -> None:
    """
    Seven endpoints become available together, not one after the other.
    """
    _apply(step)

    assert [("thing/a", "thing/b", "thing/c")] == step.kind.settled


def test_a_failed_change_leaves_a_receipt_of_what_was_done(step: ThingStep) -> None:
    """
    The error names the change; its receipt holds those before it.
    """
    step.kind.breaks_at = "thing/c"

    with pytest.raises(ApplyError, match="thing/c failed") as caught:
        _apply(step)

    receipt = caught.value.receipt
    assert isinstance(receipt, Receipt)
    assert 2 == len(receipt.done)


def test_a_run_after_a_failure_does_only_what_is_left(step: ThingStep) -> None:
    """
    Nothing is made twice.
    """
    step.kind.breaks_at = "thing/c"
    with pytest.raises(ApplyError):
        _apply(step)
    step.kind.breaks_at = ""

    receipt = _apply(step)

    assert ["create thing/a", "create thing/b", "create thing/c"] == step.kind.writes
    assert 1 == len(receipt.done)


def test_rollback_restores_what_was(step: ThingStep) -> None:
    """
    What was there comes back, what was made goes.
    """
    step.kind.world["thing/a"] = Thing("a", 9)
    before = dict(step.kind.world)
    receipt = _apply(step)

    undo = engine.rollback(step, [receipt], SCOPE, "run")
    engine.apply(step, undo.approve(undo.digest), Told())

    assert before == step.kind.world


def test_rollback_goes_backwards(step: ThingStep) -> None:
    """
    What was made last goes first.
    """
    receipt = _apply(step)

    undo = engine.rollback(step, [receipt], SCOPE, "run")

    keys = [engine.spec_of(change).key for change in undo.changes]
    assert ["thing/c", "thing/b", "thing/a"] == keys


def test_rollback_refuses_what_somebody_changed(step: ThingStep) -> None:
    """
    The work of others is named, not undone.
    """
    receipt = _apply(step)
    step.kind.world["thing/b"] = Thing("b", 7)

    with pytest.raises(DriftError, match="thing/b"):
        engine.rollback(step, [receipt], SCOPE, "run")


def test_rollback_leaves_what_others_need_even_if_they_changed_it(
    step: ThingStep,
) -> None:
    """
    It stays with the reason, and all the rest is undone.
    """
    receipt = _apply(step)
    step.kind.world["thing/b"] = Thing("b", 7)

    undo = engine.rollback(
        step, [receipt], SCOPE, "run", lambda s: "stays: osaka" * (s.key == "thing/b")
    )

    assert ["thing/c", "thing/a"] == [engine.spec_of(c).key for c in undo.changes]
    assert (Kept("thing/b", "stays: osaka"),) == undo.kept


def test_rollback_leaves_alone_what_is_not_ours_any_more(step: ThingStep) -> None:
    """
    A resource that lost our mark is somebody else's.
    """
    receipt = _apply(step)
    step.kind.foreign.add("thing/b")

    with pytest.raises(DriftError, match="not ours"):
        engine.rollback(step, [receipt], SCOPE, "run")


def test_a_second_rollback_has_nothing_to_do(step: ThingStep) -> None:
    """
    Rollback can be run again after a crash.
    """
    receipt = _apply(step)
    undo = engine.rollback(step, [receipt], SCOPE, "run")
    engine.apply(step, undo.approve(undo.digest), Told())

    again = engine.rollback(step, [receipt], SCOPE, "run")

    assert () == again.changes


def test_several_receipts_of_one_thing_are_undone_at_once(step: ThingStep) -> None:
    """
    Created, then updated: one delete takes both back.
    """
    first = Receipt("things", "d", "d", (Done(Create(Thing("a")), "id"),))
    second = Receipt(
        "things", "d", "d", (Done(Update(Thing("a"), Thing("a", 2)), "id"),)
    )
    step.kind.world["thing/a"] = Thing("a", 2)

    undo = engine.rollback(step, [first, second], SCOPE, "run")

    assert 1 == len(undo.changes)


def test_work_of_people_is_planned_and_never_executed() -> None:
    """
    A manual change waits in the receipt.
    """
    step = ThingStep(Things(), (Errand("e"),))

    receipt = _apply(step)

    assert isinstance(receipt.waiting[0], Manual)
    assert [] == step.kind.writes


def test_an_approval_of_a_rollback_is_none_of_the_rollout(step: ThingStep) -> None:
    """
    Doing and undoing have different digests.
    """
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    receipt = _apply(step)

    assert plan.digest != engine.rollback(step, [receipt], SCOPE, "run").digest
