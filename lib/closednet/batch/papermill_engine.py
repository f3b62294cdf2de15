"""
papermill's engine `closednet`: prepared kernels, and no cell called done that was not.

Installed as an entry point, so that `papermill --engine closednet` has it, too. The
stock engine saves the whole file twice a cell, and calls every cell "completed" after
a kernel's death, a time-out, an interruption or `sys.exit()`.
"""

from __future__ import annotations

import os
import sys

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.batch.kernels import SocketKernelManager
from closednet.batch.light import papermill


if TYPE_CHECKING:
    from collections.abc import Callable

NAME: Final = "closednet"
# A kernel that is told to stop says so on the terminal otherwise.
QUIET: Final = "--Application.log_level=50"
engines: Any = papermill.engines


class NotExecuted(papermill.exceptions.PapermillException):  # type: ignore[misc]
    """
    Cells were left out although none of them failed.
    """


@dataclass(frozen=True, slots=True)
class CellEvent:
    """
    What just happened to a cell: it is `running`, or `completed`, or `failed`.
    """

    number: int
    of: int
    source: str
    status: str


class TruthfulManager(engines.NotebookExecutionManager):  # type: ignore[misc]
    """
    Keeps account of the cells, and saves the file when it is due and at the end.
    """

    def __init__(
        self, *args: Any, on_cell: Callable[[CellEvent], object] = bool, **kwargs: Any
    ) -> None:
        self._on_cell = on_cell
        self._ended = False
        super().__init__(*args, **kwargs)

    def save(self, **_: Any) -> None:
        """
        Save the file at the end; `autosave_cell` does when a cell takes long.
        """
        if self._ended:
            super().save()

    def autosave_cell(self) -> None:
        """
        Save in the middle of a cell that takes long.
        """
        before, self._ended = self._ended, True
        try:
            super().autosave_cell()
        finally:
            self._ended = before

    def cell_start(self, cell: Any, cell_index: int | None = None, **_: Any) -> None:
        """
        Note that a cell runs, and tell it.
        """
        super().cell_start(cell, cell_index)
        self._tell(cell, cell_index)

    def cell_complete(self, cell: Any, cell_index: int | None = None, **_: Any) -> None:
        """
        Note how a cell ended: it did not if something else came in between.
        """
        if sys.exc_info()[0] is not None:
            self.cell_exception(cell, cell_index)
        super().cell_complete(cell, cell_index)
        self._tell(cell, cell_index)

    def notebook_complete(self, **_: Any) -> None:
        """
        Save the file; a cell that did not run stays `pending`.
        """
        waiting = [c for c in self.nb.cells if _status(c) == self.PENDING]
        super().notebook_complete()
        for cell in waiting:
            cell.metadata.papermill["status"] = self.PENDING
        self._ended = True
        self.save()

    def _tell(self, cell: Any, index: int | None) -> None:
        if cell.cell_type == "code" and index is not None:
            count = len(self.nb.cells)
            self._on_cell(CellEvent(index + 1, count, cell.source, _status(cell)))


class ClosednetEngine(engines.NBClientEngine):  # type: ignore[misc]
    """
    Runs a notebook in a prepared kernel, or in an ordinary one where none can be.
    """

    @classmethod
    def execute_notebook(
        cls,
        nb: Any,
        kernel_name: str,
        output_path: str | None = None,
        *,
        progress_bar: bool = True,
        log_output: bool = False,
        autosave_cell_every: int = 30,
        on_cell: Callable[[CellEvent], object] = bool,
        **kwargs: Any,
    ) -> Any:
        """
        Run every cell and return the notebook; however it ends, it is saved.

        Raises:
            NotExecuted: A cell did not run although none failed.
        """
        manager = TruthfulManager(
            nb,
            output_path=output_path,
            progress_bar=progress_bar,
            log_output=log_output,
            autosave_cell_every=autosave_cell_every,
            on_cell=on_cell,
        )
        manager.notebook_start()
        if os.name == "posix":
            kwargs.setdefault("kernel_manager_class", SocketKernelManager)
        kwargs.setdefault("extra_arguments", [QUIET])
        try:
            cls.execute_managed_notebook(
                manager, kernel_name, log_output=log_output, **kwargs
            )
        finally:
            manager.cleanup_pbar()
            manager.notebook_complete()
        _refuse_gaps(manager.nb)
        return manager.nb


def _refuse_gaps(nb: Any) -> None:
    """
    Go on only if each cell ran, or an error says why not.

    papermill tells every error but one: `sys.exit()` is none to it.
    """
    cells = [c for c in nb.cells if c.cell_type == "code" and c.source.strip()]
    left = [cell for cell in cells if cell.execution_count is None]
    failed = [cell for cell in cells if _status(cell) == TruthfulManager.FAILED]
    if left and all(map(_merely_left, failed)):
        first = nb.cells.index(left[0])
        raise NotExecuted(f"cell {first} and {len(left) - 1} more were never executed")


def _merely_left(cell: Any) -> bool:
    names = [each.ename for each in cell.outputs if each.output_type == "error"]
    return names == ["SystemExit"]


def _status(cell: Any) -> str:
    return str(cell.metadata.papermill["status"])


engines.papermill_engines.register(NAME, ClosednetEngine)
