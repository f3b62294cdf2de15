"""
What commands print: tables for people, JSON for scripts.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

from closednet.evidence import archive
from closednet.evidence.report import load_run
from closednet.render import views
from closednet.render.tables import plain_table


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from closednet.evidence.runs import KnownRun
    from closednet.model.costs import CostLine
    from closednet.model.plan import RolloutPlan
    from closednet.model.report import Report


def rollout(plan: RolloutPlan, lines: Sequence[CostLine], calls: Sequence[str]) -> None:
    """
    Print a rollout plan with its costs, its calls and its digest.
    """
    view = views.RolloutView(plan, costs=tuple(lines), calls=tuple(calls))
    print(views.text(view))


def reports(all_reports: Sequence[Report]) -> None:
    """
    Print the checks of all steps, the failed ones with their remedies.
    """
    for report in all_reports:
        print(views.text(views.ReportView(report)))
        print()
    failed = sum(len(report.failures) for report in all_reports)
    checks = sum(len(report.checks) for report in all_reports)
    print(f"{checks - failed} of {checks} checks passed")


def status(rows: Sequence[dict[str, Any]], runs: Sequence[KnownRun]) -> None:
    """
    Print what stands, step by step, and the runs of the site.
    """
    table = [
        (
            row["step"],
            str(row["stands"]),
            str(row["to_do"]),
            ", ".join(row["keys_to_do"]),
        )
        for row in rows
    ]
    print(plain_table(("step", "stands", "to do", "what"), table))
    print()
    listed = [(run.run_id, run.state) for run in runs]
    print(plain_table(("run", "state"), listed) if listed else "no run yet")


def run_report(folder: Path, *, as_json: bool) -> int:
    """
    Print what a run proves; 1 if something failed or is not proven.
    """
    report = load_run(folder)
    if as_json:
        print(json.dumps(report.to_json(), indent=2, ensure_ascii=False))
    else:
        print(views.text(views.CoverageView(report)))
    return 0 if report.passed else 1


def verified_archive(folder: Path) -> int:
    """
    Print whether an archive is whole; 1 and every problem if it is not.
    """
    problems = archive.verify(folder)
    for problem in problems:
        print(f"⛔ {problem}")
    if not problems:
        print(f"✅ {folder.name}: every digest and the chain of the journal hold")
    return 1 if problems else 0
