"""
A whole rollout of a rehearsed site with three servers, from a cold start.

`plan` and `apply` are closednet's commands, with all the processes that they start: the
notebooks' kernels, and what stands for the servers' shells. The emulator is apart.
Prints medians and keeps them as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time

from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks import measuring, work
from closednet_rehearsal.running import running


RESULTS = Path(__file__).parent / "results/rollout.json"
NOTEBOOKS = 10
FIGURES = ("wall_s", "cpu_s", "peak_mb")


def measure() -> dict[str, dict[str, float]]:
    """
    Return what starting, planning and applying cost once.
    """
    with tempfile.TemporaryDirectory(prefix="closednet-bench-") as temporary:
        folder, began = Path(temporary), time.perf_counter()
        evidence = folder / "evidence"
        with running(folder / "emulator", evidence=evidence) as emulator:
            started = time.perf_counter() - began
            params = os.fspath(emulator.params_file)
            env = emulator.environment(evidence)
            plan = folder / "plan.json"
            found = {"start": {"wall_s": started}}
            found["plan"] = _command(env, "plan", params, "--out", os.fspath(plan))
            digest = json.loads(plan.read_text("utf-8"))["digest"]
            found["apply"] = _command(env, "apply", params, "--approve", digest)
            used = float(emulator.ask("usage")["cpu_seconds"])
            found["emulator"] = {"cpu_s": used}
    return found


def _command(env: dict[str, str], *arguments: str) -> dict[str, float]:
    command = [sys.executable, "-m", "closednet", *arguments]
    cost = measuring.run(command, env, work.ROOT)
    if cost.code:
        raise SystemExit(cost.said[-3000:])
    told = asdict(cost)
    return {name: told[name] for name in FIGURES}


def main() -> int:
    """
    Measure, print and keep.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--json", type=Path, default=RESULTS)
    given = parser.parse_args()
    rounds = [measure() for _ in range(given.rounds)]
    rows: dict[str, Any] = {
        part: {
            name: round(statistics.median(one[part][name] for one in rounds), 2)
            for name in figures
        }
        for part, figures in rounds[0].items()
    }
    heads = ["rollout of 3 servers", "wall s", "CPU s", "MB"]
    lines = [[part, *(f"{r.get(n, '')}" for n in FIGURES)] for part, r in rows.items()]
    measuring.say(measuring.table([heads, *lines]))
    result = {"machine": measuring.machine(), "rounds": given.rounds, "rows": rows}
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
