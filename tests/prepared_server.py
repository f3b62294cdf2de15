"""
`... PROGRAM DESCRIPTOR`: a process that has imported a program; runs are forks of it.
"""

from __future__ import annotations

import sys

from functools import partial
from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from closednet.batch.fork_kernel import begin
from closednet.batch.fork_server import serve
from closednet.batch.forking import SHARED
from closednet_rehearsal.lean import share_models


if TYPE_CHECKING:
    from closednet.batch.fork_kernel import Order

MODULES: Final = {
    "closednet": (
        *("closednet.cli.audit_command", "closednet.cli.diagnose"),
        *("closednet.cli.evidence_commands", "closednet.cli.params_commands"),
        *("closednet.cli.requests", "closednet.cli.site_commands"),
        *("closednet.evidence.exporter",),
        "closednet.evidence.handover_report.writing",
    ),
    "closednet_rehearsal": ("closednet_rehearsal.assembling",),
}


def _become(program: Any, order: Order, set_by_imports: dict[str, str]) -> None:
    command = begin(order, set_by_imports)
    if command:
        sys.argv[:] = [str(program.__file__), *command[3:]]
        sys.exit(program.main())


def main(name: str, descriptor: str) -> None:
    """
    Serve forks of a program.
    """
    if name == "closednet":
        # All commands share one prepared process for their kernels.
        SHARED.prepare()
    else:
        # Not later: moto reads the models as it is imported.
        share_models()
    program = import_module(f"{name}.__main__")
    serve(descriptor, MODULES[name], partial(_become, program))


if __name__ == "__main__":
    main(*sys.argv[1:])
