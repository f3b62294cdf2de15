"""
What a kernel costs: notebooks that only import closednet, run in three ways.

`papermill` is its command once a notebook, `ordinary` one process with Jupyter's
own kernels, `forked` the same with ours, start of the fork server included. Each
way runs in a process of its own, in turns; times are of the whole process tree.
Prints a table of medians and one line of JSON; `ratio` is of CPU time.
"""

from __future__ import annotations

import argparse
import importlib
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time

from pathlib import Path
from typing import Any, Final, NamedTuple


WAYS: Final = ("papermill", "ordinary", "forked")
LIMIT: Final = 9.0
CELLS: Final = ("from closednet.run import open_run", "print(open_run.__name__)")


class Cost(NamedTuple):
    """
    Seconds of a process tree.
    """

    wall: float
    cpu: float


def notebook() -> str:
    """
    Return a notebook of trivial cells.
    """
    cell: dict[str, Any] = {
        "cell_type": "code",
        "execution_count": None,
        "metadata": {},
        "outputs": [],
    }
    cells = [cell | {"id": f"c{n}", "source": text} for n, text in enumerate(CELLS)]
    spec = {"name": "python3", "display_name": "Python 3", "language": "python"}
    metadata = {"kernelspec": spec}
    whole = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(whole)


def execute(way: str, count: int) -> None:
    """
    Run `count` notebooks in this process, in kernels of their own.
    """
    importlib.import_module("closednet.batch.light")
    client: Any = importlib.import_module("nbclient").NotebookClient
    nodes: Any = importlib.import_module("nbformat")
    kernels: Any = importlib.import_module("closednet.batch.kernels")
    chosen = {"kernel_manager_class": kernels.SocketKernelManager}
    for _ in range(count):
        node = nodes.reads(notebook(), as_version=4)
        client(node, **(chosen if way == "forked" else {})).execute()


def measured(way: str, count: int) -> Cost:
    """
    Return what `count` notebooks cost.
    """
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "trivial.ipynb"
        source.write_text(notebook())
        again = [sys.executable, __file__, "--only", way, "--notebooks", str(count)]
        papermill = [sys.executable, "-m", "papermill", "--no-progress-bar"]
        papermill += [os.fspath(source), os.fspath(Path(folder) / "out.ipynb")]
        commands = [papermill] * count if way == "papermill" else [again]
        before, began = os.times(), time.perf_counter()
        for command in commands:
            subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # noqa: S603 - our own
        wall, after = time.perf_counter() - began, os.times()
    user = after.children_user - before.children_user
    return Cost(wall, user + after.children_system - before.children_system)


def table(medians: dict[str, Cost]) -> str:
    """
    Return the medians and how they compare with ours.
    """
    ours = medians["forked"]
    lines = [f"{'way':10} {'wall s':>8} {'CPU s':>8} {'wall x':>8} {'CPU x':>8}"]
    lines += [
        f"{way:10} {cost.wall:8.2f} {cost.cpu:8.2f}"
        f" {cost.wall / ours.wall:8.1f} {cost.cpu / ours.cpu:8.1f}"
        for way, cost in medians.items()
    ]
    return "\n".join(lines)


def main() -> int:
    """
    Measure in turns and print the result.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--notebooks", type=int, default=11)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=WAYS[1:], help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.only:
        execute(given.only, given.notebooks)
        return 0
    rounds = [
        {way: measured(way, given.notebooks) for way in WAYS}
        for _ in range(given.rounds)
    ]
    medians = {
        way: Cost(
            statistics.median(one[way].wall for one in rounds),
            statistics.median(one[way].cpu for one in rounds),
        )
        for way in WAYS
    }
    ratio = statistics.median(
        one["papermill"].cpu / one["forked"].cpu for one in rounds
    )
    result = {
        "benchmark": "kernels",
        "notebooks": given.notebooks,
        **{f"{way}_cpu_s": round(cost.cpu, 2) for way, cost in medians.items()},
        **{f"{way}_wall_s": round(cost.wall, 2) for way, cost in medians.items()},
        "ratio": round(ratio, 1),
        "at_least": LIMIT,
    }
    sys.stdout.write(f"{table(medians)}\n{json.dumps(result)}\n")
    return 0 if ratio >= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
