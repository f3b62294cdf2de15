"""
`make lab`: JupyterLab on a running rehearsal.
"""

from __future__ import annotations

import subprocess
import sys

from pathlib import Path
from typing import Final

from closednet_rehearsal.running import running


PARAMS: Final = "params/rehearsal.yaml"


def main() -> int:
    """
    Start a rehearsal, open JupyterLab on it, and stop both together.
    """
    root = Path.cwd()
    with running(root / ".rehearsal", evidence=root / "evidence") as rehearsal:
        command = [sys.executable, "-m", "closednet", "lab", PARAMS]
        env = rehearsal.environment(root / "evidence")
        try:
            return subprocess.call(command, env=env)  # noqa: S603 - our own command
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main())
