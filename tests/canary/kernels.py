"""
Ways out of kernels: notebooks run by nbclient, by our batch, by nbval, by papermill.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import nbclient
import nbformat

from closednet.batch.execute import execute
from closednet.evidence import html
from tests.canary import cells
from tests.canary.hunter import CANARIES, hunt


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

FORMAT: Any = nbformat
NODES = FORMAT.v4
ROOT = Path(__file__).parents[2]
Found = dict[str, list[str]]
SHOWN: Final = 600


def notebook(sources: Iterable[str]) -> Any:
    """
    Return a notebook of code cells.
    """
    return NODES.new_notebook(cells=[NODES.new_code_cell(one) for one in sources])


def setup(room: Path, leaks: list[str]) -> str:
    """
    Return the first cell; what it must not show it reads from a file.
    """
    room.mkdir(parents=True, exist_ok=True)
    told = room.parent / f"{room.name}-told.json"
    told.write_text(json.dumps({"leaks": leaks, "canaries": CANARIES}))
    return cells.SETUP.format(path=str(room / "journal.jsonl"), secrets=str(told))


def tries(leaks: list[str], part: int = 1) -> Iterator[tuple[str, str]]:
    """
    Yield each way with the cells that try it, with every `part`-th leak.
    """
    for place, (way, source) in enumerate(cells.WAYS.items()):
        for number in range(place % part, len(leaks), part):
            yield way, f"leak = LEAKS[{number}]\n{source}"
    yield from cells.OWN.items()


QUIET: Final = {
    *("journal", "display, cleared", "error group", "help", "next cell"),
    *("comm", "pandas"),
}


def is_masked(cell: Any) -> bool:
    """
    Tell whether the outputs of a cell show that there was something to mask.
    """
    text = json.dumps(cell.outputs)
    return "[secret]" in text or "Secret" in text


def in_a_kernel(room: Path, leaks: list[str], part: int = 1) -> Found:
    """
    Return what leaks from a kernel with our hooks, by way; and from its terminal.
    """
    tried = list(tries(leaks, part))
    node = notebook([setup(room, leaks), *(source for _, source in tried)])
    client = nbclient.NotebookClient(node, allow_errors=True, kernel_name="python3")
    with (room / "terminal.txt").open("wb") as terminal:
        # Under pytest, ipykernel would not catch what children print.
        here = {k: v for k, v in os.environ.items() if k != "PYTEST_CURRENT_TEST"}
        client.execute(stdout=terminal, stderr=terminal, env=here)
    ran = node.cells[0].outputs == [] and node.cells[-1].execution_count is not None
    found: Found = {} if ran else {"the notebook did not run": [str(node.cells[0])]}
    for (way, _), cell in zip(tried, node.cells[1:], strict=True):
        hits = found.setdefault(f"kernel: {way}", [])
        hits += hunt(json.dumps(cell))
        if way not in QUIET and not is_masked(cell):
            shown = json.dumps(cell.outputs)[:SHOWN]
            hits.append(f"nothing was tried: {cell.source} gave {shown}")
    widgets = json.dumps(node.metadata)
    found["kernel: notebook's metadata"] = hunt(widgets)
    found["kernel: journal's file"] = hunt((room / "journal.jsonl").read_text())
    written = (room / "terminal.txt").read_text(errors="replace")
    found["kernel: terminal"] = hunt(written)
    return found


def in_a_batch(room: Path, leaks: list[str]) -> Found:
    """
    Return what leaks from a notebook that the batch runs, up to its first error.
    """
    prints = [f"leak = LEAKS[{n}]\nprint(leak)\nleak" for n in range(len(leaks))]
    model = room.parent / f"{room.name}-model.ipynb"
    sources = [setup(room, leaks), *prints, "raise ValueError(LEAKS)"]
    FORMAT.write(notebook(sources), model)
    output = room / "notebooks/10-x.ipynb"
    outcome = execute(model, output, {}, timeout_s=120)
    executed = output.read_text()
    page = html.notebook_to_html(output, simulated=True)
    return {
        "batch: notebook": hunt(executed),
        "batch: page": hunt(page),
        "batch: outcome": hunt(repr(outcome)),
        **({} if outcome.error == "ValueError" else {"batch: ran": [repr(outcome)]}),
    }


def in_nbval(room: Path, leaks: list[str]) -> Found:
    """
    Return what leaks when a recorded notebook is compared with a leaking run.
    """
    node = notebook([setup(room, leaks), "for leak in LEAKS:\n    print(leak)"])
    node.cells[0].execution_count, node.cells[1].execution_count = 1, 2
    stream = {"output_type": "stream", "name": "stdout", "text": "nothing\n"}
    node.cells[1].outputs = [FORMAT.from_dict(stream)]
    path = room / "recorded.ipynb"
    FORMAT.write(node, path)
    command = [
        sys.executable,
        "-m",
        "pytest",
        "--nbval",
        "-q",
        "-p",
        "no:cacheprovider",
    ]
    done = subprocess.run(
        [*command, "-c", os.devnull, "--rootdir", str(room), str(path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=room,
        env=os.environ | {"PYTHONPATH": f"{ROOT}:{ROOT}/lib"},
    )
    failed = "1 failed, 1 passed" in done.stdout
    said = [] if failed else [done.stdout + done.stderr]
    return {"nbval: report": hunt(done.stdout + done.stderr) + said}


def in_plain_papermill(room: Path) -> Found:
    """
    Return what leaks where a secret is a parameter of papermill itself.
    """
    room.mkdir(parents=True, exist_ok=True)
    node = notebook(["code = ''", "raise ValueError(f'refused: {code}')"])
    node.cells[0].metadata["tags"] = ["parameters"]
    node.metadata["kernelspec"] = {
        "name": "python3",
        "display_name": "Python 3",
        "language": "python",
    }
    FORMAT.write(node, room / "in.ipynb")
    command = [sys.executable, "-m", "papermill", "in.ipynb", "out.ipynb"]
    done = subprocess.run(
        [*command, "-p", "code", CANARIES["code"], "--no-progress-bar"],
        check=False,
        capture_output=True,
        text=True,
        cwd=room,
    )
    executed = json.loads((room / "out.ipynb").read_text())
    outputs = [cell.pop("outputs", []) for cell in executed["cells"]]
    return {
        "papermill: metadata": hunt(json.dumps(executed["metadata"])),
        "papermill: injected cell": hunt(json.dumps(executed["cells"])),
        "papermill: output": hunt(json.dumps(outputs)),
        "papermill: terminal": hunt(done.stdout + done.stderr),
    }
