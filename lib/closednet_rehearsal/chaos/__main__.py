"""
`python -m closednet_rehearsal.chaos`: every case, and a table of what went wrong.
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
from closednet_rehearsal.chaos import table
from closednet_rehearsal.chaos.cases import KINDS, Case
from closednet_rehearsal.chaos.done import ROLLBACK
from closednet_rehearsal.chaos.rollout import rollout
from closednet_rehearsal.chaos.trial import attempt


if TYPE_CHECKING:
    from closednet_rehearsal.chaos.done import Done
    from closednet_rehearsal.chaos.rollout import Rollout
    from closednet_rehearsal.chaos.trial import Verdict

KEY: Final = "cloudwatch-agent-with-access-key"
STEPS: Final = (*registry.NAMES, KEY, ROLLBACK)
FOREIGN: Final = ("AWS_", "CLOSEDNET_")


def main(arguments: list[str] | None = None) -> int:
    """
    Try all cases, print what came of them, and return 1 if any did not converge.
    """
    options = _parser().parse_args(arguments)
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    began = time.monotonic()
    verdicts: list[Verdict] = []
    calls = 0
    with (
        tempfile.TemporaryDirectory(prefix="closednet-chaos-") as folder,
        rollout(Path(folder) / "rollout", options.hosts) as grown,
        ThreadPoolExecutor(options.jobs) as pool,
    ):
        for name in options.step or STEPS:
            done = _done(grown, name)
            chosen = _cases(done, options.kind)
            calls += len(done.targets)
            _say(f"{name}: {len(done.targets)} calls, {len(chosen)} cases")
            folders = [Path(folder) / f"{name}-{n}" for n in range(len(chosen))]
            tried = pool.map(attempt, chosen, [done] * len(chosen), folders)
            for n, verdict in enumerate(tried, 1):
                _say(f"  {n}/{len(chosen)} {table.line(verdict)}")
                verdicts.append(verdict)
    for line in table.closing(verdicts, calls, time.monotonic() - began):
        _say(line)
    return table.exit_code(verdicts)


def _done(grown: Rollout, name: str) -> Done:
    if name == ROLLBACK:
        return grown.undone()
    return grown.with_access_key() if name == KEY else grown.until(name)


def _cases(done: Done, kinds: list[str]) -> list[Case]:
    return [
        Case(target, kind)
        for target in done.targets
        for kind in KINDS
        if not kinds or kind.name in kinds
    ]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m closednet_rehearsal.chaos", description=__doc__
    )
    parser.add_argument("--hosts", type=int, default=3, help="servers (default: 3)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count(), help="cases at the same time"
    )
    parser.add_argument("--step", action="append", choices=STEPS, help="only this step")
    parser.add_argument(
        "--kind",
        action="append",
        default=[],
        choices=[kind.name for kind in KINDS],
        help="only what goes wrong in this way",
    )
    return parser


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
