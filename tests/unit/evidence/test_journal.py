"""
The journal keeps the order, heals a torn end, and shows every kind of meddling.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import subprocess
import sys
import threading

from pathlib import Path
from typing import Any

import pytest

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from closednet import redact
from closednet.errors import EvidenceError
from closednet.evidence import journal
from tests.unit.evidence.samples import RUN, Clock


ROOT = Path(__file__).parents[3]
WRITER = """
import itertools, sys
from datetime import UTC, datetime
from pathlib import Path
sys.path.insert(0, "lib")
from closednet.evidence import journal
book = journal.Journal(Path(sys.argv[1]), run_id="x", clock=lambda: datetime.now(UTC))
for number in itertools.count():
    book.record("note", number=number, text="x" * 3000)
    print(number, flush=True)
"""
JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(st.characters(categories=("L", "M", "N", "P", "S", "Z", "C"))),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3)
    ),
    max_leaves=8,
)


def opened(path: Path) -> journal.Journal:
    return journal.Journal(path, run_id=RUN, clock=Clock())


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "journal.jsonl"


@pytest.fixture(name="written")
def _written(path: Path) -> Path:
    book = opened(path)
    for number in range(5):
        book.record("note", number=number)
    return path


def test_events_come_back_in_order(written: Path) -> None:
    events = journal.read(written)

    assert [e.kind for e in events] == ["opened", *["note"] * 5]
    assert [e.n for e in events] == [1, 2, 3, 4, 5, 6]
    assert events[0].data == {"run": RUN}
    assert events[1].at == "2026-11-23T11:00:52.000Z"
    assert journal.verify_chain(written) == ()


def test_a_journal_of_nothing_is_empty(path: Path) -> None:
    opened(path)

    assert not path.exists()
    assert journal.read(path) == ()


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    max_examples=60,
)
@given(entries=st.lists(st.dictionaries(st.text(min_size=1), JSON, max_size=3)))
def test_whatever_is_recorded_keeps_the_chain(
    tmp_path: Path, entries: list[dict[str, Any]]
) -> None:
    path = tmp_path / "any.jsonl"
    path.unlink(missing_ok=True)
    book = opened(path)
    for entry in entries:
        book.record("note", entry=entry)
    book.close()

    raw = path.read_bytes() if entries else b""
    assert len(journal.read(path)) == (len(entries) + 1 if entries else 0)
    assert not entries or journal.verify_chain(path) == ()
    assert raw.count(b"\n") == (len(entries) + 1 if entries else 0)


@pytest.mark.parametrize(
    "meddle",
    [
        pytest.param(lambda ls: [*ls[:2], *ls[3:]], id="drop"),
        pytest.param(lambda ls: [ls[0], ls[2], ls[1], *ls[3:]], id="reorder"),
        pytest.param(lambda ls: [*ls[:3], ls[2], *ls[3:]], id="repeat"),
        pytest.param(lambda ls: ls[1:], id="behead"),
        pytest.param(
            lambda ls: [*ls[:2], ls[2].replace(b'"number":1', b'"number":7'), *ls[3:]],
            id="edit",
        ),
        pytest.param(
            lambda ls: [*ls[:2], ls[2].replace(b'"n":3', b'"n": 3'), *ls[3:]],
            id="respell",
        ),
        pytest.param(lambda ls: [*ls[:2], b"{}\n", *ls[2:]], id="insert"),
        pytest.param(lambda ls: [*ls[:-1], ls[-1][:-9]], id="tear"),
    ],
)
def test_meddling_shows(written: Path, meddle: Any) -> None:
    lines = written.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(meddle(lines)))

    assert journal.verify_chain(written)


def test_a_spliced_chain_of_another_run_shows(written: Path, tmp_path: Path) -> None:
    other = tmp_path / "other.jsonl"
    book = opened(other)
    for number in range(5):
        book.record("other", number=number)
    own = written.read_bytes().splitlines(keepends=True)
    foreign = other.read_bytes().splitlines(keepends=True)
    written.write_bytes(b"".join(own[:3] + foreign[3:]))

    assert any("does not follow" in p for p in journal.verify_chain(written))


def test_a_torn_last_line_is_healed_and_told(written: Path) -> None:
    with written.open("ab") as file:
        file.write(b'{"at":"2026-11-')

    assert any("torn (15 bytes)" in p for p in journal.verify_chain(written))
    assert len(journal.read(written)) == 6

    opened(written).record("note", number=9)

    assert [e.kind for e in journal.read(written)][-2:] == ["torn", "note"]
    assert journal.verify_chain(written) == ()
    assert written.with_suffix(".torn").read_bytes() == b'{"at":"2026-11-\n'


def test_what_was_recorded_survives_a_kill(path: Path) -> None:
    """The writer says each number after it was recorded, then dies by SIGKILL."""
    writer = subprocess.Popen(
        [sys.executable, "-c", WRITER, str(path)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )
    assert writer.stdout is not None
    said = [int(writer.stdout.readline()) for _ in range(50)]
    writer.kill()
    said += [int(line) for line in writer.stdout if line.endswith("\n")]
    assert -signal.SIGKILL == writer.wait()
    writer.stdout.close()

    opened(path).record("after")

    numbers = [e.data["number"] for e in journal.read(path) if e.kind == "note"]
    assert said == numbers[: len(said)]
    assert len(numbers) - len(said) <= 1
    assert "after" == journal.read(path)[-1].kind
    assert journal.verify_chain(path) == ()


def test_a_journal_torn_in_its_first_line_begins_anew(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b'{"a')

    opened(path).record("note")

    assert [e.kind for e in journal.read(path)] == ["opened", "torn", "note"]
    assert journal.verify_chain(path) == ()


def test_a_line_longer_than_a_block_is_found_again(path: Path) -> None:
    opened(path).record("note", text="x" * 200_000)
    opened(path).record("note", text="y")

    assert journal.verify_chain(path) == ()


def test_the_file_is_let_go_with_the_last_who_holds_the_journal(path: Path) -> None:
    """
    A worker that does hundreds of sites would run out of descriptors.
    """

    def held() -> list[Path]:
        links = Path("/proc/self/fd").iterdir()
        return [link for link in links if link.exists() and link.samefile(path)]

    book = opened(path)
    book.record("note", text="one")
    assert 1 == len(held())
    del book

    assert [] == held()


def test_an_edited_last_line_stops_the_writer(written: Path) -> None:
    with written.open("ab") as file:
        file.write(b"not an event\n")

    with pytest.raises(EvidenceError, match="no journal event"):
        opened(written).record("note")


def test_processes_and_threads_share_a_chain(path: Path) -> None:
    book = opened(path)
    book.record("first")
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=_write_many, args=(book,)) for _ in range(3)]
    threads = [threading.Thread(target=_write_many, args=(book,)) for _ in range(3)]
    for worker in workers:
        worker.start()
    for thread in threads:
        thread.start()
    for worker in workers:
        worker.join()
    for thread in threads:
        thread.join()

    assert journal.verify_chain(path) == ()
    assert len(journal.read(path)) == 2 + 6 * 40


def _write_many(book: journal.Journal) -> None:
    for number in range(40):
        book.record("note", number=number, pid=os.getpid())


def test_secrets_do_not_reach_the_journal(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(redact, "_known", {})
    redact.Secret("Vb7Qm2Xy9Lk4Tz6Rw1Ns", name="key")
    opened(path).record("note", out={"text": ["say Vb7Qm2Xy9Lk4Tz6Rw1Ns"]})

    assert journal.read(path)[1].data == {"out": {"text": ["say [secret]"]}}


def test_nothing_of_a_cell_is_written_after_the_seal(written: Path) -> None:
    book = opened(written)
    book.record("sealed")
    book.record("cell", count=3)
    assert journal.read(written)[-1].kind == "sealed"

    book.record("sealing")
    book.record("cell", count=4)
    assert journal.read(written)[-1].kind == "cell"


def test_broken_letters_of_a_transcript_are_kept_readable(path: Path) -> None:
    opened(path).record("note", out="caf\udce9")

    assert journal.read(path)[1].data == {"out": "caf?"}
    assert json.loads(path.read_text().splitlines()[1])["n"] == 2


def test_numbers_that_are_no_json_are_kept_as_words(path: Path) -> None:
    opened(path).record("note", ratio=[float("inf"), float("nan"), 1.5])

    assert journal.read(path)[1].data == {"ratio": ["inf", "nan", 1.5]}
    assert journal.verify_chain(path) == ()
