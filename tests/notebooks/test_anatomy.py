"""
Every model notebook has one anatomy, so that a reader at night knows the way.
"""

from __future__ import annotations

import ast
import json
import re

from pathlib import Path
from typing import Any, Final

import pytest

from papermill.inspection import inspect_notebook  # slow, and only here


ROOT: Final = Path(__file__).parents[2]
NOTEBOOKS: Final = sorted((ROOT / "notebooks").glob("*.ipynb"))
NAMES: Final = [path.stem for path in NOTEBOOKS]
READ_ONLY: Final = {"00-preflight", "80-cloudwatch-verification"}
SPINE: Final = (
    *("title", "prerequisites", "operation-note", "parameters", "setup"),
    *("inspect", "plan", "apply", "verify", "assert", "evidence", "next"),
)
LONGEST_CELL: Final = 5
MOST_CELLS: Final = 22


def _cells(path: Path) -> list[dict[str, Any]]:
    cells: list[dict[str, Any]] = json.loads(path.read_text("utf-8"))["cells"]
    return cells


def _source(cell: dict[str, Any]) -> str:
    return "".join(cell["source"])


def _tags(path: Path) -> list[str]:
    return [t for cell in _cells(path) for t in cell["metadata"].get("tags", [])]


def test_there_are_eleven_notebooks_in_their_order() -> None:
    """
    The number is the order.
    """
    assert ["00", "10", "20", "30", "40", "50", "60", "70", "80", "90", "99"] == [
        name[:2] for name in NAMES
    ]


@pytest.mark.parametrize("path", NOTEBOOKS, ids=NAMES)
class TestAnatomy:
    """
    What holds for every notebook.
    """

    def test_its_cells_stand_in_the_common_order(self, path: Path) -> None:
        """
        Read-only notebooks leave out plan and apply, nothing else.
        """
        found = list(dict.fromkeys(tag for tag in _tags(path) if tag in SPINE))
        wanted = [
            tag
            for tag in SPINE
            if not (path.stem in READ_ONLY and tag in ("plan", "apply"))
            and not (path.stem.startswith("80") and tag == "inspect")
            and not (path.stem.startswith("99") and tag == "plan")
        ]

        if path.stem.startswith("80"):
            found.remove("inspect")
        assert wanted == found

    def test_it_carries_no_output(self, path: Path) -> None:
        """
        Recorded outputs live elsewhere.
        """
        code = [cell for cell in _cells(path) if cell["cell_type"] == "code"]

        assert all(c["outputs"] == [] and c["execution_count"] is None for c in code)

    def test_a_cell_is_a_sentence(self, path: Path) -> None:
        """
        No definition, loop, branch or shell; five lines at most.
        """
        for cell in _cells(path):
            if cell["cell_type"] != "code":
                continue
            tree = ast.parse(_source(cell))
            nodes = {type(node).__name__ for node in ast.walk(tree)}
            assert not nodes & {"FunctionDef", "ClassDef", "For", "While", "If", "Try"}
            assert len(_source(cell).splitlines()) <= LONGEST_CELL
            assert not re.search(r"^[!%]", _source(cell), re.MULTILINE)

    def test_it_is_short_and_mostly_prose(self, path: Path) -> None:
        """
        At most 22 cells, at least as much prose as code.
        """
        cells = _cells(path)
        prose = sum(cell["cell_type"] == "markdown" for cell in cells)

        assert len(cells) <= MOST_CELLS
        assert 1.0 <= prose / (len(cells) - prose) <= 1.5

    def test_papermill_knows_every_parameter(self, path: Path) -> None:
        """
        papermill loses a parameter whose comment has an equals sign, silently.
        """
        cell = next(
            c for c in _cells(path) if "parameters" in c["metadata"].get("tags", [])
        )
        assigned = [
            node.target.id
            for node in ast.walk(ast.parse(_source(cell)))
            if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name)
        ]

        assert assigned == list(inspect_notebook(str(path)))

    def test_a_notebook_that_writes_asks_for_approval(self, path: Path) -> None:
        """
        The last parameter is the digest; it is empty in the model.
        """
        metadata = json.loads(path.read_text("utf-8"))["metadata"]["closednet"]
        names = inspect_notebook(str(path))

        assert metadata["side_effects"] == ("approve" in names)
        assert (
            not metadata["side_effects"]
            or "''" in names["approve"]["default"]
            or ('""' in names["approve"]["default"])
        )

    def test_its_links_lead_somewhere(self, path: Path) -> None:
        """
        Every linked notebook exists.
        """
        prose = "\n".join(
            _source(c) for c in _cells(path) if c["cell_type"] == "markdown"
        )

        for target in re.findall(r"\]\(([^)#]+)\)", prose):
            assert (path.parent / target).exists(), target

    def test_its_prose_cells_are_of_a_length_that_is_read(self, path: Path) -> None:
        """
        Twenty to sixty words, tables left out.
        """
        for cell in _cells(path):
            if cell["cell_type"] == "markdown" and not cell["metadata"].get("tags"):
                lines = [
                    x for x in _source(cell).splitlines() if x and x[0] not in "#|"
                ]
                words = len(" ".join(lines).split())
                assert not lines or 12 <= words <= 75, cell["id"]
