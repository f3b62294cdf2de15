"""
What holds for any step: apply converges, can be interrupted, and can be undone.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, ClassVar, Final

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from closednet import engine
from closednet.errors import AdapterError, ApplyError, DriftError
from closednet.model.change import Found, key_of
from closednet.model.plan import Scope
from closednet.model.receipt import Receipt
from closednet.model.report import Report
from closednet.model.step import Actions, AnyKind, PlainKind


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.model.change import AnyChange, Spec
    from closednet.model.receipt import Done

FEW: Final = settings(max_examples=60)
SCOPE: Final = Scope("site", "ap-northeast-1", "1" * 12, "2" * 12, "params")


@dataclass(frozen=True, slots=True)
class Thing:
    """
    A resource with a size.
    """

    name: str
    size: int

    @property
    def key(self) -> str:
        return f"thing/{self.name}"


@dataclass
class Things(PlainKind):
    """
    Things in a dictionary; after `breaks_after` writes the next one fails.
    """

    world: dict[str, Thing]
    spec_type: type[Thing] = Thing
    actions: Actions = field(default_factory=lambda: Actions("network"))
    writes: int = 0
    breaks_after: int | None = None

    def find(self, wanted: Iterable[Thing]) -> Mapping[str, Found[Thing]]:
        keys = [spec.key for spec in wanted if spec.key in self.world]
        return {key: Found(self.world[key], f"id-{key}", owned=True) for key in keys}

    def create(self, spec: Thing) -> str:
        assert spec.key not in self.world
        return self._put(spec)

    def update(self, old: Thing, new: Thing) -> str:
        assert old == self.world[old.key]
        return self._put(new)

    def delete(self, spec: Thing, resource_id: str) -> None:
        self._write()
        del self.world[resource_id.removeprefix("id-")]

    def _put(self, spec: Thing) -> str:
        self._write()
        self.world[spec.key] = spec
        return f"id-{spec.key}"

    def _write(self) -> None:
        if self.writes == self.breaks_after:
            raise AdapterError("no", hint="mend it")
        self.writes += 1


@dataclass
class ThingStep:
    """
    A step that desires things.
    """

    name: ClassVar[str] = "things"
    kind: Things
    wants: tuple[Spec, ...]

    def kinds(self) -> tuple[AnyKind, ...]:
        return (self.kind,)

    def desired(self) -> tuple[Spec, ...]:
        return self.wants

    def verify(self) -> Report:
        return Report(self.name, ())


class Quiet:
    """
    Listens to nothing.
    """

    def change_started(self, step: str, change: AnyChange) -> None: ...

    def change_done(self, step: str, done: Done) -> None: ...


worlds = st.dictionaries(st.sampled_from("abcde"), st.integers(0, 2)).map(
    lambda sizes: {f"thing/{name}": Thing(name, size) for name, size in sizes.items()}
)
steps = st.builds(
    lambda world, wants: ThingStep(Things(world), tuple(wants.values())),
    worlds,
    worlds,
)


def _applied(step: ThingStep) -> Receipt:
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    return engine.apply(step, plan.approve(plan.digest), Quiet())


def _receipt(err: ApplyError) -> Receipt:
    assert isinstance(err.receipt, Receipt)
    return err.receipt


def _undone(step: ThingStep, *receipts: Receipt) -> Receipt:
    plan = engine.rollback(step, receipts, SCOPE, "run")
    return engine.apply(step, plan.approve(plan.digest), Quiet())


@FEW
@given(steps)
def test_apply_converges(step: ThingStep) -> None:
    """
    A second plan is empty, says why, and writes nothing.
    """
    _applied(step)
    written = step.kind.writes
    again = engine.plan(step, engine.inspect(step), SCOPE)
    _applied(step)

    assert () == again.changes
    assert {spec.key for spec in step.wants} == {kept.key for kept in again.kept}
    assert all(kept.reason for kept in again.kept)
    assert written == step.kind.writes


@FEW
@given(steps, st.integers(0, 5))
def test_a_fault_leaves_a_receipt_of_what_was_done(step: ThingStep, k: int) -> None:
    """
    Exactly the changes before the fault; the next run does the others.
    """
    plan = engine.plan(step, engine.inspect(step), SCOPE)
    step.kind.breaks_after = k
    if len(plan.changes) <= k:
        _applied(step)
        return
    with pytest.raises(ApplyError) as caught:
        _applied(step)
    done = [item.change for item in _receipt(caught.value).done]
    step.kind.breaks_after = None

    rest = engine.plan(step, engine.inspect(step), SCOPE)
    rest.approve_as_part(plan.digest, [plan])
    _applied(step)

    assert list(plan.changes[:k]) == done
    assert plan.changes[k:] == rest.changes
    assert len(plan.changes) == step.kind.writes


@FEW
@given(steps, st.integers(0, 5))
def test_rollback_restores_whatever_was_before(step: ThingStep, k: int) -> None:
    """
    After one run, or after an interrupted one and the one that finished it.
    """
    before = dict(step.kind.world)
    step.kind.breaks_after = k
    receipts: list[Receipt] = []
    try:
        receipts.append(_applied(step))
    except ApplyError as err:
        receipts.append(_receipt(err))
    step.kind.breaks_after = None
    receipts.append(_applied(step))

    _undone(step, *receipts)

    assert before == step.kind.world
    assert () == engine.rollback(step, receipts, SCOPE, "run").changes


@FEW
@given(steps, st.data())
def test_rollback_refuses_what_somebody_changed(
    step: ThingStep, data: st.DataObject
) -> None:
    """
    And names it; nothing is written.
    """
    receipt = _applied(step)
    if not receipt.done:
        return
    key = key_of(data.draw(st.sampled_from(receipt.done)).change)
    step.kind.world[key] = Thing(key.removeprefix("thing/"), 9)
    now = dict(step.kind.world)

    with pytest.raises(DriftError, match=key):
        _undone(step, receipt)

    assert now == step.kind.world
