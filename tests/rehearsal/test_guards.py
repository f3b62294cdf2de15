"""
Guards in a notebook, each in a real kernel: what ran is what was approved, and once.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from closednet.batch.execute import execute
from tests.rehearsal.approvals import HANA, NAO, ROOT, desk
from tests.rehearsals import running


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from closednet.batch.execute import Outcome
    from tests.rehearsal.approvals import Desk

pytestmark = pytest.mark.rehearsal
MODEL = ROOT / "notebooks" / "10-interface-endpoints.ipynb"
COUNT = (
    "{name} = sum(e.kind == 'aws-call' and e.data['mutating']"
    " for e in run.folder.events())"
)


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("guards")
    evidence = folder / "evidence"
    with running(folder / "rehearsal", evidence=evidence) as rehearsal:
        yield desk(rehearsal, folder, evidence)


def _with_cells(target: Path, after: str, sources: list[str]) -> Path:
    """
    Write the model notebook with more code cells after the one with a tag.
    """
    node = json.loads(MODEL.read_text("utf-8"))
    place = next(
        n
        for n, cell in enumerate(node["cells"])
        if after in cell["metadata"].get("tags", [])
    )
    more: list[dict[str, Any]] = [
        {
            "cell_type": "code",
            "id": f"more-{n}",
            "metadata": {},
            "execution_count": None,
            "outputs": [],
            "source": source,
        }
        for n, source in enumerate(sources)
    ]
    node["cells"][place + 1 : place + 1] = more
    target.write_text(json.dumps(node), "utf-8")
    return target


def _run(
    desk: Desk, notebook: Path, monkeypatch: pytest.MonkeyPatch, **given: str
) -> tuple[Outcome, str]:
    for name, value in desk.rehearsal.environment(desk.evidence).items():
        monkeypatch.setenv(name, value)
    output = notebook.with_name(f"executed-{notebook.name}")
    parameters = {"params_file": str(desk.params)} | given
    outcome = execute(notebook, output, parameters, timeout_s=200)
    return outcome, output.read_text("utf-8")


def test_a_cell_that_was_not_approved_stops_the_apply_cell(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enough people signed, but for other cells than those that ran."""
    file, digest = desk.request("cells")
    desk.approve(file, desk.params.parent / "approvals", HANA, NAO)
    given = {"approve": digest, "run_id": "cells"}
    notebook = _with_cells(tmp_path / "more.ipynb", "setup", ["import os"])
    outcome, _ = _run(desk, notebook, monkeypatch, **given)

    assert "VoidApprovalError" == outcome.error, outcome.message
    assert "these cells of 10-interface-endpoints: import os" in outcome.message
    assert [] == desk.writes()


def test_the_apply_cell_acts_once_and_people_leave_their_word(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Run again, it shows the receipt, and AWS hears of nothing."""
    desk.demand(required=0, roles=[], allowed_signers=None)
    run = {"run_id": "guarded"}
    first, _ = _run(
        desk, _with_cells(tmp_path / "a.ipynb", "setup", []), monkeypatch, **run
    )
    digest = first.message.split('approve = "')[-1].split('"')[0]
    cells = [
        COUNT.format(name="before"),
        "again = run.apply(plan, approve)\nagain",
        COUNT.format(name="after"),
        "assert before == after and before > 0, (before, after)",
        "run.note('CHG-1042')",
        "run.countersign('ken@example.jp')",
    ]
    notebook = _with_cells(tmp_path / "b.ipynb", "apply", cells)
    second, page = _run(desk, notebook, monkeypatch, approve=digest, **run)
    folder = desk.evidence / "tokyo-dc1" / "guarded"

    assert "ApprovalError" == first.error
    assert second.ok, second.message
    assert 7 == desk.writes().count("ec2:CreateVpcEndpoint")
    assert "this plan was applied already: nothing was done again" in page
    assert 1 == len(list((folder / "receipts").iterdir()))
    assert ["countersign-endpoints-01.json", "note-endpoints-01.json"] == sorted(
        path.name for path in (folder / "remarks").iterdir()
    )
