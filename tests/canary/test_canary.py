"""
A secret is let out in every way we know; it must come out nowhere.

`python -m tests.canary.census` tries every form of every canary; here it is a part.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys

from pathlib import Path

import pytest

from closednet import redact
from closednet.aws import learning
from tests.canary import aws_logs, cells, census, kernels
from tests.canary.hunter import CANARIES, forms, hunt
from tests.canary.vents import VENTS, Room


ROOT = Path(__file__).parents[2]
HARDEST = "word"
UNEXPECTED = """
import json, sys, logging, warnings
from closednet.batch import guarding
from closednet.redact import Secret
guarding.install()
for name, value in json.loads(sys.stdin.read()).items():
    Secret(value, name=name)
    print(name, value)
    logging.warning(value)
    warnings.warn(value, stacklevel=1)
raise KeyError(value)
"""
pytestmark = [
    pytest.mark.filterwarnings("ignore:::zmq", "ignore:::nbformat", "ignore:::jupyter"),
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
]


@pytest.fixture(autouse=True)
def _nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_known", {})


@pytest.fixture(name="texts", scope="module")
def _texts() -> list[str]:
    return census.leaks(HARDEST)


def leaking(found: kernels.Found) -> kernels.Found:
    return {way: sorted(set(hits)) for way, hits in found.items() if hits}


class TestHunter:
    @pytest.mark.parametrize("name", CANARIES)
    def test_it_finds_every_form(self, name: str) -> None:
        """What it does not find proves nothing."""
        for kind, text in forms(CANARIES[name]).items():
            found = hunt(f"before {text} after")
            assert any(hit.startswith(f"{name}: ") for hit in found), kind

    @pytest.mark.parametrize("name", CANARIES)
    def test_it_finds_what_was_cut_short(self, name: str) -> None:
        """Most of a secret is as good as all of it."""
        value = CANARIES[name]
        coded = base64.b64encode(b"user:" + value.encode()).decode()

        for text in (f"{value[:17]}...", f"...{value[-17:]}", f"{coded[:-5]}..."):
            assert any("a part" in hit for hit in hunt(text)), text

    def test_it_finds_nothing_else(self) -> None:
        assert [] == hunt("Vb7Qm2Xy9Lk [secret] wJa1rXUtn/FEMI " * 20)


@pytest.mark.parametrize("way", VENTS)
def test_the_library_lets_none_out(tmp_path: Path, texts: list[str], way: str) -> None:
    census.know()
    hits = {}
    for number, text in enumerate(texts):
        room = Room(tmp_path / str(number))
        room.path.mkdir()
        hits[text] = hunt(VENTS[way](text, room))

    assert {} == {text: found for text, found in hits.items() if found}


@pytest.mark.parametrize("way", VENTS)
def test_each_way_out_is_one(tmp_path: Path, way: str) -> None:
    """Without anybody who knows the canary, it does come out."""
    assert hunt(VENTS[way](CANARIES["code"], Room(tmp_path)))


def test_no_archive_is_sealed_over_one(tmp_path: Path, texts: list[str]) -> None:
    census.know()

    assert {} == leaking(census.sealed_with(tmp_path, texts))


def test_an_unexpected_error_of_a_command_shows_none() -> None:
    done = subprocess.run(
        [sys.executable, "-c", UNEXPECTED],
        input=json.dumps(CANARIES),
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT / "lib",
    )

    assert 1 == done.returncode
    assert "KeyError: '[secret]'" in done.stderr
    assert [] == hunt(done.stdout + done.stderr)


class TestDebugging:
    def test_logs_of_boto3_show_none(self, tmp_path: Path) -> None:
        found = aws_logs.in_debug_logs(tmp_path)

        assert {} == leaking(found)
        assert 7 == len(found)

    def test_they_would(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Secrets in answers are logged before anybody has read them."""
        monkeypatch.setattr(learning, "watch", lambda _: None)

        found = leaking(aws_logs.in_debug_logs(tmp_path))
        assert {"log: access key", "log: activation code"} <= set(found)


@pytest.mark.notebooks
class TestKernels:
    def test_a_notebook_lets_none_out(self, tmp_path: Path, texts: list[str]) -> None:
        found = kernels.in_a_kernel(tmp_path / "kernel", texts, part=6)

        assert {} == leaking(found)
        assert len(cells.WAYS) + len(cells.OWN) + 3 == len(found)

    def test_a_batch_lets_none_out(self, tmp_path: Path, texts: list[str]) -> None:
        assert {} == leaking(kernels.in_a_batch(tmp_path / "batch", texts))

    def test_comparing_recorded_notebooks_lets_none_out(
        self, tmp_path: Path, texts: list[str]
    ) -> None:
        assert {} == leaking(kernels.in_nbval(tmp_path / "nbval", texts))

    def test_plain_papermill_has_its_four_leaks(self, tmp_path: Path) -> None:
        """The hunt can succeed: a secret as a parameter is found."""
        found = kernels.in_plain_papermill(tmp_path / "papermill")

        assert 4 == len(leaking(found))


def test_the_census_counts_and_fails(capsys: pytest.CaptureFixture[str]) -> None:
    plain = {"papermill: metadata": ["code: plain"]}

    assert 0 == census.report({"a": [], "b": []}, plain, 54)
    said = capsys.readouterr().out
    assert "ways that leak: 0\n" in said
    assert "3 canaries in 18 encodings" in said
    assert 1 == census.report({"a": ["code: plain"]}, plain, 54)
    assert "code: plain" in capsys.readouterr().out
    assert 1 == census.report({"a": []}, {"papermill: metadata": []}, 54)
