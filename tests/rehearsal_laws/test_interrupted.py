"""
Runs that end in the middle: killed, cut off, throttled. The next one finishes.
"""

from __future__ import annotations

import itertools

from typing import TYPE_CHECKING, Final

import pytest

from closednet import registry
from closednet.cli.main import main as closednet
from closednet.evidence import archive, runs
from closednet_rehearsal.branching.folders import EVIDENCE
from closednet_rehearsal.chaos.cases import KINDS, Case, Target
from closednet_rehearsal.chaos.compare import differences
from closednet_rehearsal.chaos.rollout import KEYED
from closednet_rehearsal.chaos.trial import KILLED, NOT_SEALED, Trial, attempt


if TYPE_CHECKING:
    from closednet_rehearsal.chaos.cases import Kind
    from closednet_rehearsal.chaos.done import Done
    from closednet_rehearsal.chaos.rollout import Rollout

pytestmark = pytest.mark.rehearsal
SITE: Final = "tokyo-dc1"
NUMBERS: Final = itertools.count()
BY_NAME: Final = {kind.name: kind for kind in KINDS}
LOST: Final = BY_NAME["acts, answer lost"]
AFTER: Final = BY_NAME["killed after it acted"]

# These steps write nothing: they are killed while they look.
READS: Final = {
    "preflight": "ec2:DescribeRouteTables",
    "cloudwatch-verification": "logs:FilterLogEvents",
}
# Calls without an idempotency token, on which a lost answer costs most.
TOKENLESS: Final = (
    ("activation", "ssm:CreateActivation"),
    ("ssm-agent", "ssm:RegisterManagedInstance on the servers"),
    ("iam-attach", "ssm:CreateAssociation"),
)


def middle(done: Done) -> Target:
    """
    Return the call in the middle of a step, one that reads if none writes.
    """
    name = done.begun.name
    if name in READS:
        return Target(name, READS[name], READS[name], 0, verifying=True)
    return done.targets[len(done.targets) // 2]


@pytest.mark.parametrize("name", registry.NAMES)
def test_a_killed_run_is_finished_by_the_next(
    name: str, grown: Rollout, capsys: pytest.CaptureFixture[str]
) -> None:
    """
    kill -9 within each step: evidence stays readable, no lock blocks, and the
    next run ends under the same approval where an undisturbed one would.
    """
    done = grown.until(name)
    case = Case(middle(done), AFTER)
    folder = grown.folder / f"killed-{next(NUMBERS)}"
    with done.begun.before.branch(folder) as branch:
        trial = Trial(case, done, branch, len(branch.ask("calls")))
        assert KILLED == trial.disturb()

        run = runs.latest_open(folder / EVIDENCE, SITE)
        assert run is not None
        assert NOT_SEALED == list(archive.verify(run.path))
        assert name == [e for e in run.events() if "step" in e.data][-1].data["step"]
        assert run.receipts() is not None
        assert 1 == closednet(["evidence", "verify", str(run.path)])
        assert NOT_SEALED[0] in capsys.readouterr().out

        assert [] == trial.judge()


@pytest.mark.parametrize("name", [n for n in registry.NAMES if n not in READS])
def test_chaos_at_an_end_of_a_step(name: str, grown: Rollout) -> None:
    """
    `make chaos` tries every call in every way; here the ends of steps and the ways
    take turns: the first call of one step, the last call of the next.
    """
    done, turn = grown.until(name), registry.NAMES.index(name)
    case = Case(done.targets[-(turn % 2)], KINDS[turn % len(KINDS)])

    verdict = attempt(case, done, grown.folder / f"chaos-{next(NUMBERS)}")

    assert (str(case), ()) == (str(verdict.case), verdict.problems)


@pytest.mark.parametrize(("name", "operation"), TOKENLESS)
def test_a_lost_answer_makes_nothing_twice(
    name: str, operation: str, grown: Rollout
) -> None:
    """
    Whatever was made twice is removed, and each lost secret is told.
    """
    done = grown.until(name)
    target = next(t for t in done.targets if operation == t.operation)

    verdict = attempt(Case(target, LOST), done, grown.folder / f"lost-{next(NUMBERS)}")

    assert () == verdict.problems


@pytest.mark.parametrize("kind", [LOST, AFTER], ids=["lost", "killed"])
def test_no_access_key_is_lost_without_a_word(kind: Kind, grown: Rollout) -> None:
    """
    A key whose secret nobody has is deleted, and the evidence says so.
    """
    done = grown.with_access_key()
    assert KEYED == done.begun.name
    target = next(t for t in done.targets if "iam:CreateAccessKey" == t.operation)

    verdict = attempt(Case(target, kind), done, grown.folder / f"key-{next(NUMBERS)}")

    assert () == verdict.problems


def test_a_killed_rollback_is_finished_by_the_next(grown: Rollout) -> None:
    """
    Under the same approval, and nothing is left of what the rollout made.
    """
    done = grown.undone()
    leaving = "ssm:DeregisterManagedInstance"
    target = next(t for t in done.targets if leaving == t.operation)

    verdict = attempt(Case(target, AFTER), done, grown.folder / f"undo-{next(NUMBERS)}")

    assert (KILLED, ()) == (verdict.first, verdict.problems)


def test_a_rollout_killed_in_the_middle_ends_like_any_other(grown: Rollout) -> None:
    """
    Nothing of the interruption shows in any later step, nor in what exists.
    """
    last = grown.until(registry.NAMES[-1])
    done = grown.until("activation")
    target = next(t for t in done.targets if "ssm:CreateActivation" == t.operation)
    with done.begun.before.branch(grown.folder / f"end-{next(NUMBERS)}") as branch:
        trial = Trial(Case(target, AFTER), done, branch, len(branch.ask("calls")))
        assert KILLED == trial.disturb()

        for name in registry.NAMES[registry.NAMES.index("activation") :]:
            arguments = done.begun.arguments(branch) | {"name": name}
            result = branch.run("step", **arguments, verify=True, look=True)
            assert ("", [], []) == (
                result["error"],
                result["failures"],
                result["left"],
            )

        assert [] == differences(last.verified.state, branch.ask("state"))


def test_chaos_notices_what_does_not_converge(grown: Rollout) -> None:
    """
    A world with a resource too many, and one too few, is not the same world.
    """
    done = grown.until("activation")
    other = grown.until("hosted-zone").applied
    wrong = type(done)(done.begun, done.targets, other, other)
    case = Case(done.targets[0], BY_NAME["fails before it acts"])

    verdict = attempt(case, wrong, grown.folder / f"wrong-{next(NUMBERS)}")

    assert not verdict.converged
    assert any("too much or other: ssm_activations" in p for p in verdict.problems)
