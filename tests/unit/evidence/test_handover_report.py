"""
The hand-over report tells a run from its approval to its open points, to two readers.
"""

from __future__ import annotations

import html
import json
import re

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from closednet.evidence import codec, journal
from closednet.evidence.handover_report import deviations, history, proofs, writing
from closednet.evidence.handover_report.document import Document
from closednet.evidence.handover_report.english import ENGLISH
from closednet.evidence.handover_report.japanese import JAPANESE
from closednet.evidence.handover_report.record import RunRecord
from closednet.evidence.requirements import REQUIREMENTS
from closednet.model.change import Manual
from closednet.model.receipt import Receipt
from closednet.model.report import Check, Report
from closednet.model.specs.network import ForwardingRule
from closednet.render.request.blocks import Picture, Sheet
from closednet.run import remarks
from tests.unit.evidence.samples import (
    PLAN,
    RECEIPT,
    ROLLOUT,
    RUN,
    full_run,
    run_folder,
)


if TYPE_CHECKING:
    from closednet.evidence.handover_report.vocabulary import ReportWords
    from closednet.evidence.journal import Event
    from closednet.evidence.run_folder import RunFolder

RECORDED = Path(__file__).parents[3] / "notebooks" / "recorded"
CELLS = re.compile(r"<td[^>]*>(.*?)</td>", re.DOTALL)
ROWS = re.compile(r"<tr>(.*?)</tr>", re.DOTALL)
NAME = "ssm.ap-northeast-1.amazonaws.com"


def document(folder: RunFolder, words: ReportWords = ENGLISH) -> str:
    return Document(words, RunRecord(folder)).words.code + writing.markdown(
        RunRecord(folder), words.code
    )


def answered(folder: RunFolder, *addresses: str) -> None:
    folder.journal.record(
        "dns-question",
        answer={
            "server": "192.168.10.53",
            "name": NAME,
            "rdtype": "A",
            "rcode": "NOERROR",
            "addresses": list(addresses),
        },
    )


@pytest.mark.parametrize("language", writing.LANGUAGES)
def test_it_says_who_what_when_and_what_is_left(tmp_path: Path, language: str) -> None:
    folder = full_run(tmp_path)
    page = writing.page(RunRecord(folder, ()), language)

    for said in (
        RUN,
        "hanako",
        PLAN.digest,
        "AROA1",
        "install 転送 rules",
        "S21",
        NAME,
    ):
        assert said in page
    assert "<script" not in page
    assert "http" not in page.replace("http-equiv", "").replace("http://www.w3.org", "")


def test_the_same_run_gives_the_same_pages(tmp_path: Path) -> None:
    folder = full_run(tmp_path)
    texts = [writing.page(RunRecord(folder), "ja") for _ in range(2)]

    assert texts[0] == texts[1]


def test_a_run_is_read_once_however_often_it_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    A journal has thousands of lines, and a report has two languages and a ticket.
    """
    read: list[str] = []
    journal_read, receipt_read = journal.read, codec.read_json

    def read_journal(path: Path) -> tuple[Event, ...]:
        read.append(path.name)
        return journal_read(path)

    def read_file(path: Path) -> dict[str, Any]:
        read.append(path.name)
        return receipt_read(path)

    folder = full_run(tmp_path)
    monkeypatch.setattr(journal, "read", read_journal)
    monkeypatch.setattr(codec, "read_json", read_file)
    writing.write(folder, tickets=True)

    assert 1 == read.count("journal.jsonl")
    assert [] == [name for name in set(read) if read.count(name) > 2]


def test_a_verdict_needs_checks_that_passed(tmp_path: Path) -> None:
    """Nothing checked is no success, and one failure is none either."""
    nothing = run_folder(tmp_path / "a")
    nothing.journal.record("run", site="osaka")
    failed = full_run(tmp_path / "b")
    failed.write_report(Report("activation", (Check("it stands", False, "gone"),)))

    assert "Not complete: 0 checks failed" in document(nothing)
    assert "Not complete: 1 checks failed" in document(failed)
    assert "does not hold: it stands" in document(failed)


def test_languages_say_the_same_things() -> None:
    """A sentence that one of them lacks would stop a seal."""
    gaps = re.compile(r"\{(\w+)\}")

    assert ENGLISH.texts.keys() == JAPANESE.texts.keys()
    assert REQUIREMENTS.keys() == JAPANESE.requirements.keys()
    assert [] == [
        key
        for key, text in ENGLISH.texts.items()
        if set(gaps.findall(text)) != set(gaps.findall(JAPANESE.texts[key]))
    ]


def recorded_claims() -> set[str]:
    """
    Return every claim that the recorded notebooks show.
    """
    found: set[str] = set()
    for path in RECORDED.glob("*.ipynb"):
        for cell in json.loads(path.read_text("utf-8"))["cells"]:
            for output in cell.get("outputs", ()):
                shown = "".join(output.get("data", {}).get("text/html", ""))
                if ">claim</th>" in shown:
                    rows = [CELLS.findall(row) for row in ROWS.findall(shown)]
                    found |= {html.unescape(row[1]) for row in rows if len(row) > 2}
    return found


def test_every_recorded_claim_is_said_in_japanese() -> None:
    """A new check brings its Japanese sentence along."""
    claims = recorded_claims() - {
        "the archive is whole",
        "every requirement is proven",
    }

    assert len(claims) > 100
    assert [] == sorted(c for c in claims if JAPANESE.claim(c) == c)


class TestHistory:
    def test_a_step_lasts_from_opening_to_closing(self, tmp_path: Path) -> None:
        folder = run_folder(tmp_path)
        for _ in range(2):
            folder.journal.record("step-opened", step="endpoints")
        folder.journal.record("step-closed", step="endpoints")
        (stage,) = history.stages(folder.events())

        assert (2, True) == (stage.opened, stage.closed)
        assert stage.began < stage.ended

    def test_answers_are_the_first_and_the_last(self, tmp_path: Path) -> None:
        folder = run_folder(tmp_path)
        for addresses in ((), ("198.51.100.7",), ("10.20.2.7", "10.20.1.7")):
            answered(folder, *addresses)
        (answer,) = history.answers(folder.events())

        assert ("NODATA",) == answer.before
        assert ("10.20.1.7", "10.20.2.7") == answer.after

    def test_work_is_done_once_no_receipt_waits_for_it(self, tmp_path: Path) -> None:
        """When it was seen is noted as it happens."""
        rule = ForwardingRule(NAME, ("10.20.1.10",), ("192.168.10.53",))
        change = Manual("DNS administrator", "forward", rule)
        plan = PLAN.__class__("inbound-endpoint", PLAN.scope, (change,))
        folder = run_folder(tmp_path)
        waits = Receipt("inbound-endpoint", "d", "d", (), (change,))
        done = Receipt("inbound-endpoint", "d", "d", (), ())
        folder.journal.record(
            "work-of-people-seen", step="inbound-endpoint", keys=[rule.key]
        )
        events = folder.events()

        assert "" == history.work_of_people([plan], [waits], events)[0].seen_at
        found = history.work_of_people([plan], [waits, done], events)[0]
        assert events[-1].at == found.seen_at


class TestDeviations:
    def test_what_fails_or_is_refused_is_told(self, tmp_path: Path) -> None:
        folder = run_folder(tmp_path)
        record = folder.journal.record
        call = {"service": "ec2", "operation": "CreateVpcEndpoint", "mutating": True}
        looked = {"service": "iam", "operation": "GetRole", "mutating": False}
        record("aws-call", **call, error_code="VpcEndpointLimitExceeded")
        record("aws-call", **looked, error_code="NoSuchEntity")
        record("aws-call", **looked, error_code="AccessDenied")
        record("host-transcript", host="web01", script="reach", exit_code=1)
        record("host-transcript", host="web01", script="facts", exit_code=0)
        void = {"approver": "ken", "why": "expired"}
        record("approvals-judged", digest="d", void=[void])
        found = deviations.of(folder.events(), history.stages(folder.events()))

        assert ["refused", "refused", "script", "void"] == [d.kind for d in found]
        assert "ec2:CreateVpcEndpoint" == found[0].facts["operation"]

    def test_every_kind_has_words(self) -> None:
        kinds = {*deviations.TOLD.values(), "void", "refused", "reopened", "unclosed"}

        assert {f"deviation.{kind}" for kind in kinds} <= ENGLISH.texts.keys()

    def test_what_was_approved_and_not_made_is_named(self, tmp_path: Path) -> None:
        folder = full_run(tmp_path)
        made = history.changes(folder.events())

        assert () == deviations.not_made([ROLLOUT], made)
        missing = deviations.not_made([ROLLOUT], made[1:])
        assert (("activation", "role/closednet-managed-node"),) == missing
        assert 3 == len(RECEIPT.done)


def test_notes_and_countersigns_stand_in_it(tmp_path: Path) -> None:
    folder = full_run(tmp_path)
    remarks.note(folder, "activation", "ticket CHG-1042")
    remarks.countersign(folder, "activation", "Hana Sato")
    said = document(folder)

    assert "ticket CHG-1042" in said
    assert "countersigned by Hana Sato" in said


def test_proofs_are_numbers_as_people_write_them() -> None:
    assert "1-3, 7, 9-10" == proofs.ranges([3, 1, 2, 9, 7, 10])


def test_metrics_are_drawn_a_chart_each(tmp_path: Path) -> None:
    folder = full_run(tmp_path)
    points = [["2026-11-23T11:00:00Z", 1.5], ["2026-11-23T11:01:00Z", 2.5]]
    series = [
        {"host": host, "metric": "mem_used_percent", "points": points}
        for host in ("web01", "db01")
    ]
    folder.journal.record("series", step="cloudwatch-verification", series=series)
    drawn = [
        block
        for block in Document(ENGLISH, RunRecord(folder)).blocks()
        if isinstance(block, Picture)
    ]

    assert 2 == drawn[-1].svg.count("<polyline")
    assert "1 metrics of 2 servers" in drawn[-1].words


def test_a_rollback_is_judged_by_its_checks(tmp_path: Path) -> None:
    """Requirements are no matter of taking something away."""
    folder = run_folder(tmp_path)
    folder.journal.record("run", site="osaka")
    folder.write_receipt(Receipt("activation", "d", "d", RECEIPT.done, undoes="RUN-1"))
    folder.write_report(Report("rollback", (Check("x is gone", True, "not found"),)))
    blocks = Document(ENGLISH, RunRecord(folder)).blocks()
    kinds = [block.kind for block in blocks if isinstance(block, Sheet)]

    assert "requirements" not in kinds
    assert "run RUN-1 rolled back" in document(folder)
    assert "Complete" in document(folder)
