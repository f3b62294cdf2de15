"""
The project's files as somebody who clones it gets them.
"""

from __future__ import annotations

import subprocess

from functools import cache
from pathlib import Path


ROOT = Path(__file__).parents[2]
BINARY = {".png", ".ico", ".woff2", ".zip", ".pub", ".gpg"}


@cache
def texts() -> dict[str, str]:
    """
    Return every text file, tracked or about to be, by its path.
    """
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "-z"],
        check=True,
        capture_output=True,
        text=True,
        cwd=ROOT,
    ).stdout
    return {
        name: (ROOT / name).read_text("utf-8")
        for name in sorted(filter(None, listed.split("\0")))
        if (ROOT / name).is_file() and Path(name).suffix not in BINARY
    }
