"""
A sealed archive shows every change, needs only Python, and never holds a secret.
"""

from __future__ import annotations

import base64
import html
import json
import subprocess
import sys

from hashlib import sha256
from typing import TYPE_CHECKING, Any

import pytest

from closednet import redact
from closednet.errors import EvidenceError
from closednet.evidence import archive
from closednet.evidence.listener import JournalListener
from closednet.model import canonical
from closednet.model.change import Create
from closednet.model.receipt import Done
from closednet.model.specs.management import LogGroup
from tests.unit.evidence.samples import PLAN, ROLE, full_run, run_folder


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from closednet.evidence.run_folder import RunFolder

VALUE = "Vb7Qm2Xy9Lk4Tz6Rw1Ns"


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_known", {})


@pytest.fixture(name="folder")
def _folder(tmp_path: Path) -> RunFolder:
    return full_run(tmp_path)


@pytest.fixture(name="sealed")
def _sealed(folder: RunFolder) -> RunFolder:
    archive.seal(folder)
    return folder


def test_a_sealed_run_verifies(sealed: RunFolder) -> None:
    assert archive.verify(sealed.path) == ()
    assert sealed.sealed


def test_the_verifier_in_the_archive_needs_only_python(sealed: RunFolder) -> None:
    command = [sys.executable, "-I", "-S", str(sealed.path / "verify.py")]
    good = subprocess.run(command, capture_output=True, text=True, check=False)
    (sealed.path / "params.yaml").write_text("site: kobe\n")
    bad = subprocess.run(command, capture_output=True, text=True, check=False)

    assert good.returncode == 0, good.stdout + good.stderr
    assert good.stdout.endswith("the archive holds\n")
    assert bad.returncode == 1
    assert "params.yaml: changed" in bad.stdout


def lines_of(path: Path, change: Callable[[list[bytes]], list[bytes]]) -> None:
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join(change(lines)))


def rechained(lines: list[bytes]) -> list[bytes]:
    """
    Drop an event and compute the whole chain anew, as somebody able would.
    """
    prev, made = "0" * 64, []
    for number, line in enumerate(lines[:3] + lines[4:], start=1):
        event = json.loads(line) | {"n": number, "prev": prev}
        del event["hash"]
        prev = sha256(canonical.text(event).encode()).hexdigest()
        made.append(canonical.text(event | {"hash": prev}).encode() + b"\n")
    return made


MUTATIONS: dict[str, Callable[[Path], Any]] = {
    "edit a file": lambda p: (p / "params.yaml").write_text("site: kobe\n"),
    "edit a plan": lambda p: (p / "plans/activation.json").write_text("{}"),
    "edit a receipt": lambda p: (p / "receipts/001-activation.json").write_text("{}"),
    "edit the index": lambda p: (p / "index.html").write_text("all is well"),
    "drop a file": lambda p: (p / "reports/activation.json").unlink(),
    "add a file": lambda p: (p / "reports/more.json").write_text("{}"),
    "swap files": lambda p: (p / "params.yaml").replace(p / "versions.json"),
    "drop an event": lambda p: lines_of(
        p / "journal.jsonl", lambda ls: ls[:4] + ls[5:]
    ),
    "reorder events": lambda p: lines_of(
        p / "journal.jsonl", lambda ls: [*ls[:4], ls[5], ls[4], *ls[6:]]
    ),
    "truncate events": lambda p: lines_of(p / "journal.jsonl", lambda ls: ls[:-1]),
    "cut the journal": lambda p: lines_of(
        p / "journal.jsonl", lambda ls: [*ls[:-1], ls[-1][:20]]
    ),
    "splice a chain": lambda p: lines_of(p / "journal.jsonl", rechained),
    "empty the journal": lambda p: (p / "journal.jsonl").write_bytes(b""),
    "drop the journal": lambda p: (p / "journal.jsonl").unlink(),
    "drop the seal": lambda p: (p / "manifest.json").unlink(),
    "break the seal": lambda p: (p / "manifest.json").write_text("{"),
    "empty the seal": lambda p: (p / "manifest.json").write_text("{}"),
    "rename the run": lambda p: p.rename(p.with_name("20200101T000000Z-000000")),
}


@pytest.mark.parametrize("mutation", MUTATIONS)
def test_every_meddling_shows(sealed: RunFolder, mutation: str) -> None:
    MUTATIONS[mutation](sealed.path)
    (path,) = (p for p in sealed.path.parent.iterdir() if p.name.startswith("202"))

    assert archive.verify(path)


def test_rewriting_one_event_with_its_chain_still_shows(sealed: RunFolder) -> None:
    lines_of(sealed.path / "journal.jsonl", rechained)

    problems = archive.verify(sealed.path)
    assert any("ends elsewhere" in problem for problem in problems)


def test_a_killed_run_verifies_as_far_as_it_got(tmp_path: Path) -> None:
    folder = full_run(tmp_path)
    assert archive.verify(folder.path) == ("manifest.json: not sealed",)

    with folder.journal.path.open("ab") as file:
        file.write(b'{"half')
    assert archive.verify(folder.path) == (
        "journal.jsonl: the last line is torn (6 bytes)",
        "manifest.json: not sealed",
    )

    archive.seal(run_folder(tmp_path))
    assert archive.verify(folder.path) == ()


def test_an_unapproved_change_shows(folder: RunFolder) -> None:
    done = Done(Create(LogGroup("smuggled", 1)), "lg-2")
    JournalListener(folder.journal).change_done("activation", done)

    assert any("unapproved" in problem for problem in archive.verify(folder.path))
    with pytest.raises(EvidenceError, match="unapproved"):
        archive.seal(folder)


def test_a_change_approved_for_another_step_shows(folder: RunFolder) -> None:
    JournalListener(folder.journal).change_done("endpoints", Done(ROLE, "AROA2"))

    assert any("unapproved" in problem for problem in archive.verify(folder.path))


def test_an_edited_approval_shows(folder: RunFolder) -> None:
    path = folder.path / f"approvals/activation-{PLAN.digest}.json"
    path.write_text(path.read_text().replace('"advanced"', '"standard"'))

    problems = archive.verify(folder.path)
    assert any("not that of what was approved" in problem for problem in problems)


def test_sealing_again_is_told_and_holds(sealed: RunFolder) -> None:
    first = (sealed.path / "manifest.json").read_bytes()
    sealed.write_handover("late.txt", "late\n")
    assert archive.verify(sealed.path)

    archive.seal(sealed)

    kinds = [e.kind for e in sealed.events()]
    replaced = [e.data["replaces"] for e in sealed.events() if e.kind == "sealing"]
    assert archive.verify(sealed.path) == ()
    assert kinds.count("sealed") == 2
    assert replaced == ["", sha256(first).hexdigest()]


def test_the_manifest_is_a_function_of_the_content(sealed: RunFolder) -> None:
    written = (sealed.path / "manifest.json").read_bytes()
    manifest = archive.manifest_of(sealed)

    assert archive.manifest_of(sealed) == manifest
    assert manifest.digest == sha256(written).hexdigest()
    assert dict(manifest.kinds)["change-done"] == 3


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("handover/a.txt", f"code {VALUE}"),
        ("handover/a.txt", f"code {VALUE[:8]}\n{VALUE[8:]}"),
        ("handover/a.txt", base64.b64encode(f"x:{VALUE}".encode()).decode()),
        ("handover/a.json", json.dumps({"out": [VALUE[:4] + "\n", VALUE[4:]]})),
        (
            "notebooks/a.html",
            f"<span>{html.escape(VALUE[:5])}</span><i>{VALUE[5:]}</i>",
        ),
        (
            "notebooks/a.ipynb",
            json.dumps(
                {
                    "cells": [
                        {
                            "outputs": [
                                {"output_type": "stream", "text": [VALUE[:9]]},
                                {"output_type": "stream", "text": [VALUE[9:]]},
                            ]
                        }
                    ]
                }
            ),
        ),
    ],
)
def test_a_secret_stops_the_seal(folder: RunFolder, name: str, text: str) -> None:
    (folder.path / name).parent.mkdir(exist_ok=True)
    (folder.path / name).write_text(text)
    redact.Secret(VALUE, name="activation-code")

    with pytest.raises(EvidenceError, match=f"{name} holds the secret") as caught:
        archive.seal(folder)

    assert "activation-code" in str(caught.value)
    assert VALUE not in str(caught.value)
    assert not folder.sealed


def test_what_was_looked_for_is_told(folder: RunFolder) -> None:
    redact.Secret(VALUE, name="activation-code")

    assert archive.seal(folder).scanned_for == ("activation-code",)


def test_an_empty_folder_is_no_archive(tmp_path: Path) -> None:
    assert archive.verify(tmp_path) == (
        "journal.jsonl: does not begin with its opening",
        "manifest.json: not sealed",
    )


def test_every_kernel_looks_for_its_own_secrets(
    folder: RunFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    redact.Secret(VALUE, name="activation-code")
    archive.scan(folder)
    monkeypatch.setattr(redact, "_known", {})

    assert archive.seal(folder).scanned_for == ("activation-code",)


def test_looking_for_nothing_is_not_told(folder: RunFolder) -> None:
    archive.scan(folder)

    assert "scanned" not in {event.kind for event in folder.events()}


def test_a_notebook_that_ran_again_is_no_meddling(folder: RunFolder) -> None:
    folder.write_notebook("10-interface-endpoints", "{}", "<p>")
    path = folder.path / "notebooks/10-interface-endpoints.ipynb"
    path.write_text('{"again": 1}')
    with pytest.raises(EvidenceError, match="changed since it was written"):
        archive.seal(folder)

    folder.note("notebooks/10-interface-endpoints.ipynb")
    archive.seal(folder)

    assert archive.verify(folder.path) == ()
