"""
Shorter waits on a branch: what never comes need not be waited for as at a site.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

import yaml


if TYPE_CHECKING:
    from closednet_rehearsal.branching import Branch

TIMEOUT_S: Final = 6.0


def hurry(branch: Branch) -> None:
    """
    Let closednet on this branch give up waiting soon.
    """
    file = Path(branch.ready.connection_file)
    connection = yaml.safe_load(file.read_text("utf-8"))
    connection["timeout_s"] = TIMEOUT_S
    file.write_text(yaml.safe_dump(connection, sort_keys=False), "utf-8")
