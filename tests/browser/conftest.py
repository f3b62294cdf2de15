"""
Chromium without a network, a folder for its pictures, and what it asked for.
"""

from __future__ import annotations

import os

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final
from urllib.parse import urlsplit

import pytest

from playwright.sync_api import sync_playwright

from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Page, ViewportSize

CHROMIUM: Final = "/usr/bin/chromium"
PICTURES: Final = "CLOSEDNET_SCREENSHOTS"
SIZE: Final[ViewportSize] = {"width": 1360, "height": 1000}
FLAGS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
INSIDE: Final = {"data", "blob", "about"}


@dataclass(slots=True)
class Watched:
    """
    A page, and every address that it asked for.
    """

    page: Page
    pictures: Path
    asked: list[str] = field(default_factory=list)

    def watch(self) -> None:
        """
        Note requests and sockets from now on.
        """
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("websocket", lambda socket: self.asked.append(socket.url))

    def outside(self) -> list[str]:
        """
        Return what was asked for beyond this machine.
        """
        parts = [urlsplit(url) for url in self.asked]
        return [
            part.geturl()
            for part in parts
            if part.scheme not in INSIDE and part.hostname != "127.0.0.1"
        ]

    def picture(self, name: str, *, whole: bool = False) -> Path:
        """
        Take a picture of the window, or of the whole page.
        """
        path = self.pictures / f"{name}.png"
        self.page.screenshot(path=path, full_page=whole)
        return path


@pytest.fixture(name="watched")
def _watched(tmp_path: Path) -> Iterator[Watched]:
    """
    Return a page in Chromium; pictures go where CLOSEDNET_SCREENSHOTS says.
    """
    tool(CHROMIUM, "chromium")
    pictures = Path(os.environ.get(PICTURES) or tmp_path / "pictures")
    pictures.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        watched = Watched(browser.new_page(viewport=SIZE), pictures)
        watched.watch()
        yield watched
        browser.close()
