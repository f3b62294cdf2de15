"""
A person in JupyterLab: run, read the plan, approve its digest, run again.
"""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Final

import pytest

from closednet_rehearsal.running import running
from tests.browser.jupyter import lab


if TYPE_CHECKING:
    from pathlib import Path

    from playwright.sync_api import Page

    from tests.browser.conftest import Watched

pytestmark = [pytest.mark.browser, pytest.mark.debian, pytest.mark.rehearsal]
NOTEBOOK: Final = "10-interface-endpoints.ipynb"
WAIT_MS: Final = 120_000
PARAMETER: Final = 'approve: str = "'
DIGEST: Final = re.compile(r'approve = "([0-9a-f]{20})"')


def _run_menu(page: Page, menu: str, item: str) -> None:
    page.locator(".lm-MenuBar-itemLabel", has_text=menu).first.click()
    page.locator(".lm-Menu-itemLabel", has_text=item).first.click()


def _ready(page: Page) -> None:
    """
    Wait until the kernel of the notebook is there: before, Run asks for one.
    """
    page.locator(".jp-NotebookPanel .jp-Cell").first.wait_for(timeout=WAIT_MS)
    page.get_by_text("| Idle").first.wait_for(timeout=WAIT_MS)


def _type_digest(page: Page, digest: str) -> None:
    """
    Put the cursor between the quotes and type, as a person does.
    """
    line = page.locator(".cm-line", has_text=PARAMETER).first
    line.scroll_into_view_if_needed()
    line.click()
    page.keyboard.press("Home")
    for _ in PARAMETER:
        page.keyboard.press("ArrowRight")
    page.keyboard.type(digest)


def _cell(page: Page, source: str) -> str:
    """
    Return what stands under the cell with this source.
    """
    cell = page.locator(".jp-CodeCell", has_text=source).first
    cell.scroll_into_view_if_needed()
    return cell.locator(".jp-Cell-outputArea").inner_text(timeout=WAIT_MS)


def test_a_person_approves_what_the_notebook_shows(
    watched: Watched, tmp_path: Path
) -> None:
    """
    The first pass stops and names the digest; with it every check passes.
    """
    page, evidence = watched.page, tmp_path / "evidence"
    with (
        running(tmp_path / "rehearsal", evidence=evidence) as rehearsal,
        lab(tmp_path / "lab", rehearsal.environment(evidence)) as address,
    ):
        page.goto(address.format(NOTEBOOK))
        _ready(page)
        _run_menu(page, "Run", "Run All Cells")
        refused = page.get_by_text("ApprovalError").first
        refused.wait_for(timeout=WAIT_MS)
        refused.scroll_into_view_if_needed()
        watched.picture("lab-1-waiting-for-approval")
        found = DIGEST.search(_cell(page, "receipt = run.apply"))
        assert found, _cell(page, "receipt = run.apply")

        _type_digest(page, found.group(1))
        watched.picture("lab-2-digest-typed")
        _run_menu(page, "Kernel", "Restart Kernel and Run All Cells")
        page.locator(".jp-Dialog button.jp-mod-accept").click()
        page.get_by_text("evidence of run").first.wait_for(timeout=WAIT_MS)
        report = _cell(page, "report = run.verify()")
        watched.picture("lab-3-verified")

    assert "✅" in report
    assert "⛔" not in report
    assert [] == watched.outside()
