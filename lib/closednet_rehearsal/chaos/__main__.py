"""
`python -m closednet_rehearsal.chaos`: every case, and a table of what went wrong.
"""

from __future__ import annotations

import argparse
import itertools
import os
import sys
import tempfile
import time

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet import registry
from closednet_rehearsal.chaos.cases import KINDS, Case
from closednet_rehearsal.chaos.rollout import rollout
from closednet_rehearsal.chaos.trial import attempt


if TYPE_CHECKING:
    from closednet_rehearsal.chaos.rollout import Done
    from closednet_rehearsal.chaos.trial import Verdict

KEY: Final = "cloudwatch-agent-with-access-key"
STEPS: Final = (*registry.NAMES, KEY)
FOREIGN: Final = ("AWS_", "CLOSEDNET_")


def main() -> int:
    """
    Try all cases, print what came of them, and return 1 if any did not converge.
    """
    options = _parser().parse_args()
    for name in [name for name in os.environ if name.startswith(FOREIGN)]:
        del os.environ[name]
    began = time.monotonic()
    verdicts: list[Verdict] = []
    calls = 0
    with (
        tempfile.TemporaryDirectory(prefix="closednet-chaos-") as folder,
        rollout(Path(folder), options.hosts) as grown,
        ThreadPoolExecutor(options.jobs) as pool,
    ):
        numbers = itertools.count()
        for name in options.step or STEPS:
            done = grown.with_access_key() if name == KEY else grown.until(name)
            calls += len(done.targets)
            chosen = _cases(done, options.kind)
            _say(f"{name}: {len(done.targets)} calls, {len(chosen)} cases")
            tried = pool.map(
                lambda case, done=done: attempt(
                    case, done, Path(folder) / f"case-{next(numbers)}"
                ),
                chosen,
            )
            for verdict in tried:
                _say(_line(verdict))
                verdicts.append(verdict)
    return _closing(verdicts, calls, time.monotonic() - began)


def _cases(done: Done, kinds: list[str]) -> list[Case]:
    return [
        Case(target, kind)
        for target in done.targets
        for kind in KINDS
        if not kinds or kind.name in kinds
    ]


def _line(verdict: Verdict) -> str:
    end = "converged" if verdict.converged else "DID NOT CONVERGE"
    return f"  {verdict.case}: {verdict.first or 'no end'}, {end}"


def _closing(verdicts: list[Verdict], calls: int, took_s: float) -> int:
    failed = [verdict for verdict in verdicts if not verdict.converged]
    good = len(verdicts) - len(failed)
    _say(
        f"{calls} writing calls, {len(verdicts)} cases, {good} converged,"
        f" {len(failed)} did not; {took_s:.0f} s"
    )
    for verdict in failed:
        _say(f"{verdict.case} (first run: {verdict.first or 'no end'})")
        for problem in verdict.problems:
            _say(f"    {problem}")
    return 1 if failed or not verdicts else 0


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
