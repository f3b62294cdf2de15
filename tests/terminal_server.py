"""
A process that has imported what commands need; each command is a fork of it.
"""

from __future__ import annotations

import gc
import importlib
import os
import socket
import sys

from functools import partial
from pathlib import Path
from typing import Final

from closednet import __main__ as program
from closednet.aws.account import Account
from closednet.aws.models import read_models
from closednet.batch.fork_kernel import Ending, Order, begin
from closednet.batch.fork_server import Server


MODULES: Final = (
    *("closednet.cli.audit_command", "closednet.cli.diagnose"),
    *("closednet.cli.evidence_commands", "closednet.cli.params_commands"),
    *("closednet.cli.requests", "closednet.cli.site_commands"),
    *("closednet.evidence.exporter", "closednet.evidence.handover_report.writing"),
)


def main(arguments: list[str]) -> None:
    """
    Serve the socket whose descriptor is given; a fork goes on as a command.
    """
    if sys.path[0] == os.fspath(Path.cwd()):
        del sys.path[0]
    ending = Ending()
    control = socket.socket(fileno=int(arguments[0]))
    before = dict(os.environ)
    for name in MODULES:
        importlib.import_module(name)
    read_models(Account.services())
    gc.collect()
    gc.freeze()
    set_by_imports = dict(os.environ.items() - before.items())
    order = Server(control).serve()
    if order is not None:
        ending.run(partial(_become_command, order, set_by_imports))


def _become_command(order: Order, set_by_imports: dict[str, str]) -> None:
    command = begin(order, set_by_imports)
    if command:
        sys.argv[:] = [str(program.__file__), *command[3:]]
        sys.exit(program.main())


if __name__ == "__main__":
    main(sys.argv[1:])
