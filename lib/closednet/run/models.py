"""
The model notebooks: where they are, and the digests of their code cells.
"""

from __future__ import annotations

import json

from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import PreconditionError


if TYPE_CHECKING:
    from collections.abc import Mapping

NAME: Final = "notebooks"
FIRST: Final = "00-preflight.ipynb"
PARAMETERS: Final = "parameters"


def notebooks_folder() -> Path:
    """
    Return the folder of the model notebooks: of this checkout, or above here.

    Raises:
        PreconditionError: It is nowhere to be found.
    """
    roots = (Path.cwd(), *Path.cwd().parents, Path(__file__).resolve().parents[3])
    for root in roots:
        if (root / NAME / FIRST).is_file():
            return root / NAME
    raise PreconditionError(
        "the notebooks are not here", hint="run closednet inside its checkout"
    )


def notebooks() -> tuple[Path, ...]:
    """
    Return the model notebooks in their order.
    """
    return tuple(sorted(notebooks_folder().glob("*.ipynb")))


def cells_of(notebook: Path) -> tuple[str, ...]:
    """
    Return the SHA-256 of each code cell's source but the parameters', in order.
    """
    content: Mapping[str, Any] = json.loads(notebook.read_text("utf-8"))
    return tuple(
        source_digest("".join(cell["source"]))
        for cell in content["cells"]
        if cell["cell_type"] == "code"
        and PARAMETERS not in cell["metadata"].get("tags", ())
    )


def source_digest(source: str) -> str:
    """
    Return the SHA-256 of a cell's source, as a kernel keeps it.
    """
    return sha256(source.rstrip("\n").encode()).hexdigest()
