"""
A command's output: masked, and of no weight for the work when nobody reads it.
"""

from __future__ import annotations

import subprocess
import sys


READER_LEFT = """
import os, sys
from closednet.batch import guarding
guarding.install()
reader, writer = os.pipe()
os.close(reader)
os.dup2(writer, 1)
print("x" * 100_000)
sys.stdout.flush()
print("more")
sys.stdout.flush()
print("worked on", file=sys.stderr)
sys.exit(3)
"""


def test_a_reader_that_leaves_does_not_end_the_work() -> None:
    """
    `closednet apply … | head` goes on, and its exit code is its own.
    """
    ended = subprocess.run(
        [sys.executable, "-c", READER_LEFT],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )

    assert "worked on\n" == ended.stderr
    assert 3 == ended.returncode
