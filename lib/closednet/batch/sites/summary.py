"""
How a batch ended: a table for people, JSON for scripts, a page for the archive.
"""

from __future__ import annotations

import os

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from closednet.batch.sites import rows
from closednet.batch.sites.approved import FILE, BatchPlan
from closednet.batch.sites.progress import duration
from closednet.batch.sites.record import LOGS
from closednet.batch.sites.schedule import BY_HAND
from closednet.evidence import files, pages
from closednet.evidence.journal import stamp
from closednet.render.tables import Table


if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime
    from pathlib import Path

    from closednet.batch.sites.orders import Result, Verb
    from closednet.batch.sites.rows import Row

PAGE: Final = "index.html"
MOST_SHOWN: Final = 60
WIDEST: Final = 60
LONGEST: Final = 160
FIGURES: Final[Mapping[str, tuple[str, ...]]] = {
    "plan": ("changes", "by hand", "USD a month"),
    "apply": ("done", "checks", "passed"),
    "verify": ("checks", "passed"),
}
GO_ON: Final = (
    "mend what is named here, then run the same command again: sites that are done"
    " are looked at and left alone"
)
INTERRUPTED_EXIT: Final = 130
BROKEN_EXIT: Final = 5


@dataclass(frozen=True, slots=True)
class Summary:
    """
    A batch that has ended; `stopped` says why, if before its time.

    It is `broken` if what stopped it lies in no site: the disk, or the workers.
    """

    verb: Verb
    folder: Path
    evidence: Path
    rows: tuple[Row, ...]
    began: datetime
    seconds: float
    workers: str
    stopped: str = ""
    broken: bool = False
    simulated: bool = False
    plan: BatchPlan = field(default_factory=lambda: BatchPlan({}))

    @property
    def counts(self) -> dict[str, int]:
        """
        How many sites are in which state.
        """
        return dict(Counter(row.state for row in self.rows))

    @property
    def exit_code(self) -> int:
        """
        The exit code of the command: 0 only if every site is done.
        """
        if self.stopped == BY_HAND:
            return INTERRUPTED_EXIT
        if self.broken:
            return BROKEN_EXIT
        return 0 if self.counts == {rows.DONE: len(self.rows)} else 1

    @property
    def verdict(self) -> str:
        """
        All of it in one line.
        """
        count = ", ".join(f"{n} {state}" for state, n in self.counts.items())
        took = f"{duration(self.seconds)} with {self.workers}"
        stopped = f"; stopped: {self.stopped}" if self.stopped else ""
        return f"{len(self.rows)} sites: {count}; {took}{stopped}"

    def heads(self) -> tuple[str, ...]:
        """
        Return the headings of the table.
        """
        last = "digest" if self.verb == "plan" else "run"
        lasts = () if self.verb == "verify" else (last,)
        return ("", "site", "state", *FIGURES[self.verb], *lasts, "took", "why")

    def text(self) -> str:
        """
        Return the table for a terminal: every site, or of many those not done.
        """
        shown = self.rows
        if len(shown) > MOST_SHOWN:
            shown = tuple(row for row in shown if row.state != rows.DONE)
        cells = tuple((*self._cells(row), _why(row, LONGEST)) for row in shown)
        table = Table(self.heads(), cells, empty="every site is done")
        parts = [table.text(widest=WIDEST), self.verdict, *self.next_moves()]
        parts.append(f"every site, with its log: {self.folder / PAGE}")
        return "\n\n".join(parts)

    def next_moves(self) -> list[str]:
        """
        Return what the person does next.
        """
        if self.verb == "plan" and self.plan.sites:
            left = len(self.rows) - len(self.plan.sites)
            without = f"; {left} could not be planned and are not in it" if left else ""
            return [
                f"digest over {len(self.plan.sites)} sites: {self.plan.digest}{without}"
            ]
        if self.verb == "apply" and self.exit_code:
            return [GO_ON]
        return []

    def to_json(self) -> dict[str, Any]:
        """
        Return all of it as JSON data.
        """
        return {
            "verb": self.verb,
            "digest": self.plan.digest if self.plan.sites else "",
            "counts": self.counts,
            "stopped": self.stopped,
            "seconds": round(self.seconds, 2),
            "workers": self.workers,
            "simulated": self.simulated,
            "record": os.fspath(self.folder),
            "exit_code": self.exit_code,
            "sites": [row.to_json() for row in self.rows],
        }

    def write(self, into: Path, *, requests: bool = False) -> None:
        """
        Write the page, and the file of the plan, into a folder.
        """
        if self.verb == "plan" and self.plan.sites:
            self.plan.write(into)
        about = {
            "began": stamp(self.began),
            "workers": self.workers,
            "digest over all sites": self.plan.digest if self.plan.sites else "",
        }
        page = pages.render(
            "batch.html.j2",
            title=f"Batch of {len(self.rows)} sites: {self.verb}",
            simulated=self.simulated,
            good=self.exit_code == 0,
            verdict=self.verdict,
            moves=self.next_moves(),
            about=[item for item in about.items() if item[1]],
            heads=self.heads(),
            rows=[
                (row, (*self._cells(row), _why(row)), self._links(row, into))
                for row in sorted(self.rows, key=lambda row: row.state == rows.DONE)
            ],
            plan_file=FILE if self.verb == "plan" and self.plan.sites else "",
            requests=requests,
        )
        files.write_text(into / PAGE, page)

    def _cells(self, row: Row) -> tuple[str, ...]:
        result = row.result
        figures = tuple(_figure(result, name) for name in FIGURES[self.verb])
        last = (result.digest if self.verb == "plan" else result.run) if result else ""
        lasts = () if self.verb == "verify" else (last,)
        took = duration(result.seconds) if result and result.seconds else ""
        return (row.sign, row.site, row.state, *figures, *lasts, took)

    def _links(self, row: Row, into: Path) -> dict[str, str]:
        """
        Return the pages about a site that are there, as the page's folder names them.
        """
        run = row.result.run if row.result else ""
        places = {
            "log": self.folder / LOGS / f"{row.site}.log",
            "evidence": self.evidence / row.site / run / PAGE,
            "request": into / row.site / "change-request.en.html",
        }
        if not run:
            del places["evidence"]
        return {
            name: os.path.relpath(path, into)
            for name, path in places.items()
            if path.is_file()
        }


def _why(row: Row, longest: int = 0) -> str:
    """
    Return why a site is not done, and the next move, each cut where it is too long.
    """
    notes = row.result.notes if row.result else ()
    parts = [row.reason, *notes, f"next: {row.remedy}" if row.remedy else ""]
    lines = [" ".join(part.split()) for part in parts if part]
    return "\n".join(
        line if not longest or len(line) <= longest else f"{line[:longest]} ..."
        for line in lines
    )


def _figure(result: Result | None, name: str) -> str:
    found = result.figures.get(name) if result else None
    if found is None:
        return ""
    return f"{found:,.2f}" if name.startswith("USD") else f"{found:g}"
