"""
The laws of every step, each on a branch of a rehearsal with a server.
"""

from __future__ import annotations

import itertools

from typing import TYPE_CHECKING, Final

import pytest

from closednet import registry
from closednet.errors import ApplyError
from closednet.model.change import key_of
from closednet.model.receipt import Receipt
from closednet_rehearsal.chaos.compare import differences
from tests.rehearsal_laws.stories import RUN, Story, keys, told, world


if TYPE_CHECKING:
    from closednet.evidence.run_folder import RunFolder
    from closednet_rehearsal.chaos.rollout import Rollout

pytestmark = pytest.mark.rehearsal
WRITING: Final = (
    *("endpoints", "inbound-endpoint", "hosted-zone", "activation"),
    *("ssm-agent", "iam-attach", "cloudwatch-agent"),
)
SECRET: Final = {
    "activation": ("activation code",),
    "ssm-agent": ("activation code",),
}
# What documents did on servers, and the events of log groups.
LASTING: Final = {
    "iam-attach": (
        "association/closednet-tokyo-dc1-ssm-agent-update",
        "log-group/messages",
        "log-group//closednet/sessions",
        "log-group//closednet/run-command",
    ),
    "cloudwatch-agent": ("association/closednet-tokyo-dc1-cloudwatch-agent-update",),
}
NUMBERS: Final = itertools.count()


@pytest.fixture(name="story", scope="module", params=registry.NAMES)
def _story(request: pytest.FixtureRequest, grown: Rollout) -> Story:
    name = str(request.param)
    folder = grown.folder / f"law-{next(NUMBERS)}"
    with world(grown.until(name).begun.before.branch(folder)) as here:
        return told(name, here)


def test_the_writing_steps_are_known() -> None:
    """
    A new step has to be told what is true of it.
    """
    others = {"preflight", "cloudwatch-verification"}

    assert set(registry.NAMES) == {*WRITING, *others}


class TestPlanning:
    """
    Reading a plan costs nothing, and approving another one gives nothing.
    """

    def test_inspecting_and_planning_write_nothing(self, story: Story) -> None:
        """Neither in AWS nor on a server."""
        assert [] == story.planning_writes
        assert not story.planning_changed

    def test_only_an_approved_plan_is_applied(self, story: Story) -> None:
        """No digest, or another one: refused before the first write."""
        if story.name not in WRITING:
            assert () == story.plan.changes
            return

        assert "ApprovalError, 0 writes" == story.unapproved
        assert "StalePlanError, 0 writes" == story.other_digest

    def test_a_stale_plan_is_refused(self, story: Story) -> None:
        """The world moved since the plan was made: nothing is written."""
        expected = (
            "StalePlanError, 0 writes"
            if story.name in WRITING
            else "accepted, 0 writes"
        )

        assert expected == story.stale


class TestApplying:
    """
    What was planned is done, once.
    """

    def test_the_receipt_is_the_plan(self, story: Story) -> None:
        """Every approved change was made, in order, or waits for people."""
        assert story.receipt is not None
        done = [key_of(item.change) for item in story.receipt.done]
        waiting = [key_of(change) for change in story.receipt.waiting]
        manual = [key_of(c) for c in story.plan.changes if type(c).__name__ == "Manual"]

        assert [key for key in keys(story.plan) if key not in manual] == done
        assert [] == waiting

    def test_it_converges(self, story: Story) -> None:
        """The next plan is empty, with a reason for every resource."""
        assert story.again is not None
        assert () == story.again.changes
        assert set(keys(story.plan)) <= {k.key for k in story.again.kept if k.reason}

    def test_applying_again_writes_nothing(self, story: Story) -> None:
        """Not even a call that would change nothing."""
        assert [] == story.again_writes

    def test_it_is_proved_afterwards_and_not_before(self, story: Story) -> None:
        """A check that passes in an empty world proves nothing."""
        assert story.verified is not None
        assert [] == [(c.claim, c.evidence) for c in story.verified.failures]
        if story.name in WRITING:
            assert story.unverified is not None
            assert not story.unverified.passed

    def test_no_secret_is_kept(self, story: Story) -> None:
        """Neither receipt, report, plan nor journal holds one, in any spelling."""
        assert set(SECRET.get(story.name, ())) <= set(story.secrets)
        assert [] == story.leaks


def test_rollback_restores_what_was_before(story: Story) -> None:
    """
    Resource by resource; what cannot come back is named in the plan.
    """
    if story.name not in WRITING:
        assert story.undone is None
        return
    assert story.undone is not None

    assert [] == [(c.claim, c.evidence) for c in story.undone.failures]
    assert [] == differences(story.before, story.after)


def test_what_cannot_be_undone_is_named(story: Story) -> None:
    """
    In the rollback's plan, before anybody approves it.
    """
    named = [line.partition(":")[0] for line in story.cannot_be_undone]

    assert list(LASTING.get(story.name, ())) == named


@pytest.mark.parametrize("name", WRITING)
def test_a_fault_leaves_a_receipt_of_what_was_done(name: str, grown: Rollout) -> None:
    """
    The error and the journal hold it; the next run does the rest, and nothing twice.
    """
    done = grown.until(name)
    target = done.targets[len(done.targets) // 2]
    folder = grown.folder / f"law-{next(NUMBERS)}"
    with world(done.begun.before.branch(folder)) as here:
        run, view = here.planned(name)
        here.branch.tell(
            "fault", operation=target.fault, error="InternalFailure", skip=target.n
        )
        with pytest.raises(ApplyError) as caught:
            run.apply(view, view.plan.digest)
        assert isinstance(caught.value.receipt, Receipt)
        told_by_error = [key_of(item.change) for item in caught.value.receipt.done]
        (kept,) = _receipts(run.folder, name)

        again, rest = here.planned(name)
        again.apply(rest, view.plan.digest)

        approved, left = keys(view.plan), keys(rest.plan)
        assert told_by_error == approved[: len(told_by_error)]
        assert told_by_error == [key for key in kept if key in told_by_error]
        assert set(approved) - set(told_by_error) <= set(left) <= set(approved)
        # What runs on all servers together may have been begun, and not be done.
        twice = set(told_by_error) & set(left)
        assert [] == [key for key in twice if not key.endswith("/web01")]
        assert () == here.planned(name)[1].plan.changes
        assert [] == differences(done.applied.state, here.state())


def _receipts(folder: RunFolder, step: str) -> list[list[str]]:
    assert RUN == folder.run_id
    return [
        [key_of(item.change) for item in receipt.done]
        for receipt in folder.receipts()
        if receipt.step == step
    ]
