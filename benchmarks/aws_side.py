"""
The AWS-side work of a site, side by side: closednet, plain boto3, and other tools.

Each contestant has an emulator process of its own, fresh for every round, and does
the same work: `first`, from nothing; `again`, with nothing left to do; `verify`, reads
alone. The emulator counts the calls, and each call can take longer, as over a line.
Prints medians and keeps them as JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import statistics
import sys
import tempfile

from collections import Counter
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from benchmarks import measuring, tools, work
from closednet_rehearsal.dns.admin import write_zones
from closednet_rehearsal.operator import ADMINISTRATOR
from closednet_rehearsal.running import running


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet_rehearsal.running import Running

HERE = Path(__file__).parent
HEADS = ("wall s", "x", "CPU s", "x", "MB", "calls", "writes")
RESULTS = HERE / "results/aws-side.json"
CONTESTANTS = HERE / "contestants"
PHASES = ("first", "again", "verify")
LATENCIES_MS = (0, 20)


class Contestant(NamedTuple):
    """
    Who does the work: its command for a phase, or why it cannot be run here.

    One that is `slow` takes a single round, at the longest latency.
    """

    name: str
    command: Callable[[str, Path], list[str] | None]
    slow: bool = False
    missing: str = ""


class FailedError(Exception):
    """
    A contestant did not get through.
    """


@dataclass
class Run:
    """
    What one phase of one contestant cost.
    """

    contestant: str
    latency_ms: int
    phase: str
    wall_s: float
    cpu_s: float
    peak_mb: float
    calls: int
    mutating: int
    operations: dict[str, int] = field(default_factory=dict)


def _verb(phase: str) -> str:
    return "verify" if phase == "verify" else "apply"


def _python(module: str, given: str) -> Callable[[str, Path], list[str]]:
    def command(phase: str, folder: Path) -> list[str]:
        place = f"benchmarks.contestants.{module}"
        return [sys.executable, "-m", place, _verb(phase), os.fspath(folder / given)]

    return command


def _notebooks(phase: str, folder: Path) -> list[str] | None:
    if phase == "verify":
        return None
    command = [
        sys.executable,
        "-m",
        "benchmarks.contestants.closednet_notebooks",
        "apply",
    ]
    return [*command, os.fspath(folder / "site.yaml"), f"run-{phase}"]


def _script(name: str) -> Callable[[str, Path], list[str]]:
    def command(phase: str, folder: Path) -> list[str]:
        path = os.fspath(CONTESTANTS / name)
        return ["/bin/sh", path, _verb(phase), os.fspath(folder)]

    return command


def _playbook(phase: str, folder: Path) -> list[str]:
    playbook = os.fspath(CONTESTANTS / "ansible.yml")
    tags = "verify" if phase == "verify" else "apply,verify"
    given = ["-e", f"folder={folder}", "--tags", tags]
    return ["ansible-playbook", playbook, *given]


def contestants(wanted: list[str]) -> list[Contestant]:
    """
    Return who takes part.
    """
    all_of_them = [
        Contestant("closednet, notebooks", _notebooks),
        Contestant("closednet, library", _python("closednet_library", "site.yaml")),
        Contestant("boto3 script", _python("plain_boto3", "work.json")),
        Contestant("aws-cli script", _script("aws_cli.sh"), slow=True),
        Contestant("Ansible", _playbook, slow=True),
        Contestant("Terraform", _script("terraform.sh"), slow=True),
    ]
    chosen = [c for c in all_of_them if not wanted or any(w in c.name for w in wanted)]
    lacks = {
        "aws-cli script": tools.aws_cli,
        "Ansible": tools.ansible,
        "Terraform": tools.terraform,
    }
    return [
        c._replace(missing=lacks[c.name]()) if c.name in lacks else c for c in chosen
    ]


def measure(contestant: Contestant, latency_ms: int) -> list[Run]:
    """
    Let a contestant do all phases against an emulator of its own.
    """
    with tempfile.TemporaryDirectory(prefix="closednet-bench-") as temporary:
        folder = Path(temporary)
        policy = folder / "administrator.json"
        policy.write_text(json.dumps(ADMINISTRATOR), "utf-8")
        options = ["--operator-policy", os.fspath(policy)]
        with running(folder / "emulator", hosts=0, options=options) as emulator:
            env = _prepared(folder, emulator)
            emulator.tell("latency", seconds=latency_ms / 1000)
            found = []
            for phase in PHASES:
                command = contestant.command(phase, folder)
                if command is not None:
                    run = _phase(emulator, command, env)
                    run.contestant, run.latency_ms = contestant.name, latency_ms
                    run.phase = phase
                    found.append(run)
            return found


def _prepared(folder: Path, emulator: Running) -> dict[str, str]:
    """
    Write what the contestants read; the DNS administrator has done its part already.
    """
    site = work.site_file(folder, emulator.connection_file)
    write_zones(emulator.work_dir, work.zones(site))
    env = work.write(folder, work.described(site), emulator.endpoint_url)
    path = os.pathsep.join([*tools.paths(), os.environ["PATH"]])
    if tools.TERRAFORM.is_dir():
        shutil.copytree(tools.TERRAFORM, folder / "terraform", symlinks=True)
    own = {
        "PATH": path,
        "HOME": os.fspath(folder),
        "PYTHONPATH": os.fspath(work.ROOT),
        "TF_VAR_work": os.fspath(folder / "work.json"),
        "TF_VAR_url": emulator.endpoint_url,
        # Whoever would ask somebody else finds nobody.
        "HTTPS_PROXY": "http://127.0.0.1:9",
    }
    return tools.terraform_env() | env | own


def _phase(emulator: Running, command: list[str], env: dict[str, str]) -> Run:
    before = len(emulator.ask("calls"))
    cost = measuring.run(command, env, work.ROOT)
    calls: list[dict[str, Any]] = emulator.ask("calls")[before:]
    if cost.code:
        raise FailedError(f"{' '.join(command)} failed:\n{cost.said[-3000:]}")
    operations = Counter(call["operation"] for call in calls)
    return Run(
        "",
        0,
        "",
        round(cost.wall_s, 2),
        round(cost.cpu_s, 2),
        round(cost.peak_mb, 1),
        len(calls),
        sum(bool(call["mutating"]) for call in calls),
        dict(sorted(operations.items())),
    )


def medians(runs: list[Run]) -> list[dict[str, Any]]:
    """
    Return the median of every figure, by contestant, latency and phase.
    """
    grouped: dict[tuple[str, int, str], list[Run]] = {}
    for run in runs:
        key = (run.contestant, run.latency_ms, run.phase)
        grouped.setdefault(key, []).append(run)
    found = []
    for same in grouped.values():
        one = asdict(same[len(same) // 2])
        for name in ("wall_s", "cpu_s", "peak_mb", "calls", "mutating"):
            one[name] = round(statistics.median(getattr(r, name) for r in same), 2)
        found.append(one | {"rounds": len(same)})
    return found


def shown(rows: list[dict[str, Any]]) -> str:
    """
    Return the medians as tables, each figure with its ratio to the boto3 script's.
    """
    parts = []
    for latency in sorted({row["latency_ms"] for row in rows}):
        for phase in PHASES:
            same = [
                r for r in rows if (r["latency_ms"], r["phase"]) == (latency, phase)
            ]
            base = next((r for r in same if r["contestant"] == "boto3 script"), None)
            lines = [[f"{phase}, {latency} ms a call", *HEADS]]
            lines += [_line(row, base) for row in same]
            parts.append(measuring.table(lines))
    return "\n\n".join(parts)


def _line(row: dict[str, Any], base: dict[str, Any] | None) -> list[str]:
    def times(name: str) -> str:
        return f"{row[name] / base[name]:.1f}" if base else ""

    return [
        row["contestant"],
        f"{row['wall_s']:.2f}",
        times("wall_s"),
        f"{row['cpu_s']:.2f}",
        times("cpu_s"),
        f"{row['peak_mb']:.0f}",
        f"{row['calls']:.0f}",
        f"{row['mutating']:.0f}",
    ]


def _turns(
    taking_part: list[Contestant], rounds: int, latencies: list[int]
) -> Iterator[tuple[Contestant, int]]:
    """
    Yield who measures next, the slow ones once, last, and over the longest line.
    """
    here = [each for each in taking_part if not each.missing]
    quick = [each for each in here if not each.slow]
    for _ in range(rounds):
        yield from ((each, latency) for latency in latencies for each in quick)
    yield from ((each, max(latencies)) for each in here if each.slow)


def main() -> int:
    """
    Measure in turns, print and keep.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="contestants whose name holds this")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--latency-ms", type=int, nargs="*", default=LATENCIES_MS)
    parser.add_argument("--json", type=Path, default=RESULTS)
    given = parser.parse_args()
    taking_part = contestants(given.only)
    runs: list[Run] = []
    missing = {c.name: c.missing for c in taking_part if c.missing}
    for contestant, latency in _turns(taking_part, given.rounds, given.latency_ms):
        measuring.say(f"{contestant.name}, {latency} ms a call")
        try:
            runs += measure(contestant, latency)
        except FailedError as err:
            measuring.say(str(err))
            missing[contestant.name] = "did not get through"
    rows = medians(runs)
    measuring.say(f"\n{shown(rows)}")
    for name, why in missing.items():
        measuring.say(f"{name}: {why}")
    result = {"machine": measuring.machine(), "rows": rows, "missing": missing}
    given.json.parent.mkdir(parents=True, exist_ok=True)
    given.json.write_text(json.dumps(result, indent=1, sort_keys=True) + "\n", "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
