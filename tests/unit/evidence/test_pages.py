"""
Pages of executed notebooks open offline and run no scripts.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

import pytest

from closednet import redact
from closednet.evidence import html
from tests.unit.evidence.samples import full_run
from tests.unit.evidence.test_normalise import notebook


if TYPE_CHECKING:
    from pathlib import Path

POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:"

# nbconvert itself warns about what is to come.
pytestmark = pytest.mark.filterwarnings("ignore:::nbconvert", "ignore:::nbformat")


@pytest.fixture(name="path")
def _path(tmp_path: Path) -> Path:
    folder = full_run(tmp_path)
    path = folder.path / "notebooks" / "10-interface-endpoints.ipynb"
    path.parent.mkdir()
    node = notebook("a")
    node["cells"][2]["outputs"].append(
        {
            "output_type": "display_data",
            "metadata": {},
            "data": {"text/html": ["<table><tr><td>転送\n", "</td></tr></table>"]},
        }
    )
    path.write_text(json.dumps(node))
    return path


def test_page_is_small_offline_and_says_rehearsal(path: Path) -> None:
    page = html.notebook_to_html(path)

    assert POLICY in page
    assert "REHEARSAL - simulated" in page
    assert "<td>転送" in page
    assert "<script" not in page
    assert "src=" not in page
    assert "http-equiv" in page
    assert "//" not in page.replace("://www.w3.org", "")
    assert len(page) < 20_000


def test_page_is_the_same_each_time(path: Path) -> None:
    assert html.notebook_to_html(path) == html.notebook_to_html(path)


def test_page_of_production_has_no_banner(path: Path) -> None:
    assert "REHEARSAL" not in html.notebook_to_html(path, simulated=False)


def test_page_holds_no_secret(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(redact, "_known", {})
    redact.Secret("Vb7Qm2Xy9Lk4Tz6Rw1Ns", name="key")
    path.write_text(path.read_text().replace("An error", "Vb7Qm2Xy9Lk4Tz6Rw1Ns"))

    assert "[secret]" in html.notebook_to_html(path)


def test_index_of_a_folder(path: Path) -> None:
    page = html.write_index(path.parent.parent)

    assert page.name == "index.html"
    assert "notebooks/10-interface-endpoints.ipynb" in page.read_text()
