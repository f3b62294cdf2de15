"""
`make bench`: all benchmarks, their tables, and docs/performance.md from what they kept.

`python -m benchmarks.bench [--quick] [PART ...]` runs single parts; each of them is a
module that runs by itself, too.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys

from pathlib import Path
from typing import NamedTuple

from benchmarks import measuring, performance


HERE = Path(__file__).parent


class Part(NamedTuple):
    """
    A script, its arguments, and those for a quick look.

    One that does not keep its result itself prints it as its last line.
    """

    script: str
    full: tuple[str, ...]
    quick: tuple[str, ...]
    keeps: bool = True


PARTS = {
    "aws-side": Part("aws_side", (), ("--rounds", "1", "closednet", "boto3")),
    "rollout": Part("rollout", (), ("--rounds", "1")),
    "kernels": Part("kernels", (), ("--rounds", "1", "--notebooks", "3"), keeps=False),
    "imports": Part("imports", (), ("--rounds", "1"), keeps=False),
    "evidence": Part(
        "evidence_overhead", (), ("--pairs", "1", "--cells", "100"), keeps=False
    ),
    "fleet": Part("fleet", (), ("10",)),
    "sites": Part("sites", (), ("1", "--scaled", "2")),
}


def run(name: str, part: Part, results: Path, *, quick: bool) -> bool:
    """
    Run one part and keep what it found; return whether it could be measured.

    A part whose figures miss their mark ends with 1: the figures say so themselves.
    """
    measuring.say(f"== {name}")
    command = [sys.executable, "-m", f"benchmarks.{part.script}"]
    command += part.quick if quick else part.full
    file = results / f"{name}.json"
    if part.keeps:
        code = subprocess.call([*command, "--json", str(file)])  # noqa: S603 - our own
        return code <= 1 and file.is_file()
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - our own
    measuring.say(done.stdout.rstrip())
    try:
        found = json.loads(done.stdout.strip().splitlines()[-1])
    except (IndexError, ValueError):
        return False
    kept = {"machine": measuring.machine(), **found}
    file.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n", "utf-8")
    return True


def main() -> int:
    """
    Run the parts that are named, by default all.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=", ".join(PARTS))
    parser.add_argument(
        "--quick", action="store_true", help="small sizes, one round; nothing is kept"
    )
    given = parser.parse_args()
    unknown = [name for name in given.parts if name not in PARTS]
    if unknown:
        parser.error(f"there is no {', '.join(unknown)}; there are {', '.join(PARTS)}")
    results = HERE.parent / ".bench/quick" if given.quick else performance.RESULTS
    results.mkdir(parents=True, exist_ok=True)
    names = given.parts or list(PARTS)
    failed = [
        name for name in names if not run(name, PARTS[name], results, quick=given.quick)
    ]
    if not given.quick:
        performance.write()
        measuring.say(f"written: {performance.PAGE.name}")
    for name in failed:
        measuring.say(f"could not be measured: {name}")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
