"""
The engine and the output handler, as anybody's papermill gets them.
"""

from __future__ import annotations

import json
import signal

from typing import TYPE_CHECKING, Any

import pytest

from nbclient.exceptions import CellTimeoutError, DeadKernelError

from closednet.batch.execute import execute
from closednet.batch.light import papermill
from closednet.batch.papermill_engine import NotExecuted
from tests.kernels.notebooks import write


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.batch.papermill_engine import CellEvent


def _run(model: Path, target: object, **options: Any) -> None:
    papermill.execute_notebook(
        str(model),
        str(target),
        engine_name="closednet",
        kernel_name="python3",
        progress_bar=False,
        **options,
    )


def _status(target: Path) -> list[str]:
    cells = json.loads(target.read_text())["cells"]
    return [cell["metadata"]["papermill"]["status"] for cell in cells]


@pytest.mark.parametrize(
    ("source", "options", "error"),
    [
        ("import sys; sys.exit(0)", {}, NotExecuted),
        ("import os; os.kill(os.getpid(), 9)", {}, DeadKernelError),
        ("import time; time.sleep(60)", {"execution_timeout": 1}, CellTimeoutError),
    ],
)
def test_what_did_not_run_is_not_called_completed(
    tmp_path: Path, source: str, options: dict[str, int], error: type[Exception]
) -> None:
    """
    After `sys.exit()`, a kernel's death or a time-out papermill itself calls it so.
    """
    model, target = write(tmp_path / "in.ipynb", source, "1"), tmp_path / "out.ipynb"

    with pytest.raises(error):
        _run(model, target, **options)

    assert ["failed", "pending"] == _status(target)


@pytest.mark.usefixtures("_interruptible")
def test_an_interruption_leaves_what_was_printed_and_says_how_to_go_on(
    tmp_path: Path,
) -> None:
    """
    Ctrl-C is no loss of evidence, and no success.
    """
    model = write(
        tmp_path / "in.ipynb",
        "print('before')",
        f"import os; os.kill(int(os.environ['JPY_PARENT_PID']), {signal.SIGINT})\n"
        "import time; time.sleep(60)",
    )

    outcome = execute(model, tmp_path / "out.ipynb", {}, timeout_s=60)

    assert "KeyboardInterrupt" == outcome.error
    assert "run the same command again" in outcome.message
    assert "before" in (tmp_path / "out.ipynb").read_text()


def test_every_cell_is_told(tmp_path: Path) -> None:
    """
    So that progress can be shown, and a failure placed.
    """
    model = write(tmp_path / "in.ipynb", "1", "1 / 0", "2")
    told: list[CellEvent] = []

    outcome = execute(
        model, tmp_path / "out.ipynb", {}, timeout_s=60, on_cell=told.append
    )

    seen = [(event.number, event.status) for event in told]
    assert "ZeroDivisionError" == outcome.error
    assert [(1, "running"), (1, "completed"), (2, "running"), (2, "failed")] == seen


def test_the_output_handler_writes_equal_bytes_for_equal_runs(tmp_path: Path) -> None:
    """
    Without times and random ids; and a plain path is papermill's own business.
    """
    model = write(tmp_path / "in.ipynb", "print(1)")
    for name in ("one", "two"):
        _run(model, f"closednet://{tmp_path}/{name}.ipynb")

    assert (tmp_path / "one.ipynb").read_bytes() == (
        tmp_path / "two.ipynb"
    ).read_bytes()
    assert "papermill" not in (tmp_path / "one.ipynb").read_text()
