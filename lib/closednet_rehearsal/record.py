"""
`make record`: executes the notebooks in a rehearsal and keeps their outputs.

Each notebook runs twice, as with a person: the first pass stops for approval,
the second carries the digest that the first one showed.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import tempfile

from pathlib import Path
from typing import Final

from closednet.batch.execute import Outcome, execute
from closednet_rehearsal.running import running


PARAMS: Final = "params/rehearsal.yaml"
RUN_ID: Final = "recorded"
DIGEST: Final = re.compile(r'approve(?: =)? "([0-9a-f]{20})"')
TIMEOUT_S: Final = 300


def record(notebooks: Path, target: Path) -> int:
    """
    Execute every notebook in order into `target`; 1 if one of them fails.
    """
    with tempfile.TemporaryDirectory() as folder:
        evidence = Path(folder) / "evidence"
        with running(Path(folder) / "rehearsal", evidence=evidence) as rehearsal:
            os.environ.update(rehearsal.environment(evidence))
            for notebook in sorted(notebooks.glob("*.ipynb")):
                outcome = _twice(notebook, target / notebook.name)
                print(f"{notebook.stem}: {outcome.error or 'recorded'}", flush=True)
                if not outcome.ok:
                    print(outcome.message)
                    return 1
    return 0


def _twice(notebook: Path, target: Path) -> Outcome:
    given = {"params_file": PARAMS, "run_id": RUN_ID}
    outcome = execute(notebook, target, given, timeout_s=TIMEOUT_S)
    if outcome.error != "ApprovalError":
        return outcome
    found = DIGEST.search(outcome.message)
    if found is None:
        return outcome
    given["approve"] = found.group(1)
    return execute(notebook, target, given, timeout_s=TIMEOUT_S)


def main() -> int:
    """
    Record all notebooks anew; the old recordings stay if one fails.
    """
    notebooks = Path("notebooks")
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder)
        code = record(notebooks, target)
        if code == 0:
            shutil.copytree(target, notebooks / "recorded", dirs_exist_ok=True)
    return code


if __name__ == "__main__":
    sys.exit(main())
