"""
A process that has imported what commands need; each command is a fork of it.
"""

from __future__ import annotations

import sys

from typing import TYPE_CHECKING, Final

from closednet import __main__ as program
from closednet.batch.fork_kernel import begin
from closednet.batch.fork_server import serve
from closednet.batch.forking import SHARED


if TYPE_CHECKING:
    from closednet.batch.fork_kernel import Order

MODULES: Final = (
    *("closednet.cli.audit_command", "closednet.cli.diagnose"),
    *("closednet.cli.evidence_commands", "closednet.cli.params_commands"),
    *("closednet.cli.requests", "closednet.cli.site_commands"),
    *("closednet.evidence.exporter", "closednet.evidence.handover_report.writing"),
)


def _become_command(order: Order, set_by_imports: dict[str, str]) -> None:
    command = begin(order, set_by_imports)
    if command:
        sys.argv[:] = [str(program.__file__), *command[3:]]
        sys.exit(program.main())


if __name__ == "__main__":
    # All commands share one prepared process for their kernels.
    SHARED.prepare()
    serve(sys.argv[1], MODULES, _become_command)
