"""
`python -m closednet_rehearsal.trouble`: every trouble, and whether it was understood.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
import time

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet import registry
from closednet_rehearsal.lean import share_models


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet_rehearsal.trouble.trial import Verdict
    from closednet_rehearsal.trouble.trouble import Trouble

FOREIGN: Final = ("AWS_", "CLOSEDNET_")
BAD_INPUT: Final = 2


def main(arguments: list[str] | None = None) -> int:
    """
    Try the troubles, print a table, and return 1 if anything is wrong with one.
    """
    share_models()
    from closednet_rehearsal.trouble import commands, table  # noqa: PLC0415

    options = _parser().parse_args(arguments)
    problem = commands.unknown(options.fault)
    if problem:
        sys.stderr.write(f"{problem}\n")
        return BAD_INPUT
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    began = time.monotonic()
    _say(table.HEADING)
    verdicts = try_all(
        _chosen(options.fault), options.hosts, options.jobs, mend=not options.stop
    )
    for text in table.closing(verdicts, time.monotonic() - began):
        _say(text)
    if not options.fault and table.DOCUMENT.is_file():
        _write_document()
    return table.exit_code(verdicts)


def try_all(
    troubles: Iterable[Trouble], hosts: int, jobs: int, *, mend: bool = True
) -> list[Verdict]:
    """
    Try troubles on branches of one rollout, in the order of the steps.
    """
    from closednet_rehearsal.chaos.rollout import rollout  # noqa: PLC0415
    from closednet_rehearsal.trouble import table, trial  # noqa: PLC0415

    verdicts: list[Verdict] = []
    with (
        tempfile.TemporaryDirectory(prefix="closednet-faults-") as folder,
        rollout(Path(folder) / "rollout", hosts) as grown,
        ThreadPoolExecutor(jobs) as pool,
    ):
        by_step: dict[str, list[Trouble]] = {name: [] for name in registry.NAMES}
        for trouble in troubles:
            by_step[trouble.begins].append(trouble)
        for step, several in by_step.items():
            if not several:
                continue
            begun = grown.before(step)
            tried = [
                pool.submit(
                    trial.attempt, one, begun, Path(folder) / one.name, mend=mend
                )
                for one in several
            ]
            for future in tried:
                verdict = future.result()
                _say(table.line(verdict))
                verdicts.append(verdict)
    return verdicts


def _chosen(names: list[str]) -> list[Trouble]:
    from closednet_rehearsal.trouble.catalogue import CATALOGUE  # noqa: PLC0415

    return [one for one in CATALOGUE.values() if not names or one.name in names]


def _write_document() -> None:
    from closednet_rehearsal.trouble import table  # noqa: PLC0415

    text = table.DOCUMENT.read_text("utf-8")
    table.DOCUMENT.write_text(table.with_table(text, _chosen([])), "utf-8")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m closednet_rehearsal.trouble", description=__doc__
    )
    parser.add_argument("--hosts", type=int, default=3, help="servers (default: 3)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="troubles at the same time"
    )
    parser.add_argument(
        "--fault", action="append", default=[], metavar="NAME", help="only this one"
    )
    parser.add_argument(
        "--stop", action="store_true", help="do not try whether mending it helps"
    )
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
