"""
The pages of a run: each executed notebook, and the index over all of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import closednet.batch.light  # noqa: F401 - before nbconvert is imported

from closednet.evidence import html


if TYPE_CHECKING:
    from closednet.evidence.run_folder import RunFolder


def write(folder: RunFolder) -> None:
    """
    Write a page for every executed notebook of the run, then the index.
    """
    simulated = html.is_simulated(folder.path)
    for notebook in sorted((folder.path / "notebooks").glob("*.ipynb")):
        page = html.notebook_to_html(notebook, simulated=simulated)
        folder.write_notebook(notebook.stem, notebook.read_text("utf-8"), page)
    html.write_index(folder.path)
