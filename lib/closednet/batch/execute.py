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
from typing import TYPE_CHECKING, Any, Final

from closednet.batch.light import (
    DeadKernelError,
    PapermillExecutionError,
    papermill,
)
from closednet.batch.papermill_engine import NAME, CellEvent, NotExecuted
from closednet.evidence import files, normalise
from closednet.redact import redact


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

INTERRUPTED: Final = "KeyboardInterrupt"
GO_ON: Final = "run the same command again to go on"


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
    notebook: Path,
    output: Path,
    parameters: Mapping[str, Any],
    *,
    timeout_s: int,
    on_cell: Callable[[CellEvent], object] = bool,
) -> Outcome:
    """
    Run `notebook` and leave the executed copy, scrubbed, in `output`.
    """
    with tempfile.TemporaryDirectory(prefix="closednet-") as folder:
        raw = Path(folder) / notebook.name
        outcome = _run(notebook, raw, parameters, timeout_s, on_cell)
        if raw.is_file():
            executed = json.loads(raw.read_text("utf-8"))
            files.write_text(output, normalise.dumps(executed))
    return outcome


def _run(
    notebook: Path,
    raw: Path,
    parameters: Mapping[str, Any],
    timeout_s: int,
    on_cell: Callable[[CellEvent], object],
) -> Outcome:
    try:
        papermill.execute_notebook(
            str(notebook),
            str(raw),
            parameters=dict(parameters),
            engine_name=NAME,
            kernel_name="python3",
            progress_bar=False,
            log_output=False,
            autosave_cell_every=0,
            execution_timeout=timeout_s,
            start_timeout=60,
            on_cell=on_cell,
        )
    except PapermillExecutionError as err:
        return Outcome(notebook.stem, err.ename, redact(str(err.evalue)))
    except (DeadKernelError, NotExecuted, RuntimeError, TimeoutError) as err:
        said = redact(str(err))
        return Outcome(notebook.stem, type(err).__name__, f"{said}; {GO_ON}")
    except KeyboardInterrupt:
        return Outcome(notebook.stem, INTERRUPTED, f"interrupted; {GO_ON}")
    return Outcome(notebook.stem)
