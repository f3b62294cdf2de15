"""
A process that has imported what a rehearsal needs; each rehearsal is a fork of it.
"""

from __future__ import annotations

import sys

from typing import TYPE_CHECKING, Final

from closednet.batch.fork_kernel import begin
from closednet.batch.fork_server import serve
from closednet_rehearsal import __main__ as program
from closednet_rehearsal.lean import share_models


if TYPE_CHECKING:
    from closednet.batch.fork_kernel import Order

MODULES: Final = ("closednet_rehearsal.assembling",)


def _become_rehearsal(order: Order, set_by_imports: dict[str, str]) -> None:
    command = begin(order, set_by_imports)
    if command:
        sys.argv[:] = [str(program.__file__), *command[3:]]
        sys.exit(program.main())


if __name__ == "__main__":
    # Not later: moto reads the models as it is imported.
    share_models()
    serve(sys.argv[1], MODULES, _become_rehearsal)
