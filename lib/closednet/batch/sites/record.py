"""
The record of a batch: what it does, on the disk before the next site begins.

It tells people and the next attempt what was done. It proves nothing: the evidence of
each site does that, and whoever resumes looks at the site again.
"""

from __future__ import annotations

import getpass
import platform

from dataclasses import asdict
from typing import TYPE_CHECKING, Final

from closednet.evidence import journal, runs
from closednet.evidence.run_folder import utc_now


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from contextlib import AbstractContextManager
    from datetime import datetime
    from pathlib import Path

    from closednet.batch.sites.rows import Row

FOLDER: Final = "_batches"  # no site can have this name
JOURNAL: Final = "batch.jsonl"
LOGS: Final = "logs"


class Record:
    """
    The folder of one batch: its journal, a log for each site, and its page.
    """

    def __init__(
        self, folder: Path, *, clock: Callable[[], datetime] = utc_now
    ) -> None:
        self.folder = folder
        self.journal = journal.Journal(
            folder / JOURNAL, run_id=folder.name, clock=clock
        )

    def held(self) -> AbstractContextManager[None]:
        """
        Hold the batch: nobody else works on the same one.

        Raises:
            BusyError: Somebody does.
        """
        name = f"{self.folder.parent.name}/{self.folder.name}"
        root = self.folder.parent.parent
        return runs.site_lock(root, name, run_id=f"batch {self.folder.name}")

    def log_of(self, site: str) -> Path:
        """
        Return where the words of a site's worker and kernels go.
        """
        return self.folder / LOGS / f"{site}.log"

    def begin(self, verb: str, every: Iterable[Row], workers: str) -> None:
        """
        Note that the batch begins, or goes on.
        """
        self.journal.record(
            "batch-started",
            verb=verb,
            sites=[row.site for row in every],
            workers=workers,
            by=getpass.getuser(),
            machine=platform.node(),
        )

    def end(self, stopped: str, counts: dict[str, int]) -> None:
        """
        Note that the batch has come to its end, and why if too early.
        """
        self.journal.record("batch-ended", stopped=stopped, counts=counts)

    def done_runs(self, digests: dict[str, str]) -> dict[str, str]:
        """
        Return the runs in which sites were finished under these digests.
        """
        done: dict[str, str] = {}
        for event in journal.read(self.journal.path):
            data = event.data
            if event.kind == "site-ended" and data["result"]:
                told = data["result"]
                same = told["digest"] == digests.get(data["site"])
                if told["code"] == 0 and same and told["run"]:
                    done[data["site"]] = told["run"]
                else:
                    done.pop(data["site"], None)
        return done

    def begun(self, row: Row) -> None:
        """
        Note that a worker has begun with a site.
        """
        self.journal.record(
            "site-started", site=row.site, beginning=row.begun, where=row.where
        )

    def stepped(self, row: Row) -> None:
        """
        A notebook that begins stands in the journal of the run.
        """

    def lost(self, row: Row, why: str) -> None:
        """
        Note that a site is begun again, and why.
        """
        self.journal.record("site-lost", site=row.site, at=row.step, why=why)

    def ended(self, row: Row) -> None:
        """
        Note how a site ended.
        """
        told = asdict(row.result) if row.result else None
        self.journal.record(
            "site-ended",
            site=row.site,
            state=row.state,
            remarks=list(row.remarks),
            result=told,
        )

    def ticked(self, every: Iterable[Row]) -> None:
        """
        Time alone is nothing to note.
        """
