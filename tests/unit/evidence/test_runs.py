"""
Runs, their folders and receipts, also of runs that were killed.
"""

from __future__ import annotations

import multiprocessing

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from closednet.errors import BusyError, EvidenceError
from closednet.evidence import codec, runs
from closednet.evidence.listener import JournalListener
from closednet.evidence.run_folder import RunFolder
from closednet.model.change import Create, Delete
from closednet.model.plan import Plan
from closednet.model.receipt import Done, Receipt
from closednet.model.specs.management import LogGroup
from tests.unit.evidence.samples import (
    GROUP,
    PLAN,
    RECEIPT,
    REPORT,
    ROLE,
    ROLLOUT,
    SCOPE,
    TIER,
    Clock,
    full_run,
    run_folder,
)


if TYPE_CHECKING:
    from multiprocessing.connection import Connection
    from pathlib import Path

OTHER = LogGroup("other", 1)


def test_run_ids_sort_by_time_and_differ() -> None:
    early = runs.new_run_id(datetime(2026, 11, 23, 1, tzinfo=UTC), b"a")
    late = runs.new_run_id(datetime(2026, 11, 23, 2, tzinfo=UTC), b"b")

    assert early < late
    assert early == "20261123T010000Z-ca9781"


def test_a_folder_is_made_by_its_first_file_only(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    assert (folder.sealed, folder.events(), folder.receipts()) == (False, (), ())
    assert not list(tmp_path.iterdir())

    folder.write_report(REPORT)
    assert folder.reports() == {"activation": REPORT}
    assert folder.events()[-1].data["file"] == "reports/activation.json"


def test_parameters_are_kept_without_keys(tmp_path: Path) -> None:
    folder = full_run(tmp_path)

    text = (folder.path / "params.yaml").read_text()
    assert text == "keys:\n  secret_access_key: '[secret]'\nsite: osaka\n"


def test_plans_are_found_by_step_and_by_digest(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    folder.write_plan(PLAN)
    folder.write_plan(ROLLOUT)

    assert folder.plan("activation") == PLAN == folder.stored_plan(PLAN.digest)
    assert folder.plan("rollout") == ROLLOUT == folder.stored_plan(ROLLOUT.digest)


@pytest.mark.parametrize("digest", ["", "0123", "../activation"])
def test_unknown_digests_are_refused(tmp_path: Path, digest: str) -> None:
    with pytest.raises(EvidenceError, match="no plan with digest"):
        run_folder(tmp_path).stored_plan(digest)


def test_receipts_come_back_in_order(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    second = Receipt("endpoints", "d", "d")
    folder.write_receipt(RECEIPT)
    folder.write_receipt(second)

    assert folder.receipts() == (RECEIPT, second)


def test_a_killed_run_has_the_receipt_of_what_it_did(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    folder.write_approval(PLAN, by="me")
    listener = JournalListener(folder.journal)
    listener.change_started("activation", ROLE)
    listener.change_done("activation", Done(ROLE, "AROA1"))
    listener.change_started("activation", GROUP)

    (receipt,) = folder.receipts()

    assert receipt.done == (Done(ROLE, "AROA1"), Done(GROUP, ""))
    assert receipt.approved_by_digest == PLAN.digest


def test_what_a_resumed_run_did_before_is_not_forgotten(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    folder.write_approval(ROLLOUT, by="me")
    listener = JournalListener(folder.journal)
    listener.change_done("activation", Done(ROLE, "AROA1"))
    listener.change_started("activation", GROUP)
    rest = (Done(GROUP, "lg-1"), Done(TIER, "tier"))
    for done in rest:
        listener.change_started("activation", done.change)
        listener.change_done("activation", done)
    resumed = Receipt("activation", "d", ROLLOUT.digest, rest)
    folder.write_receipt(resumed)

    before, after = folder.receipts()

    assert before.done == (Done(ROLE, "AROA1"),)
    assert before.approved_by_digest == ROLLOUT.digest
    assert after == resumed


def test_a_killed_rollback_is_not_taken_for_a_rollout(tmp_path: Path) -> None:
    folder = run_folder(tmp_path)
    undo = Plan("activation", SCOPE, (Delete(OTHER), Create(OTHER)), undoes="run-1")
    folder.write_approval(undo, by="me")
    JournalListener(folder.journal).change_started("activation", Delete(OTHER))

    (receipt,) = folder.receipts()

    assert receipt.undoes == "run-1"


def test_latest_open_run_is_the_newest_unsealed(tmp_path: Path) -> None:
    assert runs.latest_open(tmp_path, "osaka") is None
    for name in ("20260101T000000Z-a", "20260102T000000Z-b", "20260103T000000Z-c"):
        RunFolder(tmp_path, "osaka", name).journal.record("note")
    (tmp_path / "osaka/20260103T000000Z-c/manifest.json").write_text("{}")

    found = runs.latest_open(tmp_path, "osaka")

    assert found is not None
    assert found.run_id == "20260102T000000Z-b"
    assert [r.sealed for r in runs.runs(tmp_path, "osaka")] == [False, False, True]


def test_a_second_run_is_told_who_holds_the_site(tmp_path: Path) -> None:
    with (
        runs.site_lock(tmp_path, "osaka", run_id="first", clock=Clock()),
        pytest.raises(BusyError, match=r"process \d+ on .+ since 2026.+ \(run first\)"),
        runs.site_lock(tmp_path, "osaka", run_id="second"),
    ):
        raise AssertionError("both hold the site")
    with runs.site_lock(tmp_path, "osaka", run_id="third"):
        pass


def test_the_lock_goes_with_a_killed_process(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    here, there = context.Pipe()
    holder = context.Process(target=_hold, args=(tmp_path, there))
    holder.start()
    assert here.recv() == "held"
    holder.kill()
    holder.join()

    with runs.site_lock(tmp_path, "osaka", run_id="next"):
        assert "next" in (tmp_path / "osaka/lock").read_text()


def _hold(root: Path, pipe: Connection) -> None:
    with runs.site_lock(root, "osaka", run_id="killed"):
        pipe.send("held")
        pipe.recv()


def test_approval_holds_the_whole_plan(tmp_path: Path) -> None:
    path = run_folder(tmp_path).write_approval(ROLLOUT, by="hanako")

    assert codec.read_plan(path) == ROLLOUT
    assert codec.read_json(path)["by"] == "hanako"
