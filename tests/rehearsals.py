"""
Rehearsals in prepared processes: each test with one would wait for its imports.
tests/docs/test_readme.py and tests/rehearsal_aws/test_command_line.py start real ones.
"""

from __future__ import annotations

import asyncio
import os
import sys

from functools import cache, partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.batch.forked import Wanted
from closednet.batch.forking import ForkServer, born_with
from closednet_rehearsal import running as programs


if TYPE_CHECKING:
    from collections.abc import Sequence

    from closednet_rehearsal.running import Process

SERVER: Final = Path(__file__).with_name("rehearsal_server.py")


@cache
def _server(born: frozenset[tuple[str, str]]) -> ForkServer:
    """
    Return the server of rehearsals that are born with this environment.
    """
    del born
    return ForkServer((sys.executable, "-P", os.fspath(SERVER)))


def begin(arguments: Sequence[str]) -> Process:
    """
    Run `closednet-rehearsal` as a fork of a process that has imported it.
    """
    command = (sys.executable, "-m", "closednet_rehearsal", *arguments)
    server = _server(frozenset(born_with(os.environ).items()))
    with Path(os.devnull).open("r+b") as null:
        streams = (null.fileno(), null.fileno(), 2)
        wanted = Wanted(command, os.environ, os.fspath(Path.cwd()), streams)
        process = asyncio.run(server.fork(wanted))
    assert process is not None, "the server of rehearsals has died"
    return process


running: Final = partial(programs.running, begin=begin)
