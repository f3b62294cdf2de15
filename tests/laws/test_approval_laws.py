"""
What a digest approves: exactly one plan, and whatever is left of it.
"""

from __future__ import annotations

import json

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

import pytest

from hypothesis import given, settings
from hypothesis import strategies as st

from closednet.errors import ApprovalError, StalePlanError
from closednet.model import canonical
from closednet.model.change import Create, Delete, Kept, Manual, Update
from closednet.model.plan import Plan, RolloutPlan, Scope


if TYPE_CHECKING:
    from closednet.model.change import AnyChange


@dataclass(frozen=True, slots=True)
class Thing:
    """
    A resource with a name, a size and unordered members.
    """

    name: str
    size: int = 0
    members: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        return f"thing/{self.name}"


FEW: Final = settings(max_examples=40)
words = st.text("abc\u00e9\u65e5", min_size=1, max_size=4)
things = st.builds(Thing, words, st.integers(0, 2), st.frozensets(words, max_size=3))
changes = st.one_of(
    st.builds(Create, things),
    st.builds(Update, things, things),
    st.builds(Delete, things),
    st.builds(Manual, words, words, things, st.booleans()),
)
scopes = st.builds(Scope, words, words, words, words, words)
plans = st.builds(
    Plan,
    words,
    scopes,
    st.lists(changes, max_size=4).map(tuple),
    st.lists(st.builds(Kept, words, words), max_size=2).map(tuple),
    st.sampled_from(["", "run"]),
)
busy = plans.filter(lambda plan: bool(plan.changes))


def said(change: AnyChange) -> str:
    return canonical.text(change)


@FEW
@given(plans, plans)
def test_two_plans_have_one_digest_only_if_they_say_the_same(
    one: Plan, other: Plan
) -> None:
    """
    What is kept is told, but not approved.
    """
    same = replace(one, kept=()) == replace(other, kept=())

    assert same == (one.digest == other.digest)


@FEW
@given(busy, changes, st.data())
def test_any_other_line_is_another_digest(
    plan: Plan, change: AnyChange, data: st.DataObject
) -> None:
    """
    A line more, a line less, another line, another order, another place.
    """
    at = data.draw(st.integers(0, len(plan.changes) - 1))
    before, line, after = plan.changes[:at], plan.changes[at], plan.changes[at + 1 :]
    others = [
        replace(plan, changes=(*before, *after)),
        replace(plan, changes=(*plan.changes, change)),
        replace(plan, changes=(*before, change, *after)),
        replace(plan, changes=(*after, line, *before)),
        replace(plan, step=f"{plan.step}s"),
        replace(plan, scope=replace(plan.scope, params_digest="other")),
        replace(plan, undoes="another run"),
    ]

    for other in others:
        assert (other.changes == plan.changes and _place(other) == _place(plan)) == (
            other.digest == plan.digest
        )


def _place(plan: Plan) -> tuple[object, ...]:
    return plan.step, plan.scope, plan.undoes


@FEW
@given(busy, st.text("0123456789abcdef", max_size=20))
def test_only_its_own_digest_approves_a_plan(plan: Plan, digest: str) -> None:
    """
    No digest asks for one; another digest is refused; both tell the right one.
    """
    if digest == plan.digest:
        return
    with pytest.raises(ApprovalError) as caught:
        plan.approve(digest)

    assert plan.digest == caught.value.digest
    assert bool(digest) == isinstance(caught.value, StalePlanError)
    assert plan == plan.approve(plan.digest).plan


@FEW
@given(busy, st.data())
def test_whatever_is_left_of_an_approved_plan_is_approved(
    plan: Plan, data: st.DataObject
) -> None:
    """
    Any part of the lines, in any order, under the first digest.
    """
    left = data.draw(st.lists(st.sampled_from(plan.changes), unique_by=said))
    rest = replace(plan, changes=tuple(left))

    approved = rest.approve_as_part(plan.digest, [plan])

    assert rest == approved.plan
    assert plan.digest == approved.approved_by_digest


@FEW
@given(busy, changes, st.data())
def test_one_line_that_was_not_approved_spoils_the_rest(
    plan: Plan, extra: AnyChange, data: st.DataObject
) -> None:
    """
    However many approved lines stand around it.
    """
    if said(extra) in map(said, plan.changes):
        return
    lines = data.draw(st.permutations([*plan.changes, extra]))

    with pytest.raises(StalePlanError):
        replace(plan, changes=tuple(lines)).approve_as_part(plan.digest, [plan])


@FEW
@given(busy, scopes)
def test_no_part_of_an_approval_holds_elsewhere(plan: Plan, scope: Scope) -> None:
    """
    Neither at another site, nor in another step, nor for undoing.
    """
    others = [
        replace(plan, step=f"{plan.step}s"),
        replace(plan, undoes="another run"),
        *([replace(plan, scope=scope)] if scope != plan.scope else []),
    ]

    for other in others:
        with pytest.raises(StalePlanError):
            other.approve_as_part(plan.digest, [plan])


@FEW
@given(st.lists(plans, max_size=3), scopes, st.data())
def test_a_rollout_has_one_digest_for_all_its_plans(
    parts: list[Plan], scope: Scope, data: st.DataObject
) -> None:
    """
    It changes with any plan and with their order, not with what is kept.
    """
    rollout = RolloutPlan(scope, tuple(parts))
    other = RolloutPlan(scope, tuple(data.draw(st.permutations(parts))))
    bare = RolloutPlan(scope, tuple(replace(part, kept=()) for part in parts))
    same = [p.digest for p in rollout.plans] == [p.digest for p in other.plans]

    assert same == (rollout.digest == other.digest)
    assert rollout.digest == bare.digest
    assert rollout.digest != RolloutPlan(scope, (*parts, *parts[:1], _EMPTY)).digest


_EMPTY = Plan("one more", Scope("", "", "", "", ""), ())


@FEW
@given(plans)
def test_canonical_text_is_json_that_says_everything(plan: Plan) -> None:
    """
    Reading it back and writing it again changes nothing.
    """
    text = canonical.text(plan)

    assert text == canonical.text(json.loads(text))
    assert json.loads(text) == canonical.to_json(plan)


@FEW
@given(st.dictionaries(words, st.integers(), max_size=5))
def test_canonical_text_knows_no_order_of_mappings(raw: dict[str, int]) -> None:
    """
    Two machines may have filled them differently.
    """
    assert canonical.text(raw) == canonical.text(dict(reversed(raw.items())))
