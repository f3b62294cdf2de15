"""
What was to be reached, what was measured, and whether that is enough.
"""

from __future__ import annotations

from typing import Any, NamedTuple


NOTEBOOKS, LIBRARY = "closednet, notebooks", "closednet, library"
BASE = "boto3 script"
OTHERS = ("aws-cli script", "Ansible", "Terraform")
FAR_MS = 20
AT_MOST, FASTER = 1.5, 10.0


class Mark(NamedTuple):
    """
    A figure and its limit, in words, and whether it was reached.
    """

    what: str
    limit: str
    measured: str
    reached: bool

    def cells(self) -> list[str]:
        """
        Return the row of a table.
        """
        return [self.what, self.limit, self.measured, "yes" if self.reached else "no"]


def of(results: dict[str, Any]) -> list[Mark]:
    """
    Return the marks that the results speak of.
    """
    found: list[Mark] = []
    aws = results.get("aws-side")
    if aws:
        found += _beside(aws["rows"])
    if kernels := results.get("kernels"):
        ratio, limit = kernels["ratio"], kernels["at_least"]
        what = "CPU time of papermill's command, notebook by notebook, over ours"
        found.append(Mark(what, f"at least {limit:g}", f"{ratio}", ratio >= limit))
    if imports := results.get("imports"):
        cost, limit = imports["prepared_over_boto3_ms"], imports["limit_ms"]
        what = "import in a kernel, over boto3's own"
        found.append(
            Mark(what, f"under {limit:.0f} ms", f"{cost:.0f} ms", cost < limit)
        )
    if evidence := results.get("evidence"):
        ratio, limit = evidence["ratio"], evidence["limit"]
        what = f"{evidence['cells']} cells with evidence, over nbclient's"
        found.append(Mark(what, f"at most {limit}", f"{ratio}", ratio <= limit))
    return found


def _beside(rows: list[dict[str, Any]]) -> list[Mark]:
    wall = {
        (row["contestant"], row["phase"]): row["wall_s"]
        for row in rows
        if row["latency_ms"] == FAR_MS
    }
    found = []
    for who in (NOTEBOOKS, LIBRARY):
        for phase in ("first", "again", "verify"):
            ours, base = wall.get((who, phase)), wall.get((BASE, phase))
            if ours and base:
                what = f"{who}: {phase}, wall time over the boto3 script's, {FAR_MS} ms"
                ratio = ours / base
                limit = f"at most {AT_MOST}"
                found.append(Mark(what, limit, f"{ratio:.1f}", ratio <= AT_MOST))
    for other in OTHERS:
        ours, theirs = wall.get((NOTEBOOKS, "first")), wall.get((other, "first"))
        if ours and theirs:
            what = f"first run: wall time of {other} over the notebooks'"
            ratio, limit = theirs / ours, f"at least {FASTER:.0f}"
            found.append(Mark(what, limit, f"{ratio:.1f}", ratio >= FASTER))
    again = [r for r in rows if r["contestant"] in (NOTEBOOKS, LIBRARY)]
    writes = sum(row["mutating"] for row in again if row["phase"] != "first")
    what = "writes of closednet where nothing is left to do"
    return [*found, Mark(what, "0", f"{writes:.0f}", writes == 0)]
