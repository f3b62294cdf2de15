"""
Notebooks of a few cells, executed in a kernel of their own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import nbformat

from jupyter_client.manager import AsyncKernelManager
from nbclient import NotebookClient

from closednet.batch.kernels import SocketKernelManager


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

NODES: Final[Any] = nbformat.v4


class OrdinaryKernelManager(AsyncKernelManager):
    """
    Starts kernels as Jupyter does, without our provisioner.
    """


def run(
    *sources: str,
    manager: type[AsyncKernelManager] = SocketKernelManager,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> list[str]:
    """
    Execute cells in a new kernel and return what each of them printed.
    """
    cells = [NODES.new_code_cell(source) for source in sources]
    client = NotebookClient(
        NODES.new_notebook(cells=cells), kernel_manager_class=manager, timeout=60
    )
    given = {} if env is None else {"env": dict(env)}
    client.execute(cwd=None if cwd is None else str(cwd), **given)
    return ["".join(out.get("text", "") for out in cell.outputs) for cell in cells]


def write(path: Path, *sources: str) -> Path:
    """
    Write a notebook of these cells.
    """
    cells = [NODES.new_code_cell(source) for source in sources]
    path.write_text(NODES.writes(NODES.new_notebook(cells=cells)))
    return path
