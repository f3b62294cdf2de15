"""
The catalogue of faults: whole, in step with the product, and with its document.
"""

from __future__ import annotations

import re

import pytest

from closednet import registry
from closednet.model.causes import CAUSES
from closednet_rehearsal.trouble import table
from closednet_rehearsal.trouble.catalogue import AREAS, CATALOGUE
from closednet_rehearsal.trouble.trial import Verdict
from closednet_rehearsal.trouble.trouble import Trouble
from tests.project.files import ROOT


SOME = Trouble("some-fault", "Somebody did something.", "ssm-agent", "x", lambda _: int)


def test_no_two_faults_or_causes_share_a_name() -> None:
    assert len(CATALOGUE) == sum(len(area.TROUBLES) for area in AREAS)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in CATALOGUE)
    assert all(re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)+", name) for name in CAUSES)


@pytest.mark.parametrize("trouble", CATALOGUE.values(), ids=str)
def test_a_fault_stops_a_step_at_or_after_the_one_before_which_it_begins(
    trouble: Trouble,
) -> None:
    steps = registry.NAMES

    assert steps.index(trouble.begins) <= steps.index(trouble.step)


@pytest.mark.parametrize("trouble", CATALOGUE.values(), ids=str)
def test_its_cause_and_what_may_be_named_beside_it_exist(trouble: Trouble) -> None:
    assert {trouble.cause, *trouble.symptoms} <= set(CAUSES)


@pytest.mark.parametrize("cause", CAUSES.values(), ids=lambda cause: cause.id)
def test_every_cause_has_a_remedy_and_somebody_who_does_it(cause: object) -> None:
    assert all(getattr(cause, name) for name in ("what", "remedy", "who"))


def test_the_document_is_in_step_with_the_catalogue() -> None:
    """`make faults` writes the table."""
    text = (ROOT / table.DOCUMENT).read_text("utf-8")

    assert table.with_table(text, CATALOGUE.values()) == text


@pytest.mark.parametrize(
    ("verdict", "code", "words"),
    [
        (Verdict(SOME, "ssm-agent", ("x",)), 0, "wrong causes: 0 of 1"),
        (
            Verdict(SOME, "ssm-agent", ("y",), problems=("y",)),
            1,
            "wrong causes: 1 of 1",
        ),
        (
            Verdict(SOME, "preflight", ("x",), problems=("where",)),
            1,
            "anything else wrong: 1",
        ),
    ],
    ids=["right", "another cause", "another step"],
)
def test_one_wrong_cause_or_step_fails_the_whole(
    verdict: Verdict, code: int, words: str
) -> None:
    assert code == table.exit_code([verdict])
    assert any(words in line for line in table.closing([verdict], 1.0))


def test_nothing_tried_is_a_failure() -> None:
    assert 1 == table.exit_code([])
