"""
Programs in prepared processes: a test with dozens of them would wait for their
imports otherwise. tests/docs/test_readme.py types commands into a shell.
"""

from __future__ import annotations

import asyncio
import os
import sys

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.batch.forked import Wanted
from closednet.batch.forking import ForkServer, born_with


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from closednet.batch.forked import ForkedProcess

SERVER: Final = Path(__file__).with_name("prepared_server.py")


@cache
def _server(program: str, born: frozenset[tuple[str, str]]) -> ForkServer:
    """
    Return the server of a program's runs that are born with this environment.
    """
    del born
    return ForkServer((sys.executable, "-P", os.fspath(SERVER), program))


def fork(
    program: str,
    arguments: Sequence[str],
    env: Mapping[str, str],
    cwd: Path,
    streams: tuple[int, int, int],
) -> ForkedProcess:
    """
    Run what `python -m PROGRAM ARGUMENTS` would be, with the library that `env` names.
    """
    command = (sys.executable, "-m", program, *arguments)
    server = _server(program, frozenset(born_with(env).items()))
    wanted = Wanted(command, env, os.fspath(cwd), streams)
    process = asyncio.run(server.fork(wanted))
    assert process is not None, f"the server of {program} has died"
    return process
