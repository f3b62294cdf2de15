"""
One notebook, executed by papermill without its costly or leaky habits.

No whole-file save per cell (the journal is what survives a crash), no progress
bar, no traceback of papermill itself, and no output file that was not scrubbed.
"""

from __future__ import annotations

import json
import tempfile

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from closednet.batch.kernels import SocketKernelManager
from closednet.batch.light import (
    DeadKernelError,
    PapermillExecutionError,
    papermill,
)
from closednet.evidence import files, normalise
from closednet.redact import redact


if TYPE_CHECKING:
    from collections.abc import Mapping

KERNEL_SIGNAL_EXIT = 138


@dataclass(frozen=True, slots=True)
class Outcome:
    """
    How a notebook ended: the error's class name and text, or nothing.
    """

    notebook: str
    error: str = ""
    message: str = ""

    @property
    def ok(self) -> bool:
        """
        Whether every cell ran to its end.
        """
        return not self.error


def execute(
    notebook: Path, output: Path, parameters: Mapping[str, Any], *, timeout_s: int
) -> Outcome:
    """
    Run `notebook` and leave the executed copy, scrubbed, in `output`.
    """
    with tempfile.TemporaryDirectory(prefix="closednet-") as folder:
        raw = Path(folder) / notebook.name
        outcome = _run(notebook, raw, parameters, timeout_s)
        if raw.is_file():
            _keep(raw, output)
            outcome = _judged(outcome, output)
    return outcome


def _run(
    notebook: Path, raw: Path, parameters: Mapping[str, Any], timeout_s: int
) -> Outcome:
    try:
        papermill.execute_notebook(
            str(notebook),
            str(raw),
            parameters=dict(parameters),
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            request_save_on_cell_execute=False,
            autosave_cell_every=0,
            execution_timeout=timeout_s,
            start_timeout=60,
            kernel_manager_class=SocketKernelManager,
            # A kernel that is told to stop says so on the terminal otherwise.
            extra_arguments=["--Application.log_level=50"],
        )
    except PapermillExecutionError as err:
        return Outcome(notebook.stem, err.ename, redact(str(err.evalue)))
    except (DeadKernelError, RuntimeError, TimeoutError) as err:
        return Outcome(notebook.stem, type(err).__name__, redact(str(err)))
    return Outcome(notebook.stem)


def _keep(raw: Path, output: Path) -> None:
    executed = json.loads(raw.read_text("utf-8"))
    files.write_text(output, normalise.dumps(normalise.normalise(executed)))


def _judged(outcome: Outcome, output: Path) -> Outcome:
    """
    Call a run good only if every code cell was really executed.

    papermill says "completed" after `sys.exit()` and after a kernel's death.
    """
    if not outcome.ok:
        return outcome
    cells = json.loads(output.read_text("utf-8"))["cells"]
    skipped = [
        n
        for n, cell in enumerate(cells)
        if cell["cell_type"] == "code"
        and cell["source"]
        and cell["execution_count"] is None
    ]
    if not skipped:
        return outcome
    return Outcome(
        outcome.notebook,
        "NotExecuted",
        f"cell {skipped[0]} and {len(skipped) - 1} more were never executed",
    )
