"""
`python -m closednet_rehearsal.many`: a batch of rehearsed sites that is treated badly.

A worker and a kernel are killed, three sites are faulty: exactly those three are not
done, and the resume does only what is left.
"""

from __future__ import annotations

import argparse
import signal
import sys
import tempfile
import time

from pathlib import Path
from typing import TYPE_CHECKING

from closednet_rehearsal.many.sites import many_sites
from closednet_rehearsal.many.trial import attempt


if TYPE_CHECKING:
    from closednet_rehearsal.many.trial import Outcome


def main(arguments: list[str] | None = None) -> int:
    """
    Try it, print the figures, and return 1 if a promise was not kept.
    """
    options = _parser().parse_args(arguments)
    # Whoever ends us ends all the sites, too.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    workers = ["--workers", str(options.workers)] if options.workers else []
    began = time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="closednet-many-") as folder,
        many_sites(Path(folder) / "many", options.sites) as sites,
    ):
        _say(f"{options.sites} rehearsed sites in {time.monotonic() - began:.1f} s")
        outcome = attempt(sites, workers)
    for line in figures(outcome):
        _say(line)
    for line in outcome.broken:
        _say(f"NOT KEPT  {line}")
    if not outcome.broken:
        _say("kept: exactly the faulty sites were not done; the resume did the rest")
    return 1 if outcome.broken else 0


def figures(outcome: Outcome) -> list[str]:
    """
    Return what was measured, a line each command.

    The CPU time holds that of scripts on the simulated servers, not that of AWS.
    """
    lines = []
    for name, told in outcome.told.items():
        seconds, sites = outcome.seconds[name], told.get("sites", [])
        memory = [row.get("memory_mb", 0.0) for row in sites] or [0.0]
        counts = ", ".join(f"{n} {state}" for state, n in told["counts"].items())
        lines.append(
            f"{name:<12} {seconds:7.1f} s, {60 * len(sites) / seconds:6.1f} sites a"
            f" minute, {outcome.cpu_seconds[name] / max(1, len(sites)):5.2f} CPU s a site; "
            f"{counts}; a worker holds {memory[0]:.0f} to {max(memory):.0f} MB"
        )
    killed = ", ".join(f"{pid} ({site})" for site, pid in outcome.killed.items())
    return [*lines, f"killed: {killed}"]


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="closednet_rehearsal.many")
    parser.add_argument("sites", type=int, nargs="?", default=100)
    parser.add_argument("--workers", type=int, metavar="N")
    return parser


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
