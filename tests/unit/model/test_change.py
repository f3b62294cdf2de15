"""
Differences, inverses and digests obey their laws.
"""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from hypothesis import given
from hypothesis import strategies as st

from closednet.errors import ApprovalError, StalePlanError, UnsafePlanError
from closednet.model import canonical
from closednet.model.change import Create, Delete, Found, Update, diff, inverse
from closednet.model.plan import Plan, RolloutPlan, Scope


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


SCOPE = Scope("site", "ap-northeast-1", "1" * 12, "2" * 12, "params")
things = st.builds(
    Thing,
    name=st.sampled_from("abcdef"),
    size=st.integers(0, 3),
    members=st.frozensets(st.sampled_from("xyz")),
)
worlds = st.dictionaries(st.sampled_from("abcdef"), things).map(
    lambda raw: {t.key: t for t in raw.values()}
)


def _found(world: dict[str, Thing], *, owned: bool = True) -> dict[str, Found[Thing]]:
    return {key: Found(thing, f"id-{key}", owned) for key, thing in world.items()}


@given(worlds)
def test_nothing_differs_from_itself(world: dict[str, Thing]) -> None:
    """
    A world that is as desired needs no change, and every no-op says why.
    """
    difference = diff(world.values(), _found(world))

    assert () == difference.changes
    assert all(kept.reason for kept in difference.kept)


@given(worlds, worlds)
def test_applying_a_difference_reaches_the_desired_world(
    desired: dict[str, Thing], observed: dict[str, Thing]
) -> None:
    """
    Creates and updates together make every desired thing as desired.
    """
    world = dict(observed)
    for change in diff(desired.values(), _found(observed)).changes:
        assert isinstance(change, Create | Update)
        assert isinstance(change.new, Thing)
        world[change.new.key] = change.new

    assert desired.items() <= world.items()


@given(things, things)
def test_an_inverse_undone_is_the_change_itself(old: Thing, new: Thing) -> None:
    """
    Undoing the undoing is doing.
    """
    for change in (Create(new), Update(old, new), Delete(old)):
        assert change == inverse(inverse(change))


def test_what_others_made_is_never_changed() -> None:
    """
    A difference in somebody else's resource stops the plan and is named.
    """
    with pytest.raises(UnsafePlanError, match=r"thing/a.*size is 1, not 2"):
        diff([Thing("a", 2)], _found({"thing/a": Thing("a", 1)}, owned=False))


def test_what_others_made_is_adopted_if_it_fits() -> None:
    """
    A suitable resource of others is used as it is.
    """
    difference = diff([Thing("a")], _found({"thing/a": Thing("a")}, owned=False))

    assert () == difference.changes
    assert "adopted" in difference.kept[0].reason


@given(st.frozensets(st.text(max_size=3)))
def test_digests_do_not_depend_on_the_order_of_sets(members: frozenset[str]) -> None:
    """
    Equal specs have equal digests in every process.
    """
    shuffled = frozenset(sorted(members, reverse=True))

    one = canonical.digest(Thing("a", members=members))

    assert one == canonical.digest(Thing("a", members=shuffled))


def test_a_value_without_canonical_form_is_refused() -> None:
    """
    Nothing is ever digested by its repr.
    """
    with pytest.raises(TypeError, match="object has no canonical form"):
        canonical.digest(object())


class TestApproval:
    """
    One digest approves one plan.
    """

    plan = Plan("step", SCOPE, (Create(Thing("a")), Create(Thing("b"))))

    def test_its_own_digest_approves_a_plan(self) -> None:
        """
        The digest under the table is what an operator gives back.
        """
        assert self.plan == self.plan.approve(self.plan.digest).plan

    def test_no_digest_approves_nothing(self) -> None:
        """
        The error carries the digest that would do.
        """
        with pytest.raises(ApprovalError) as caught:
            self.plan.approve("")

        assert self.plan.digest == caught.value.digest

    def test_another_digest_is_refused(self) -> None:
        """
        Something else was approved.
        """
        with pytest.raises(StalePlanError):
            self.plan.approve("0" * 20)

    def test_what_is_left_of_an_approved_plan_is_approved(self) -> None:
        """
        An interrupted run goes on under its first approval.
        """
        rest = Plan("step", SCOPE, (Create(Thing("b")),))

        approved = rest.approve_as_part(self.plan.digest, [self.plan])

        assert self.plan.digest == approved.approved_by_digest

    def test_a_change_that_was_not_approved_is_named(self) -> None:
        """
        The operator reads which line is new.
        """
        more = Plan("step", SCOPE, (Create(Thing("c")),))

        with pytest.raises(StalePlanError, match="thing/c"):
            more.approve_as_part(self.plan.digest, [self.plan])

    def test_an_approval_does_not_hold_at_another_site(self) -> None:
        """
        Scope is part of what is approved.
        """
        other = Scope("other", "ap-northeast-1", "1" * 12, "2" * 12, "params")

        with pytest.raises(StalePlanError):
            Plan("step", other, self.plan.changes).approve_as_part("d", [self.plan])

    def test_a_rollout_has_the_digest_of_its_plans(self) -> None:
        """
        One changed line changes the rollout digest.
        """
        one = RolloutPlan(SCOPE, (self.plan,))
        two = RolloutPlan(SCOPE, (Plan("step", SCOPE, (Create(Thing("a")),)),))

        assert one.digest != two.digest
