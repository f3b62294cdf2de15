"""
What commands print: tables for people, JSON for scripts.
"""

from __future__ import annotations

import json
import sys

from typing import TYPE_CHECKING, Any

from closednet.evidence.report import load_run
from closednet.evidence.run_folder import RunFolder
from closednet.render.closing import table_view
from closednet.render.views import ReportView, RolloutView
from closednet.run.viewing import coverage


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from closednet.model.plan import RolloutPlan
    from closednet.model.report import Report


def rollout(plan: RolloutPlan, lines: Sequence[str], calls: Sequence[str]) -> None:
    """
    Print a rollout plan with its costs, its calls and its digest.
    """
    print(RolloutView(plan, costs=tuple(lines), calls=tuple(calls)).text())


def reports(all_reports: Sequence[Report]) -> None:
    """
    Print the checks of all steps, the failed ones with their remedies.
    """
    for report in all_reports:
        print(ReportView(report).text())
        print()
    failed = sum(len(report.failures) for report in all_reports)
    checks = sum(len(report.checks) for report in all_reports)
    print(f"{checks - failed} of {checks} checks passed")


def status(rows: Sequence[dict[str, Any]], runs: Sequence[RunFolder]) -> None:
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
    print(table_view("", ("step", "stands", "to do", "what"), table).text())
    print()
    listed = [(run.run_id, state(run)) for run in runs]
    print(table_view("", ("run", "state"), listed).text() if runs else "no run yet")


def state(run: RunFolder) -> str:
    """
    Return whether a run is sealed.
    """
    return "sealed" if run.sealed else "open"


def write_report(folder: Path, into: Path, language: str | None) -> None:
    """
    Write the hand-over report of a run, as far as it got, and say where.
    """
    from closednet.evidence.handover_report import writing  # noqa: PLC0415 - all steps

    run = RunFolder(folder.parent.parent, folder.parent.name, folder.name)
    chosen = (language,) if language else tuple(writing.LANGUAGES)
    written = writing.write(
        run,
        signers=writing.signers_of(folder),
        languages=chosen,
        into=into,
        tickets=True,
    )
    print("\n".join(f"written: {into / name}" for name in written), file=sys.stderr)


def run_report(folder: Path, *, as_json: bool) -> int:
    """
    Print what a run proves; 1 if something failed or is not proven.
    """
    report = load_run(RunFolder(folder.parent.parent, folder.parent.name, folder.name))
    if as_json:
        print(json.dumps(report.to_json(), indent=2, ensure_ascii=False))
    else:
        print(coverage(report).text())
        print(report.text())
    return 0 if report.passed else 1
