"""
A notebook looks for its secrets while its neighbours write.
"""

from __future__ import annotations

import threading
import time

from typing import TYPE_CHECKING

from closednet.evidence import archive, files
from closednet.evidence.run_folder import RunFolder
from closednet.redact import Secret


if TYPE_CHECKING:
    from pathlib import Path


def test_a_file_that_is_just_replaced_stops_no_one(tmp_path: Path) -> None:
    """
    The files that others write whole are there for a moment under another name.
    """
    folder, enough = RunFolder(tmp_path, "tokyo", "run"), threading.Event()
    folder.journal.record("run")
    secret = Secret("a-value-that-is-kept", name="known")

    def write() -> None:
        while not enough.is_set():
            files.write_text(folder.path / "reports/step.json", "{}\n")
            time.sleep(0.001)

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for _ in range(50):
            archive.scan(folder)
    finally:
        enough.set()
        writer.join()

    assert secret.name in folder.events()[-1].data["secrets"]
