"""
Reading a parameters file: YAML without its traps, judged as a whole.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.params.site import SiteParams


def load(path: str | Path) -> SiteParams:
    """
    Return the parameters in `path`.

    Raises:
        ParamsError: Something is wrong; all problems are named at once.
    """
    raise ValueError(str(path))
