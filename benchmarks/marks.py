"""
What was to be reached, what was measured, and whether that is enough.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from benchmarks import sites


NOTEBOOKS, LIBRARY = "closednet, notebooks", "closednet, library"
BASE = "boto3 script"
OTHERS = ("aws-cli script", "Ansible", "Terraform")
FAR_MS = 20
AT_MOST, FASTER, SCALING, CALLS_A_PAGE = 1.5, 10.0, 1.7, 3
FEW = 10


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
    if many := results.get("sites"):
        found += _many_sites(many)
    if fleet := results.get("fleet"):
        found += _many_servers(fleet["sizes"])
    return found


def _many_sites(result: dict[str, Any]) -> list[Mark]:
    costs = {int(each["sites"]): each["seconds_a_site"] for each in result["sizes"]}
    most, found = max(costs), []
    if FEW in costs and most > FEW:
        what = f"batch: time a site for {most} sites over that for {FEW}"
        ratio = costs[most] / costs[FEW]
        found.append(Mark(what, "at most 1", f"{ratio:.1f}", ratio <= 1))
    limit = f"at least {SCALING}"
    for way, ratio in sites.second_worker(result).items():
        what = f"batch: two {way.pool} workers over one, {way.latency_ms} ms"
        found.append(Mark(what, limit, f"{ratio:.2f}", ratio >= SCALING))
    return found


def _many_servers(sizes: list[dict[str, Any]]) -> list[Mark]:
    most = max(sizes, key=lambda size: int(size["hosts"]))
    calls, pages = most["phases"]["verified"]["calls"], most["hosts"] / 50
    limit = CALLS_A_PAGE * pages
    what = f"calls of a verification of {most['hosts']:,} servers"
    return [Mark(what, f"at most {limit:.0f}", f"{calls}", calls <= limit)]


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
