"""
The pages of a run: each executed notebook, and the index over all of it.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

import closednet.batch.light  # noqa: F401 - before nbconvert is imported

from closednet.evidence import html


if TYPE_CHECKING:
    from concurrent.futures import Future
    from pathlib import Path

    from closednet.evidence.run_folder import RunFolder


class Pages:
    """
    The pages of notebooks, made one after the other while further ones run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._thread = ThreadPoolExecutor(1)
        self._begun: dict[Path, Future[str]] = {}

    def begin(self, notebook: Path) -> None:
        """
        Make the page of an executed notebook in the background.
        """
        self._begun[notebook] = self._thread.submit(html.notebook_to_html, notebook)

    def write(self) -> None:
        """
        Write a page for every executed notebook of the run, then the index.
        """
        folder = self._folder
        notebooks = sorted((folder.path / "notebooks").glob("*.ipynb"))
        for notebook in set(notebooks) - set(self._begun):
            self.begin(notebook)
        with self._thread:
            for notebook in notebooks:
                page = self._begun[notebook].result()
                folder.write_notebook(notebook.stem, notebook.read_text("utf-8"), page)
        html.write_index(folder.path)


def write(folder: RunFolder) -> None:
    """
    Write all pages of a run.
    """
    Pages(folder).write()
