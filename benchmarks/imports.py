"""
What it costs a kernel to import closednet, over what boto3 costs by itself.

`prepared` is a kernel from the fork server, as the batch, `closednet lab` and nbval
use it; `ordinary` is a Python of its own. Milliseconds of CPU time, medians. Prints
one line of JSON.
"""

from __future__ import annotations

import argparse
import importlib
import json
import statistics
import subprocess
import sys

from typing import Any, Final


LIMIT_MS: Final = 150.0
IMPORT: Final = """
import time
began = time.process_time()
import boto3
between = time.process_time()
from closednet.run import open_run
print(round((between - began) * 1000, 1), round((time.process_time() - between) * 1000, 1))
"""


def ordinary() -> tuple[float, float]:
    """
    Return what boto3 and closednet cost in a Python of their own.
    """
    command = [sys.executable, "-c", IMPORT]
    shown = subprocess.run(command, check=True, capture_output=True, text=True).stdout  # noqa: S603 - our own
    return read(shown)


def prepared() -> tuple[float, float]:
    """
    Return what they cost in a kernel from the fork server.
    """
    importlib.import_module("closednet.batch.light")
    client: Any = importlib.import_module("nbclient").NotebookClient
    nodes: Any = importlib.import_module("nbformat").v4
    kernels: Any = importlib.import_module("closednet.batch.kernels")
    cell = nodes.new_code_cell(IMPORT)
    node = nodes.new_notebook(cells=[cell])
    client(node, kernel_manager_class=kernels.SocketKernelManager).execute()
    return read("".join(output.text for output in cell.outputs))


def read(shown: str) -> tuple[float, float]:
    """
    Return the two figures that were printed.
    """
    first, second = map(float, shown.split())
    return first, second


def main() -> int:
    """
    Measure and print the result.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    given = parser.parse_args()
    alone = [ordinary() for _ in range(given.rounds)]
    forked = [prepared() for _ in range(given.rounds)]
    prepared_ms = statistics.median(ours for _, ours in forked)
    result = {
        "benchmark": "imports",
        "boto3_ms": statistics.median(boto3 for boto3, _ in alone),
        "ordinary_over_boto3_ms": statistics.median(ours for _, ours in alone),
        "prepared_over_boto3_ms": prepared_ms,
        "limit_ms": LIMIT_MS,
    }
    sys.stdout.write(json.dumps(result) + "\n")
    return 0 if prepared_ms <= LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
