"""
What the evidence costs: a notebook of trivial cells with and without its hooks.

Prints one line of JSON; `ratio` is the median of paired runs, in turns. `cpu_ratio`
is that of the CPU seconds of kernel and client, which other work on the machine
disturbs less.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import tempfile
import time

from pathlib import Path
from typing import Any

import nbclient
import nbformat


NODES: Any = nbformat.v4
SETUP = """
import secrets
from datetime import UTC, datetime
from pathlib import Path
from closednet.evidence import journal, kernel_hooks
from closednet.redact import Secret
book = journal.Journal(Path({path!r}), run_id="bench", clock=lambda: datetime.now(UTC))
"""
INSTALL = """
kernel_hooks.install(book)
known = [Secret(secrets.token_urlsafe(24), name=f"secret-{n}") for n in range(2)]
"""


Cost = tuple[float, float]


def seconds(cells: int, *, hooks: bool) -> Cost:
    """
    Return how long `cells` trivial cells take after the first one: wall, CPU.
    """
    with tempfile.TemporaryDirectory() as folder:
        first = SETUP.format(path=str(Path(folder) / "journal.jsonl"))
        sources = [first + (INSTALL if hooks else ""), *["1 + 1"] * cells]
        node = NODES.new_notebook(
            cells=[NODES.new_code_cell(source) for source in sources]
        )
        client = nbclient.NotebookClient(node, kernel_name="python3")
        with client.setup_kernel():
            client.execute_cell(node.cells[0], 0)
            begin, used = time.perf_counter(), cpu_seconds(client)
            for number, cell in enumerate(node.cells[1:], start=1):
                client.execute_cell(cell, number)
            wall = time.perf_counter() - begin
            return wall, cpu_seconds(client) - used


def cpu_seconds(client: Any) -> float:
    """
    Return the CPU seconds that this process and its kernel used so far.
    """
    stat = Path(f"/proc/{client.km.provisioner.pid}/stat").read_text()
    user, system = map(int, stat.rpartition(")")[2].split()[11:13])
    return time.process_time() + (user + system) / os.sysconf("SC_CLK_TCK")


def ratio(pairs: list[tuple[Cost, Cost]], which: int) -> float:
    """
    Return the median of the ratios of paired runs.
    """
    return round(
        statistics.median(full[which] / plain[which] for plain, full in pairs), 3
    )


def pair(cells: int, *, turned: bool) -> tuple[Cost, Cost]:
    """
    Return the costs without and with evidence, measured in this order or turned.
    """
    if turned:
        full = seconds(cells, hooks=True)
        return seconds(cells, hooks=False), full
    return seconds(cells, hooks=False), seconds(cells, hooks=True)


def main() -> int:
    """
    Measure in turns and print the result.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cells", type=int, default=400)
    parser.add_argument("--pairs", type=int, default=5)
    given = parser.parse_args()
    # The very first notebook of a process pays for what the others find loaded.
    seconds(10, hooks=False)
    pairs = [pair(given.cells, turned=bool(n % 2)) for n in range(given.pairs)]
    result = {
        "benchmark": "evidence_overhead",
        "cells": given.cells,
        "plain_s": round(statistics.median(plain[0] for plain, _ in pairs), 3),
        "with_evidence_s": round(statistics.median(full[0] for _, full in pairs), 3),
        "ratio": ratio(pairs, 0),
        "cpu_ratio": ratio(pairs, 1),
        "limit": 1.1,
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if float(result["ratio"]) <= float(result["limit"]) else 1


if __name__ == "__main__":
    sys.exit(main())
