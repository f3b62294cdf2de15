"""
Rehearsals that begin at once: each is a fork of a process that has imported them.
"""

from __future__ import annotations

import os

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal import running as programs
from tests import prepared


if TYPE_CHECKING:
    from collections.abc import Sequence

    from closednet_rehearsal.running import Process


def begin(arguments: Sequence[str]) -> Process:
    """
    Run `closednet-rehearsal`; what it prints on standard output nobody reads.
    """
    with Path(os.devnull).open("r+b") as null:
        streams = (null.fileno(), null.fileno(), 2)
        return prepared.fork(
            "closednet_rehearsal", arguments, os.environ, Path.cwd(), streams
        )


running: Final = partial(programs.running, begin=begin)
