"""
docs/performance.md and its picture, from nothing but the results that were kept.
"""

from __future__ import annotations

import json
import sys

from pathlib import Path
from typing import Any

from benchmarks import growth, in_memory, marks, sites


ROOT = Path(__file__).parents[1]
RESULTS = Path(__file__).parent / "results"
PAGE = ROOT / "docs/performance.md"
PICTURE = ROOT / "docs/performance.svg"
BASE = "boto3 script"
PHASES = {
    "first": "First run: from nothing to made and verified",
    "again": "No-change run: looked through, nothing written, verified",
    "verify": "Verification alone",
}
HEAD = """\
# What it costs

Written by `make bench` from what it measured (`benchmarks/results/`). Nothing here was
measured against AWS: the other side is the rehearsal's emulator, a process of its own
for each contestant and round. Read ratios, not seconds: where the machine did other work,
the load says so. Figures are medians.
"""
WORK = """\
## The AWS-side work of a site, side by side

The same work for all: 2 security groups, 7 interface endpoints with their policies, an
inbound endpoint, a private hosted zone with 2 alias records, a role with 2 policies, the
tier, an activation whose code is kept in Parameter Store, 3 log groups with retention,
session preferences and an association. These are notebooks 10, 20, 30, 40 and 60. There
are no servers: what 60 claims about them is left out, and the forwarding rules of the
site's DNS server are there already. The emulator's lists have pages of 5 for everybody.

- **closednet, notebooks**: all planned, then each notebook by papermill under its digest,
  with evidence and pages. It has no verification without a run.
- **closednet, library**: the same verbs in one process, without evidence.
- **boto3 script**: `benchmarks/contestants/plain_boto3.py`, looks first, then creates.
- **Others** do the same with their own commands; a shell script looks first, too, and
  Ansible's playbook asks aws-cli where it has no module. They are slow, and take one
  round at the longest latency. Terraform's `again` is its apply, and `verify` its plan.

Memory is the largest sum over all processes, what they share counted once. Calls include
`AssumeRole`. "x" is the ratio to the boto3 script.
"""


def load(name: str, results: Path = RESULTS) -> Any:
    """
    Return a result that was kept, or None.
    """
    file = results / f"{name}.json"
    return json.loads(file.read_text("utf-8")) if file.is_file() else None


def page(results: Path = RESULTS) -> str:
    """
    Return the whole page.
    """
    sections = [HEAD, *_marks(results), WORK, *_aws_side(load("aws-side", results))]
    sections += [*_rollout(load("rollout", results)), *_kernels(results)]
    sections += _fleet(load("fleet", results))
    sections += _sites(load("sites", results))
    return "\n".join(section.rstrip() + "\n" for section in sections)


def picture(results: Path = RESULTS) -> str:
    """
    Return the drawing of how cost grows.
    """
    found = load("fleet", results)
    return growth.svg(found["sizes"]) if found else growth.svg([])


def write() -> None:
    """
    Write page and picture.
    """
    PAGE.write_text(page(), "utf-8")
    PICTURE.write_text(picture(), "utf-8")


def machine(result: Any) -> str:
    """
    Say when and on what a result was measured.
    """
    told = result["machine"]
    busy = f", with a load of {told['load']:g}" if "load" in told else ""
    return (
        f"Measured {told['date']} on {told['cores']} cores and {told['memory_gb']} GB,"
        f" {told['system']}, Python {told['python']}{busy}."
    )


def table(heads: list[str], rows: list[list[str]]) -> str:
    """
    Return a table, figures to the right.
    """
    rule = ["---", *["---:" for _ in heads[1:]]]
    return "\n".join(f"| {' | '.join(row)} |" for row in [heads, rule, *rows])


def _marks(results: Path) -> list[str]:
    names = ("aws-side", "kernels", "imports", "evidence", "sites", "fleet")
    found = marks.of({name: load(name, results) for name in names})
    if not found:
        return []
    heads = ["what", "to be reached", "measured", "reached"]
    words = "Why some are not: [ADR 0022](adr/0022-measured-beside-others.md)."
    rows = [mark.cells() for mark in found]
    return ["## What was to be reached", table(heads, rows), words]


def _aws_side(result: Any) -> list[str]:
    if result is None:
        return []
    rows, parts = result["rows"], [machine(result)]
    for latency in sorted({row["latency_ms"] for row in rows}):
        for phase, words in PHASES.items():
            same = [
                r for r in rows if (r["latency_ms"], r["phase"]) == (latency, phase)
            ]
            if same:
                parts.append(f"### {words}, {latency} ms added to each call")
                parts.append(_compared(same))
    parts += [
        f"{name}: {why}." for name, why in sorted(result.get("missing", {}).items())
    ]
    parts.append("### Calls by operation, 20 ms")
    parts.append(
        "The first run of each. What only closednet asks is what a verification by"
        " another road needs (the policy simulator, network interfaces), and what tells"
        " whose a resource is."
    )
    parts.append(_operations(rows))
    return parts


def _compared(rows: list[dict[str, Any]]) -> str:
    base = next((row for row in rows if row["contestant"] == BASE), None)

    def times(row: dict[str, Any], name: str) -> str:
        return f"{row[name] / base[name]:.1f}" if base and base[name] else ""

    heads = [
        *("contestant", "wall s", "x", "CPU s", "x", "MB", "calls", "of them writing"),
        "rounds",
    ]
    lines = [
        [
            row["contestant"],
            f"{row['wall_s']:.1f}",
            times(row, "wall_s"),
            f"{row['cpu_s']:.1f}",
            times(row, "cpu_s"),
            f"{row['peak_mb']:.0f}",
            f"{row['calls']:.0f}",
            f"{row['mutating']:.0f}",
            str(row["rounds"]),
        ]
        for row in rows
    ]
    return table(heads, lines)


def _operations(rows: list[dict[str, Any]]) -> str:
    latency = max(row["latency_ms"] for row in rows)
    first = {
        row["contestant"]: row["operations"]
        for row in rows
        if (row["latency_ms"], row["phase"]) == (latency, "first")
    }
    shown = [name for name in first if name.startswith("closednet") or name == BASE]
    names = sorted({op for name in shown for op in first[name]})
    lines = [[op, *(str(first[name].get(op, "")) for name in shown)] for op in names]
    return table(["operation", *shown], lines)


def _rollout(result: Any) -> list[str]:
    if result is None:
        return []
    heads = ["part", "wall s", "CPU s", "MB"]
    figures = ("wall_s", "cpu_s", "peak_mb")
    lines = [
        [part, *(str(row.get(name, "")) for name in figures)]
        for part, row in result["rows"].items()
    ]
    return [
        "## A whole rollout, from a cold start",
        (
            f"Ten notebooks, three servers, all of it: what `make rehearse` does."
            f" {result['rounds']} round(s). {machine(result)} `apply` counts the processes"
            " that stand for the servers' shells, too."
        ),
        table(heads, lines),
    ]


def _kernels(results: Path) -> list[str]:
    parts: list[str] = []
    kernels, imports = load("kernels", results), load("imports", results)
    evidence = load("evidence", results)
    if kernels:
        ways = ("papermill", "ordinary", "forked")
        lines = [
            [way, f"{kernels[f'{way}_wall_s']:.1f}", f"{kernels[f'{way}_cpu_s']:.1f}"]
            for way in ways
        ]
        parts += [
            "## Kernels",
            (
                f"{kernels['notebooks']} notebooks that only import closednet: papermill's"
                " command for each, one process with Jupyter's own kernels, and the fork"
                f" server. papermill's takes {kernels['ratio']} times the CPU of ours; it is"
                f" to be at least {kernels['at_least']}. {machine(kernels)}"
            ),
            table(["way", "wall s", "CPU s"], lines),
        ]
    if imports:
        parts += [
            (
                f"Importing closednet costs a kernel of the fork server"
                f" {imports['prepared_over_boto3_ms']:.0f} ms of CPU time over boto3's"
                f" {imports['boto3_ms']:.0f}, and an ordinary one"
                f" {imports['ordinary_over_boto3_ms']:.0f}; the first is to stay under"
                f" {imports['limit_ms']:.0f}. {machine(imports)}"
            )
        ]
    if evidence:
        parts += [
            (
                f"Evidence makes {evidence['cells']} trivial cells {evidence['ratio']} times"
                f" as long ({evidence['cpu_ratio']} times the CPU time); it is to be at most"
                f" {evidence['limit']}. {machine(evidence)}"
            )
        ]
    return parts


def _fleet(result: Any) -> list[str]:
    if result is None:
        return []
    sizes = result["sizes"]
    heads = ["servers", *(f"{size['hosts']:,}" for size in sizes)]
    lines = []
    for name in sizes[0]["phases"]:
        for figure, unit in (("seconds", "s"), ("cpu", "CPU s"), ("calls", "calls")):
            values = [str(size["phases"][name][figure]) for size in sizes]
            lines.append([f"{name}, {unit}", *values])
    lines.append(["closednet, MB", *(str(size["memory_mb"]) for size in sizes)])
    return [
        "## How it grows with the servers",
        (
            "Servers are registered, commanded and verified through the library; they are"
            f" processes of this machine. {machine(result)}"
        ),
        "![CPU time and calls by the number of servers](performance.svg)",
        table(heads, lines),
        *([f"{in_memory.told(result['in_memory'])}."] if "in_memory" in result else []),
    ]


def _sites(result: Any) -> list[str]:
    if result is None:
        return []
    sizes, few = result["sizes"], result["scaled"][0]["sites"]
    lines = [
        [unit, *(str(size[figure]) for size in sizes)]
        for figure, unit in sites.FIGURES.items()
    ]
    second = [
        [way.pool, f"{way.latency_ms} ms", f"{faster:.2f}"]
        for way, faster in sites.second_worker(result).items()
    ]
    return [
        "## How it grows with the sites",
        (
            "`closednet batch plan` with two workers, on rehearsed sites that nobody has"
            f" touched. {machine(result)}"
        ),
        table(["sites", *(f"{size['sites']:,}" for size in sizes)], lines),
        f"How many times as fast two workers plan {few} sites as one:",
        table(["workers", "added to each call", "times"], second),
    ]


if __name__ == "__main__":
    write()
    sys.stdout.write(f"written: {PAGE.name}\n")
