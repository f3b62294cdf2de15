"""
The pages of a sealed run, as an auditor opens them from a disk.
"""

from __future__ import annotations

import os
import subprocess

from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from closednet.batch import pages
from closednet.batch.execute import execute
from closednet.evidence import archive
from closednet.evidence.run_folder import RunFolder
from closednet_rehearsal.running import running
from tests.tools import tool
from tests.unit.evidence.samples import RUN, full_run


if TYPE_CHECKING:
    from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.debian, pytest.mark.rehearsal]
ROOT: Final = Path(__file__).parents[2]
NAMES: Final = ("00-preflight", "10-interface-endpoints")
PARAMS: Final = ROOT / "params" / "rehearsal.yaml"
RUN_ID: Final = "seen-in-a-browser"


def _sealed_run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> RunFolder:
    """
    Execute two notebooks as a batch does, one of them stopping for approval.
    """
    evidence = folder / "evidence"
    run = RunFolder(evidence, "tokyo-dc1", RUN_ID)
    with running(folder / "rehearsal", evidence=evidence) as rehearsal:
        for name, value in rehearsal.environment(evidence).items():
            if os.environ.get(name) != value:
                monkeypatch.setenv(name, value)
        for name in NAMES:
            target = run.path / "notebooks" / f"{name}.ipynb"
            target.parent.mkdir(parents=True, exist_ok=True)
            given = {"params_file": os.fspath(PARAMS), "run_id": RUN_ID}
            execute(ROOT / "notebooks" / target.name, target, given, timeout_s=120)
            run.note(f"notebooks/{target.name}")
    pages.write(run)
    archive.seal(run)
    return run


@pytest.mark.parametrize("language", ["en", "ja"])
def test_the_hand_over_report_is_read_and_printed(
    watched: Watched, tmp_path: Path, language: str
) -> None:
    """
    One page without a network, on the screen and on paper, in both languages.
    """
    run = full_run(tmp_path)
    run.journal.record("step-opened", step="activation")
    run.journal.record("step-closed", step="activation")
    archive.seal(run)
    path = run.path / f"handover-report.{language}.html"
    page = watched.page
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    page.context.set_offline(offline=True)
    page.goto(path.as_uri())
    watched.picture(f"report-{language}", whole=True)
    printed = watched.pictures / f"report-{language}.pdf"
    page.pdf(path=printed, prefer_css_page_size=True)

    words = {"en": "Who approved it", "ja": "承認者と承認内容"}[language]
    assert page.get_by_role("heading", name=words).is_visible()
    assert page.locator("svg").first.is_visible()
    text = subprocess.run(
        [tool("/usr/bin/pdftotext", "poppler-utils"), printed, "-"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert words in text
    assert RUN in text
    assert {path.as_uri()} == set(watched.asked)
    assert [] == complaints


def test_an_archive_is_read_without_a_network(
    watched: Watched, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    The index and the page of a notebook ask for nothing but themselves.
    """
    run = _sealed_run(tmp_path, monkeypatch)
    page, index = watched.page, run.path / "index.html"
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))

    page.goto(index.as_uri())
    watched.picture("evidence-1-index", whole=True)
    assert page.get_by_text("REHEARSAL - simulated").is_visible()
    assert page.get_by_text("Who, where, when").is_visible()
    page.get_by_role("link", name=f"notebooks/{NAMES[1]}.html").click()
    page.get_by_role("heading", name="10 · Interface endpoints").wait_for()
    watched.picture("evidence-2-notebook", whole=True)
    assert page.get_by_text("ApprovalError").first.is_visible()
    page.goto((run.path / "notebooks" / f"{NAMES[0]}.html").as_uri())
    assert page.locator("svg").first.is_visible()
    watched.picture("evidence-3-preflight", whole=True)

    seen = [
        index.as_uri(),
        *((run.path / f"notebooks/{n}.html").as_uri() for n in NAMES),
    ]
    assert set(seen) == set(watched.asked)
    assert [] == complaints
    assert () == archive.verify(run.path)
