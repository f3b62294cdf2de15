"""
What docs/performance.md says is what was measured, and nothing else.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest

from benchmarks import growth, performance


if TYPE_CHECKING:
    from pathlib import Path


@pytest.mark.parametrize("file", [performance.PAGE, performance.PICTURE])
def test_the_page_is_made_of_the_results(file: Path) -> None:
    made = performance.page() if file == performance.PAGE else performance.picture()

    assert file.read_text("utf-8") == made, "run python -m benchmarks.performance"


def test_results_name_no_place_of_a_machine() -> None:
    results = sorted(performance.RESULTS.glob("*.json"))
    texts = [file.read_text("utf-8") for file in results]

    assert results
    assert [] == [text for text in texts if "/tmp" in text or "home" in text]  # noqa: S108 - looked for
    assert all("date" in json.loads(text)["machine"] for text in texts)


def test_closednet_writes_nothing_when_nothing_is_left() -> None:
    rows = performance.load("aws-side")["rows"]
    ours = [row for row in rows if row["contestant"].startswith("closednet")]

    assert ours
    assert {0} == {row["mutating"] for row in ours if row["phase"] != "first"}


def test_a_part_that_was_not_measured_is_left_out(tmp_path: Path) -> None:
    page = performance.page(tmp_path)

    assert page.startswith("# What it costs")
    assert "## Kernels" not in page
    assert ET.fromstring(growth.svg([])) is not None  # noqa: S314 - our own
