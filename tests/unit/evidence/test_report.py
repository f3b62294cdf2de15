"""
What a run comes to, as data, as text and as a page.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

from closednet.evidence import index
from closednet.evidence.report import load_run
from closednet.model.report import Check, Report
from tests.unit.evidence.samples import RUN, full_run, run_folder


if TYPE_CHECKING:
    from pathlib import Path


def test_report_counts_what_happened(tmp_path: Path) -> None:
    report = load_run(full_run(tmp_path))

    assert report.passed
    assert (report.calls_made, report.mutating_calls) == (3, 3)
    assert [c[1] for c in report.changes] == [
        "role/closednet-managed-node",
        "log-group//closednet/run-command",
        "service-setting/activation-tier",
    ]
    assert report.waiting == (
        ("activation", "DNS administrator", "install 転送 rules"),
    )
    assert [(s.step, s.planned, s.done, s.verdict) for s in report.steps] == [
        ("activation", 4, 3, "verified")
    ]


def test_work_of_people_is_counted_apart_from_ours(tmp_path: Path) -> None:
    """Work that was seen twice, by two runs of a step, is counted once."""
    folder = full_run(tmp_path)
    for keys in (["a", "b"], ["b"]):
        folder.journal.record("work-of-people-seen", step="activation", keys=keys)

    report = load_run(folder)

    assert [(s.done, s.by_people, s.waiting) for s in report.steps] == [(3, 2, 1)]
    assert "by people" in report.text()


def test_requirements_are_proven_failed_or_not_checked(tmp_path: Path) -> None:
    folder = full_run(tmp_path)
    folder.write_report(Report("late", (Check("no", False, "x", ("S12",)),)))

    verdicts = {c.requirement: c.verdict for c in load_run(folder).coverage}

    assert list(verdicts) == [f"S{number}" for number in range(1, 22)]
    assert [verdicts[name] for name in ("S9", "S12", "S1")] == [
        "proven",
        "failed",
        "not checked",
    ]


def test_report_of_nothing_has_not_passed(tmp_path: Path) -> None:
    report = load_run(run_folder(tmp_path))

    assert not report.passed
    assert report.steps == ()


def test_report_as_json_and_text(tmp_path: Path) -> None:
    report = load_run(full_run(tmp_path))
    data = report.to_json()

    assert isinstance(data, dict)
    assert json.loads(json.dumps(data)) == data
    assert data["requirements"]["S9"] == "proven"  # type: ignore[index, call-overload]
    assert "2 of 2 checks passed, 3 calls to AWS of which 3 write" in report.text()
    assert "not checked: S1 private path" in report.text()


def test_index_tells_everything_and_asks_nobody(tmp_path: Path) -> None:
    folder = full_run(tmp_path)
    folder.write_handover("<script>.txt", "x")
    page = index.write(folder).read_text()

    for words in (RUN, "hanako", "REHEARSAL", "iam:CreateRole", "web01", "10.20.1.7"):
        assert words in page
    assert "default-src &#39;none&#39;" in page or "default-src 'none'" in page
    assert "<script" not in page
    assert "http://" not in page
    assert "https://" not in page


def test_index_is_the_same_for_the_same_run(tmp_path: Path) -> None:
    folder = full_run(tmp_path)

    assert index.write(folder).read_bytes() == index.write(folder).read_bytes()


def test_an_approval_is_told_once_however_often_it_was_used(tmp_path: Path) -> None:
    folder = full_run(tmp_path)
    events = folder.events()

    once = index.approvals(folder.path, events)
    twice = index.approvals(folder.path, events * 2)

    assert once
    assert [line[:-1] for line in once] == [line[:-1] for line in twice]
    assert {"1"} == {line[-1] for line in once}
    assert {"2"} == {line[-1] for line in twice}
    assert all(int(line[2]) for line in once)
