"""
The recorded notebooks really ran, and run again to the same outputs.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

from pathlib import Path
from typing import Any, Final

import pytest

from closednet.batch.forking import FOR_JUPYTER
from tests.rehearsals import running


ROOT: Final = Path(__file__).parents[2]
MODELS: Final = sorted((ROOT / "notebooks").glob("*.ipynb"))
RECORDED: Final = sorted((ROOT / "notebooks" / "recorded").glob("*.ipynb"))
NAMES: Final = [path.stem for path in RECORDED]
FORBIDDEN_TAGS: Final = {"nbval-ignore-output", "nbval-skip", "raises-exception"}


def _code(path: Path) -> list[dict[str, Any]]:
    cells = json.loads(path.read_text("utf-8"))["cells"]
    return [
        cell
        for cell in cells
        if cell["cell_type"] == "code" and "".join(cell["source"])
    ]


def _problems(path: Path) -> list[str]:
    """
    Say why a notebook is no record of a run; nbval alone would pass it.
    """
    code = _code(path)
    counts = [cell["execution_count"] for cell in code]
    found = []
    if counts != list(range(1, len(code) + 1)):
        found.append(f"cells were not all executed in order: {counts}")
    for cell in code:
        tags = set(cell["metadata"].get("tags", []))
        if tags & FORBIDDEN_TAGS:
            found.append(f"a cell is kept from comparison: {tags & FORBIDDEN_TAGS}")
        if any(out["output_type"] == "error" for out in cell["outputs"]):
            found.append("a cell ended with an error")
        shows = "".join(cell["source"]).strip().splitlines()[-1].isidentifier()
        if shows and not cell["outputs"]:
            found.append(f"a cell that shows something has no output: {cell['id']}")
    return found


def test_every_model_notebook_is_recorded() -> None:
    """
    Nothing is left out of the comparison.
    """
    assert [path.name for path in MODELS] == [path.name for path in RECORDED]


@pytest.mark.parametrize("path", RECORDED, ids=NAMES)
def test_every_cell_ran_in_order_and_without_error(path: Path) -> None:
    """
    A notebook that never ran is no evidence.
    """
    assert [] == _problems(path)


@pytest.mark.parametrize("path", RECORDED, ids=NAMES)
def test_the_recorded_source_is_the_model_s(path: Path) -> None:
    """
    The recording is of this notebook, with the injected parameters besides.
    """
    model = ["".join(c["source"]) for c in _code(ROOT / "notebooks" / path.name)]
    recorded = ["".join(c["source"]) for c in _code(path)]

    assert model == [source for source in recorded if source in model]
    assert len(recorded) == len(model) + 1


@pytest.mark.parametrize("path", RECORDED, ids=NAMES)
def test_clearing_any_output_is_noticed(path: Path, tmp_path: Path) -> None:
    """
    Clear All Outputs, or one cell's, makes the check above fail.
    """
    notebook = json.loads(path.read_text("utf-8"))
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell["execution_count"] = None
            cell["outputs"] = []
    cleared = tmp_path / path.name
    cleared.write_text(json.dumps(notebook))

    assert [] != _problems(cleared)


def _nbval(folder: Path, tmp_path: Path) -> subprocess.CompletedProcess[str]:
    evidence = tmp_path / "evidence"
    with running(tmp_path / "rehearsal", evidence=evidence) as rehearsal:
        command = [sys.executable, "-m", "pytest", "-p", "closednet.batch.light"]
        command += ["-p", "no:cacheprovider", "--nbval", os.fspath(folder)]
        command += ["-c", os.devnull, "--rootdir", os.fspath(ROOT), "-q"]
        command += ["--nbval-sanitize-with", os.fspath(SANITIZE)]
        return subprocess.run(
            command,
            env=rehearsal.environment(evidence) | FOR_JUPYTER,
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )


SANITIZE: Final = ROOT / "tests" / "notebooks" / "nbval_sanitize.cfg"


@pytest.mark.notebooks
@pytest.mark.rehearsal
def test_running_them_again_gives_the_same_outputs(tmp_path: Path) -> None:
    """
    nbval executes every recorded notebook in a new rehearsal and compares.
    """
    done = _nbval(ROOT / "notebooks" / "recorded", tmp_path)

    cells = sum(len(_code(path)) for path in RECORDED)
    assert 0 == done.returncode, done.stdout[-8000:]
    assert f"{cells} passed" in done.stdout


@pytest.mark.notebooks
@pytest.mark.rehearsal
def test_editing_recorded_outputs_makes_the_comparison_fail(tmp_path: Path) -> None:
    """
    One word changed in one output of each of two notebooks: both are named.
    """
    folder = ROOT / "notebooks" / "recorded" / ".edited"
    folder.mkdir()
    try:
        for name in ("00-preflight.ipynb", "10-interface-endpoints.ipynb"):
            text = (folder.parent / name).read_text("utf-8")
            assert "10.20.1." in text
            (folder / name).write_text(text.replace("10.20.1.", "10.99.1."))
        done = _nbval(folder, tmp_path)
    finally:
        shutil.rmtree(folder)

    assert 1 == done.returncode
    assert "00-preflight.ipynb" in done.stdout
    assert "10-interface-endpoints.ipynb" in done.stdout
