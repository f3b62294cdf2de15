"""
Executed notebooks made comparable: equal runs give equal bytes, without secrets.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from closednet import redact
from closednet.evidence.files import json_text


if TYPE_CHECKING:
    from collections.abc import Iterable

Node = dict[str, Any]

VOLATILE_NOTEBOOK: Final = ("papermill", "widgets", "signature")
VOLATILE_CELL: Final = ("papermill", "execution", "collapsed", "ExecuteTime")
INJECTED: Final = {
    "injected-parameters": "injected-parameters",
    "papermill-error-cell-tag": "papermill-error",
}


def dumps(notebook: Node) -> str:
    """
    Return the normalised notebook as the text of its file.
    """
    return json_text(normalise(notebook))


def normalise(notebook: Node) -> Node:
    """
    Return the notebook without times, random ids and secrets.
    """
    metadata = _without(notebook.get("metadata", {}), VOLATILE_NOTEBOOK)
    language = metadata.get("language_info")
    if isinstance(language, dict):
        metadata["language_info"] = _without(language, ("version",))
    counts: dict[int | None, int] = {}
    cells = [
        _cell(cell, number, counts)
        for number, cell in enumerate(notebook.get("cells", []), start=1)
    ]
    scrubbed: Node = redact.scrub(notebook | {"metadata": metadata, "cells": cells})
    return scrubbed | {"cells": [_split(cell) for cell in scrubbed["cells"]]}


def _cell(cell: Node, number: int, counts: dict[int | None, int]) -> Node:
    metadata = _without(cell.get("metadata", {}), VOLATILE_CELL)
    tags = metadata.get("tags", [])
    fixed = [f"{INJECTED[tag]}-{number}" for tag in tags if tag in INJECTED]
    made = cell | {
        "metadata": metadata,
        "id": (fixed or [cell.get("id", f"cell-{number}")])[0],
        "source": _joined(cell.get("source", "")),
    }
    if cell.get("cell_type") == "code":
        count = cell.get("execution_count")
        if count is not None:
            counts[count] = counts.get(count, len(counts) + 1)
        made["execution_count"] = counts.get(count)
        made["outputs"] = [
            _output(output, counts) for output in _streams(cell.get("outputs", []))
        ]
    return made


def _streams(outputs: Iterable[Node]) -> list[Node]:
    """
    Join neighbouring pieces of one stream, which timing cut.
    """
    joined: list[Node] = []
    for output in outputs:
        last = joined[-1] if joined else {}
        if output.get("output_type") == "stream":
            text = _joined(output.get("text", ""))
            if (last.get("output_type"), last.get("name")) == (
                "stream",
                output.get("name"),
            ):
                last["text"] += text
                continue
            output = output | {"text": text}  # noqa: PLW2901 - a copy to join into
        joined.append(output)
    return joined


def _output(output: Node, counts: dict[int | None, int]) -> Node:
    made = dict(output)
    if "execution_count" in made:
        made["execution_count"] = counts.get(made["execution_count"])
    if "data" in made:
        made["data"] = {kind: _joined(data) for kind, data in made["data"].items()}
    return made


def _split(cell: Node) -> Node:
    """
    Write long texts as lists of lines, as notebooks do, so that they compare well.
    """
    made = cell | {"source": _lines(cell["source"])}
    outputs = []
    for output in cell.get("outputs", []):
        one = dict(output)
        if "text" in one:
            one["text"] = _lines(one["text"])
        if "data" in one:
            one["data"] = {
                kind: _lines(data) if isinstance(data, str) else data
                for kind, data in one["data"].items()
            }
        outputs.append(one)
    return made | {"outputs": outputs} if "outputs" in cell else made


def _lines(text: str | list[str]) -> list[str]:
    whole: str = _joined(text)
    return whole.splitlines(keepends=True)


def _joined(value: Any) -> Any:
    whole = isinstance(value, list) and all(isinstance(item, str) for item in value)
    return "".join(value) if whole else value


def _without(node: Node, names: tuple[str, ...]) -> Node:
    return {name: item for name, item in node.items() if name not in names}
