"""
The last notebook: what the run proves, and the seal over it.
"""

from __future__ import annotations

import os

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.evidence import archive, kernel_hooks
from closednet.evidence.report import load_run
from closednet.model.report import Check, Report
from closednet.recorder import NullRecorder
from closednet.render.closing import CoverageView, LinesView
from closednet.run import archiving
from closednet.run.locking import HELD
from closednet.run.viewing import coverage, evidence_place, header


if TYPE_CHECKING:
    from closednet.evidence.run_folder import RunFolder
    from closednet.site import Site


@dataclass
class EvidenceRun:
    """
    What the cells of the evidence notebook call; nothing here asks AWS.
    """

    name: str
    site: Site
    folder: RunFolder

    def coverage(self) -> CoverageView:
        """
        Return each requirement with the checks that prove it.
        """
        return coverage(load_run(self.folder))

    def seal(self) -> LinesView:
        """
        Seal the folder; from here on nothing is added to it by this notebook.

        Raises:
            EvidenceError: A secret stands in a file; it is named, nothing sealed.
        """
        # What this notebook still does is not part of what it sealed.
        kernel_hooks.install(NullRecorder())
        manifest = archiving.seal(self.site, self.folder)
        return LinesView((*archiving.words_of(manifest), *self._deposit()))

    def _deposit(self) -> tuple[str, ...]:
        """
        Lay the archive down, unless a batch seals again with this notebook in it.
        """
        if HELD in os.environ:
            return ()
        found = archiving.deposit(self.site, self.folder)
        return archiving.deposit_words(found) if found else ()

    def verify(self) -> Report:
        """
        Check the seal as an auditor does, and that nothing was left unproven.
        """
        trust = archiving.trust_of(self.site)
        findings = archive.judge(self.folder.path, trust)
        problems = findings.problems + findings.unchecked
        report = load_run(self.folder)
        missing = [c.requirement for c in report.coverage if c.verdict != "proven"]
        return Report(
            self.name,
            (
                Check(
                    "the archive is whole",
                    not problems,
                    "; ".join(problems) or "every digest and the chain hold",
                    remedy="compare with the copy that was handed over",
                ),
                Check(
                    "every requirement is proven",
                    not missing,
                    ", ".join(missing) or "S1 to S21",
                    remedy="run the notebooks that were skipped",
                ),
            ),
        )

    def close(self) -> LinesView:
        """
        Say where the evidence is.
        """
        return evidence_place(self.folder)

    def __repr__(self) -> str:
        return header(self.name, self.site, self.folder).text()

    def _repr_html_(self) -> str:
        return header(self.name, self.site, self.folder).html()
