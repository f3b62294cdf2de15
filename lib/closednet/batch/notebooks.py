"""
Where the model notebooks are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Final

from closednet.errors import PreconditionError


NAME: Final = "notebooks"
FIRST: Final = "00-preflight.ipynb"
ROLLBACK: Final = "90-rollback"
EVIDENCE: Final = "99-evidence"


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
