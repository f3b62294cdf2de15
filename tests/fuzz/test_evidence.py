"""
A bounded part of `python -m tests.fuzz.evidence`: each kind of meddling, once.
"""

from __future__ import annotations

import types

from typing import TYPE_CHECKING

import pytest

from tests.fuzz import evidence, forgeries, mutations


if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.debian


@pytest.fixture(name="fuzzer", scope="module")
def _fuzzer(tmp_path_factory: pytest.TempPathFactory) -> evidence.Fuzzer:
    fuzzer = evidence.Fuzzer(tmp_path_factory.mktemp("fuzz"), each=1, seed=7)
    fuzzer.run()
    return fuzzer


def test_every_meddling_is_detected(fuzzer: evidence.Fuzzer) -> None:
    missed = {row.kind: row.missed for row in fuzzer.rows if row.missed}
    kinds = 2 * len(mutations.KINDS) + len(mutations.PACKED_KINDS)
    forged = len(forgeries.DEEDS) * len(forgeries.COVERS) + 1

    assert {} == missed
    assert kinds + forged == len(fuzzer.rows)
    assert all(row.tried for row in fuzzer.rows)


def test_untouched_archives_hold_and_only_a_key_stops_a_forger(
    fuzzer: evidence.Fuzzer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr(evidence, "UNTOUCHED", 4)

    assert 0 == evidence.report(fuzzer, fuzzer.room)
    said = capsys.readouterr().out
    assert "untouched archives: 4, of which hold: 4" in said
    assert f"made anew: {len(forgeries.DEEDS)}, of which show: 0" in said


def test_a_blind_verifier_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """The fuzzer itself can fail."""
    blind = types.SimpleNamespace(exit_code=0)
    monkeypatch.setattr(evidence, "judged", lambda *_: blind)
    monkeypatch.setattr(evidence, "UNTOUCHED", 0)
    monkeypatch.setattr(
        mutations, "KINDS", {"a file dropped": mutations.KINDS["a file dropped"]}
    )
    fuzzer = evidence.Fuzzer(tmp_path / "room", each=1, seed=1)
    fuzzer.room.mkdir()
    fuzzer.run()

    assert 1 == evidence.report(fuzzer, fuzzer.room)
    assert "NOT DETECTED: try 0: exit code 0" in capsys.readouterr().out
