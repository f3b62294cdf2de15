"""
What runs show of themselves.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.render.closing import CoverageView, LinesView, Requirement
from closednet.render.pages import RunHeader


if TYPE_CHECKING:
    from closednet.evidence.report import RunReport
    from closednet.evidence.run_folder import RunFolder
    from closednet.site import Site


def header(name: str, site: Site, folder: RunFolder) -> RunHeader:
    """
    Return where a notebook acts, as whom, and in which run.
    """
    params = site.params
    return RunHeader(
        step=name,
        site=params.site,
        region=params.region,
        network_account=params.accounts.network.id,
        management_account=params.accounts.management.id,
        callers=tuple(dict.fromkeys(a.confirm_identity().arn for a in site.accounts))
        if name != "evidence" and params.mode == "execute"
        else (),
        run_id=folder.run_id,
        simulated=params.connection.simulated,
    )


def coverage(report: RunReport) -> CoverageView:
    """
    Return the requirements of a run with their verdicts.
    """
    return CoverageView(
        tuple(
            Requirement(c.requirement, c.words, c.verdict, c.checks)
            for c in report.coverage
        )
    )


def evidence_place(folder: RunFolder) -> LinesView:
    """
    Say where the evidence of a run lies.
    """
    place = f"{folder.root.name}/{folder.site}/{folder.run_id}"
    return LinesView((f"evidence of run {folder.run_id}: {place}",))
