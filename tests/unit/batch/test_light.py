"""
What a batch imports, and what it had better not.
"""

from __future__ import annotations

import subprocess
import sys

import pytest


pytestmark = pytest.mark.slow

PROGRAM = """
import sys
import closednet.batch.rollout
print(sys.modules["rfc3987_syntax"])
"""


def test_a_batch_does_not_build_parsers_that_nobody_needs() -> None:
    """
    One import of jsonschema's costs more than all notebooks of a site.
    """
    shown = subprocess.run(
        [sys.executable, "-c", PROGRAM], check=True, capture_output=True, text=True
    )

    assert "None" == shown.stdout.strip()
