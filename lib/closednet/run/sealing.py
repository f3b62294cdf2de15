"""
The last notebook: what the run proves, and the seal over it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet.evidence import archive, kernel_hooks
from closednet.evidence.report import load_run
from closednet.model.report import Check, Report
from closednet.render import views
from closednet.run.run import header


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

    def coverage(self) -> views.CoverageView:
        """
        Return each requirement with the checks that prove it.
        """
        return views.CoverageView(load_run(self.folder.path))

    def seal(self) -> views.SealView:
        """
        Seal the folder; from here on nothing is added to it by this notebook.

        Raises:
            EvidenceError: A secret stands in a file; it is named, nothing sealed.
        """
        kernel_hooks.pause()
        return views.SealView(archive.seal(self.folder.path))

    def verify(self) -> views.ReportView:
        """
        Check the seal as an auditor does, and that nothing was left unproven.
        """
        problems = archive.verify(self.folder.path)
        report = load_run(self.folder.path)
        missing = [name for name, checks in report.coverage.items() if not checks]
        return views.ReportView(
            Report(
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
        )

    def close(self) -> views.Closed:
        """
        Say where the evidence is.
        """
        return views.Closed(self.folder.site, self.folder.run_id)

    def _repr_mimebundle_(self, **_: Any) -> dict[str, str]:
        return views.bundle(header(self.name, self.site, self.folder))
