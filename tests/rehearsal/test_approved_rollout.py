"""
A rollout that people signed, from the change request to the archive and back.
"""

from __future__ import annotations

import json
import subprocess
import time

from typing import TYPE_CHECKING

import pytest

from tests.rehearsal.approvals import HANA, KEN, NAO, desk, edited
from tests.rehearsals import running


if TYPE_CHECKING:
    from pathlib import Path

    from tests.rehearsal.approvals import Desk

pytestmark = pytest.mark.rehearsal


def test_a_signed_rollout_is_stopped_resumed_proven_and_taken_back(
    tmp_path: Path,
) -> None:
    """
    A notebook changes in the middle: refused. Put back: finished, under the same
    approvals, which lie in the archive. Going back is signed in the same way.
    """
    evidence = tmp_path / "evidence"
    with running(tmp_path / "rehearsal", hosts=1, evidence=evidence) as rehearsal:
        made = desk(rehearsal, tmp_path, evidence)
        before = rehearsal.ask("state")
        file, digest = made.request("change")
        made.approve(file, file.parent / "approvals", HANA, KEN, NAO)

        _stops_in_the_middle(made, file, digest)
        done = made.closednet(
            "apply", str(made.params), "--plan", str(file), "--approve", digest
        )

        assert 0 == done.returncode, done.stdout[-2000:] + done.stderr
        run = made.runs()[-1]
        _is_proven(made, run, digest)
        _goes_back(made, run.name, tmp_path)
        assert before == rehearsal.ask("state")
        assert [] == rehearsal.ask("unsupported")


def _stops_in_the_middle(made: Desk, file: Path, digest: str) -> None:
    notebook = made.checkout / "notebooks" / "30-hosted-zone.ipynb"
    shorter = notebook.read_bytes().replace(b"Five minutes", b"Four minutes")
    given = ("--plan", str(file), "--approve", digest)
    process = made.start("apply", str(made.params), *given)
    deadline = time.monotonic() + 200
    while "ec2:CreateVpcEndpoint" not in made.writes():
        assert time.monotonic() < deadline
        assert process.poll() is None, process.result()
        time.sleep(0.1)
    with edited(notebook, shorter):
        stopped = process.result()

    assert 4 == stopped.returncode, stopped
    assert "notebooks: 30-hosted-zone.ipynb was changed" in stopped.stderr
    assert "route53:CreateHostedZone" not in made.writes()


def _is_proven(made: Desk, run: Path, digest: str) -> None:
    """
    The archive alone says who approved what; OpenSSH checks it without us.
    """
    signed = run / "approvals" / "signed"
    assert 0 == made.closednet("evidence", "verify", str(run)).returncode
    for who in (HANA, KEN, NAO):
        statement = signed / f"{digest}-{who}.approval.json"
        verify = ["ssh-keygen", "-Y", "verify", "-f", str(signed / "allowed_signers")]
        asked = ["-I", who, "-n", "closednet-approval", "-s", f"{statement}.sig"]
        subprocess.run([*verify, *asked], input=statement.read_bytes(), check=True)
    demand = json.loads((signed / "demand.json").read_text("utf-8"))
    request = run / "approvals" / "request"
    covers = json.loads((request / "covers.json").read_text("utf-8"))["covers"]
    entry = json.loads((run / f"approvals/rollout-{digest}.json").read_text("utf-8"))
    statement = json.loads((signed / f"{digest}-{HANA}.approval.json").read_text())

    assert 2 == demand["required"]
    assert covers == statement["covers"]
    assert {HANA, KEN, NAO} == set(entry["by"].split(", "))
    assert "ssh-signatures" == entry["how"]
    assert (request / "change-request.json").read_bytes() == (
        made.checkout.parent / "change" / "change-request.json"
    ).read_bytes()
    assert "ssh-signatures" in (run / "index.html").read_text("utf-8")


def _goes_back(made: Desk, run: str, folder: Path) -> None:
    """
    The rollback is a change request like any other.
    """
    back = folder / "back"
    given = ("rollback", str(made.params), "--run", run)
    planned = made.closednet(*given, "--out", str(back))
    digest = planned.stdout.split("digest: ")[-1].split()[0]
    unsigned = made.closednet(*given, "--approve", digest)
    made.approve(back / "change-request.json", back / "approvals", HANA, NAO)
    undone = made.closednet(
        *given, "--approve", digest, "--approvals", str(back / "approvals")
    )

    assert 3 == planned.returncode, planned.stderr
    assert "roll back run" in (back / "change-request.en.md").read_text("utf-8")
    assert 3 == unsigned.returncode, unsigned.stderr
    assert "0 of 2 approvals" in unsigned.stderr
    assert 0 == undone.returncode, undone.stdout[-3000:] + undone.stderr
    assert any((made.runs()[-1] / "approvals" / "signed").glob("*.sig"))
