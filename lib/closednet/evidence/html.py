"""
Executed notebooks as pages that open anywhere, years later, without a network.
"""

from __future__ import annotations

import json

from functools import cache
from typing import TYPE_CHECKING, Any

from closednet.evidence import index, journal, pages
from closednet.evidence.run_folder import RunFolder


if TYPE_CHECKING:
    from pathlib import Path


def notebook_to_html(notebook: Path, *, simulated: bool | None = None) -> str:
    """
    Return the page of an executed notebook.

    Whether it was a rehearsal is read from the run's journal unless given.
    """
    if simulated is None:
        simulated = is_simulated(notebook.parent.parent)
    node = json.loads(notebook.read_text("utf-8"))
    return pages.render(
        "page.html.j2",
        title=notebook.stem,
        simulated=simulated,
        body=pages.safe(_body(node)),
    )


def write_index(folder: Path) -> Path:
    """
    Write the first page of a run's folder.
    """
    return index.write(RunFolder(folder.parent.parent, folder.parent.name, folder.name))


def _body(node: dict[str, Any]) -> str:
    # Slow to import, and needed only where pages are written.
    import nbformat  # noqa: PLC0415

    nodes: Any = nbformat
    body, _ = _exporter().from_notebook_node(nodes.from_dict(_joined(node)))
    return str(body)


@cache
def _exporter() -> Any:
    """
    Return the exporter of this process, which compiles its templates only once.
    """
    from traitlets.config import Config  # noqa: PLC0415

    from closednet.evidence.exporter import PageExporter  # noqa: PLC0415

    config = Config()
    # Papermill's notebooks need none, and each would validate them once more.
    config.HTMLExporter.default_preprocessors = []
    config.HTMLExporter.exclude_anchor_links = True
    config.HTMLExporter.exclude_input_prompt = True
    config.HTMLExporter.exclude_output_prompt = True
    config.NbConvertBase.display_data_priority = [
        *("text/html", "image/svg+xml", "image/png", "image/jpeg"),
        *("text/markdown", "text/plain"),
    ]
    return PageExporter(template_name="basic", config=config)  # type: ignore[no-untyped-call]


def _joined(node: Any) -> Any:
    """
    Return a notebook with its lists of lines as texts, as nbformat reads them.
    """
    cells = []
    for number, cell in enumerate(node["cells"], start=1):
        one = {"id": f"cell-{number}"} | cell | {"source": _text(cell["source"])}
        if "outputs" in cell:
            one["outputs"] = [_output(output) for output in cell["outputs"]]
        cells.append(one)
    return node | {"cells": cells}


def _output(output: dict[str, Any]) -> dict[str, Any]:
    made = dict(output)
    if "text" in made:
        made["text"] = _text(made["text"])
    if "data" in made:
        made["data"] = {kind: _text(data) for kind, data in made["data"].items()}
    return made


def _text(value: Any) -> Any:
    return "".join(value) if isinstance(value, list) else value


def is_simulated(folder: Path) -> bool:
    """
    Tell whether the run in `folder` was a rehearsal, by its journal.
    """
    events = journal.read(folder / "journal.jsonl")
    return any(e.data.get("simulated") for e in events if e.kind == "run")
