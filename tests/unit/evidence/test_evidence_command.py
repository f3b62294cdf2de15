"""
`closednet evidence`: what it prints, and its exit codes.
"""

from __future__ import annotations

import json
import zipfile

from typing import TYPE_CHECKING

import pytest

from closednet.cli.main import main
from closednet.evidence import archive
from closednet.evidence.signing import Ed25519File, Sealing
from tests.unit.evidence.keyring import ed25519_key
from tests.unit.evidence.samples import RUN, full_run


if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.debian


@pytest.fixture(name="sealed")
def _sealed(tmp_path: Path) -> Path:
    folder = full_run(tmp_path)
    archive.seal(folder, Sealing((Ed25519File(ed25519_key(tmp_path / "key.pem")),)))
    return folder.path


def test_a_good_archive_is_told_with_its_signer(
    sealed: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key = str(tmp_path / "key.pem.pub")

    assert 0 == main(["evidence", "verify", str(sealed), "--signer", key])
    said = capsys.readouterr().out
    assert ", which you named\n" in said
    assert f"✅ {RUN}: every digest and the chain of the journal hold\n" in said


def test_a_packed_archive_is_the_same_archive(
    sealed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 0 == main(["evidence", "pack", str(sealed)])
    packed = sealed.with_name(f"{RUN}.zip")
    assert str(packed) in capsys.readouterr().out
    with zipfile.ZipFile(packed) as held:
        assert f"{RUN}/manifest.dsse.json" in held.namelist()
        assert held.testzip() is None

    assert 0 == main(["evidence", "verify", "--json", str(packed)])
    told = json.loads(capsys.readouterr().out)
    assert (0, []) == (told["exit_code"], told["problems"])


def test_a_broken_archive_is_told(
    sealed: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (sealed / "params.yaml").write_text("site: kobe\n")

    assert 1 == main(["evidence", "verify", str(sealed)])
    said = capsys.readouterr().out
    assert "⛔ params.yaml: changed since it was written\n" in said
    assert "✅" not in said


def test_what_was_not_checked_is_not_called_good(
    sealed: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judged = archive.judge(sealed)
    judged.unchecked.append("the time stamp")
    monkeypatch.setattr(archive, "judge", lambda *_: judged)

    assert 1 == main(["evidence", "verify", str(sealed)])
    assert "⚠️ not checked: the time stamp\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["verify", "none"], "there is no folder none"),
        (["verify", "{parent}"], "holds no journal"),
        (["verify", "{sealed}", "--signer", "x"], "no id of a key and no file"),
        (["diff", "{sealed}", "none"], "there is no folder none"),
    ],
)
def test_what_cannot_be_used_is_named(
    sealed: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    words: str,
) -> None:
    given = [one.format(sealed=sealed, parent=sealed.parent) for one in arguments]

    assert 0 != main(["evidence", *given])
    assert words in capsys.readouterr().err
