"""
A kernel's own cells are told from cells that somebody put between them.
"""

from __future__ import annotations

import pytest

from closednet.run.executed import foreign
from closednet.run.models import cells_of, notebooks, source_digest


APPROVED = {source_digest("receipt = run.apply(plan, approve)\nreceipt")}


@pytest.mark.parametrize(
    "source",
    [
        "receipt = run.apply(plan, approve)\nreceipt",
        "receipt = run.apply(plan, approve)\nreceipt\n",
        "# Parameters\nparams_file = 'x.yaml'\napprove = 'c2fb'\n",
        'params_file: str = "x.yaml"  # the site',
        "plan",
        "run.note('CHG-1042')",
        "run.countersign('ken', key='~/.ssh/id')",
        "",
    ],
)
def test_what_changes_nothing_may_run(source: str) -> None:
    assert [] == foreign([source], APPROVED)


@pytest.mark.parametrize(
    "source",
    [
        "run.apply(plan, plan.plan.digest)",
        "import closednet",
        "!rm -rf /",
        "plan.plan = other",
        "x = open('y').read()",
        "run.note(open('y').read())",
        "plan()",
        "receipt = run.apply(plan,  approve)\nreceipt",
    ],
)
def test_anything_else_is_named(source: str) -> None:
    assert [source.split("\n", maxsplit=1)[0]] == foreign([source], APPROVED)


def test_every_cell_of_the_models_is_approved_but_the_parameters() -> None:
    for notebook in notebooks():
        assert len(cells_of(notebook)) >= 4
