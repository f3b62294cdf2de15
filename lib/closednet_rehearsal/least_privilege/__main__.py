"""
Prove every statement of every generated policy, and print how.
"""

from __future__ import annotations

import argparse
import sys
import tempfile

from pathlib import Path
from typing import TYPE_CHECKING

from closednet_rehearsal.least_privilege import proofs
from closednet_rehearsal.least_privilege.bench import Bench
from closednet_rehearsal.least_privilege.table import line, summary
from closednet_rehearsal.running import running


if TYPE_CHECKING:
    from closednet_rehearsal.least_privilege.sweep import Outcome


def main(arguments: list[str] | None = None) -> int:
    """
    Run the proofs in rehearsals of their own; 1 if one statement is not needed.
    """
    options = _parser().parse_args(arguments)
    outcomes: list[Outcome] = []

    def told(outcome: Outcome) -> None:
        outcomes.append(outcome)
        sys.stdout.write(f"{line(outcome)}\n")
        sys.stdout.flush()

    with tempfile.TemporaryDirectory() as folder:
        work, evidence = Path(folder, "rehearsal"), Path(folder, "evidence")
        with running(work, hosts=options.hosts, evidence=evidence) as rehearsal:
            bench = Bench(rehearsal, evidence)
            bench.enter()
            unneeded = proofs.everything(bench, told, by_action=options.actions)
    sys.stdout.write(f"{summary(outcomes, unneeded)}\n")
    return 0 if not unneeded and all(each.caught for each in outcomes) else 1


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m closednet_rehearsal.least_privilege", description=__doc__
    )
    parser.add_argument(
        "--actions",
        action="store_true",
        help="take away single actions of the operator, not only statements",
    )
    parser.add_argument(
        "--hosts", type=int, default=1, help="servers on premises (default: 1)"
    )
    return parser


if __name__ == "__main__":
    sys.exit(main())
