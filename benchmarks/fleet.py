"""
What a fleet costs: 10, 100 and 1,000 servers of a rehearsal, from nothing to verified.

Servers are registered (the whole step of the SSM Agent, wave by wave), commanded (one
Run Command on all) and verified, through the library, with real shells and evidence. Five
thousand in memory are planned and verified besides. Prints a table and writes JSON
beside it. `hosts ... --json FILE` for other sizes.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import time

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from benchmarks import in_memory, measuring
from closednet.aws.commands import Commands
from closednet.aws.nodes import ManagedNodes
from closednet.hosts.run_command import RunCommand
from closednet.hosts.scripts import Script
from closednet.run import Run, open_run
from closednet.site import open_site
from closednet_rehearsal.running import running
from closednet_rehearsal.settings import OPERATOR_ROLE


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet.site import Site
    from closednet_rehearsal.running import Running

SIZES: Final = (10, 100, 1000)
BEFORE: Final = ("endpoints", "inbound-endpoint", "hosted-zone", "activation")
RESULTS: Final = Path(__file__).parent / "results/fleet.json"
PARAMS: Final = Path(__file__).parents[1] / "params/example-one-account.yaml"
HELLO: Final = Script("hello", "echo closednet: hello=yes\n")
PAGE: Final = 50
MOST_CALLS_A_PAGE: Final = 3
CONSTANT: Final = 12
MOST_FANOUT: Final = 2.0
REPEAT: Final = 3


@dataclass
class Phase:
    """
    Wall seconds, this process's own CPU seconds, and calls of the operator to AWS.
    """

    seconds: float
    cpu: float
    calls: int


@dataclass
class Size:
    """
    What one size of fleet came to.
    """

    hosts: int
    start_s: float = 0.0
    phases: dict[str, Phase] = field(default_factory=dict)
    failed_checks: int = 0
    fanout: float = 0.0
    memory_mb: float = 0.0
    servers_mb: float = 0.0

    @property
    def most_calls(self) -> int:
        """
        How many calls a verification may take.
        """
        return CONSTANT + MOST_CALLS_A_PAGE * -(-self.hosts // PAGE)


def say(text: str) -> None:
    """
    Print at once.
    """
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


class Meter:
    """
    Measures phases against one rehearsal.
    """

    def __init__(self, rehearsal: Running, size: Size) -> None:
        self._rehearsal = rehearsal
        self._size = size

    @contextmanager
    def phase(self, name: str) -> Iterator[None]:
        """
        Measure what happens inside.
        """
        calls, cpu, began = self._calls(), time.process_time(), time.monotonic()
        yield
        spent = time.monotonic() - began
        cpu = time.process_time() - cpu
        found = Phase(round(spent, 2), round(cpu, 2), self._calls() - calls)
        self._size.phases[name] = found
        say(f"  {name}: {found.seconds} s, {found.calls} calls")

    def _calls(self) -> int:
        calls: list[dict[str, Any]] = self._rehearsal.ask("calls")
        return sum(OPERATOR_ROLE in call["principal"] for call in calls)


def measure(count: int) -> Size:
    """
    Return what a fleet of `count` servers costs.
    """
    size = Size(count)
    with tempfile.TemporaryDirectory(prefix="closednet-fleet-") as folder:
        evidence, began = Path(folder) / "evidence", time.monotonic()
        with running(
            Path(folder) / "work", hosts=count, evidence=evidence
        ) as rehearsal:
            size.start_s = round(time.monotonic() - began, 2)
            say(f"{count} servers: rehearsal ready in {size.start_s} s")
            os.environ.update(rehearsal.environment(evidence))
            _roll_out(rehearsal, size)
            size.servers_mb = _servers_mb(Path(folder) / "work")
    size.memory_mb = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, 1)
    return size


def _roll_out(rehearsal: Running, size: Size) -> None:
    params, meter = rehearsal.params_file, Meter(rehearsal, size)
    for name in BEFORE:
        _apply(name, params)
    run = _opened("ssm-agent", params)
    with meter.phase("planned"):
        plan = run.plan(run.inspect())
    with meter.phase("registered"):
        run.apply(plan, plan.plan.digest)
    with meter.phase("planned again"):
        again = run.plan(run.inspect())
    if again.plan.changes:
        raise SystemExit(f"{len(again.plan.changes)} changes are left")
    with meter.phase("commanded"):
        _command(open_site(params))
    with meter.phase("verified"):
        report = run.verify()
    size.failed_checks = len(report.failures)
    size.fanout = _fanout(open_site(params))


def _opened(name: str, params: Path) -> Run:
    run = open_run(name, params)
    if not isinstance(run, Run):
        raise SystemExit(f"{name} is no step that changes anything")
    return run


def _apply(name: str, params: Path) -> None:
    run = _opened(name, params)
    plan = run.plan(run.inspect())
    run.apply(plan, plan.plan.digest)


def _command(site: Site) -> None:
    params = site.params
    commands = Commands(site.management, params.output, site.waiting, site.recorder)
    nodes = ManagedNodes(site.management)
    command = RunCommand(params.site, params.hosts, nodes, commands, max_concurrency=50)
    results = command.shell(HELLO, [host.name for host in params.hosts])
    if len(results) != len(params.hosts):
        raise SystemExit(f"only {len(results)} servers answered the command")


def _fanout(site: Site) -> float:
    """
    Return how much longer a script takes on all servers than their clients alone.
    """
    fleet, hosts = site.fleet, site.fleet.hosts[:200]
    ssh = fleet.connection.ssh_command

    def alone(address: str) -> None:
        subprocess.run(  # noqa: S603 - the rehearsal's own
            [*ssh, f"root@{address}", "/bin/sh -s"],
            input=HELLO.text.encode(),
            capture_output=True,
            check=True,
        )

    def clients() -> None:
        with ThreadPoolExecutor(fleet.max_concurrency) as pool:
            list(pool.map(alone, [host.address for host in hosts]))

    bare = min(_timed(clients) for _ in range(REPEAT))
    ours = min(_timed(lambda: fleet.run_all(HELLO, hosts)) for _ in range(REPEAT))
    return round(ours / bare, 2)


def _timed(work: Any) -> float:
    began = time.monotonic()
    work()
    return time.monotonic() - began


def _servers_mb(work_dir: Path) -> float:
    """
    Return the memory of all processes of the simulated servers, shared parts once.
    """
    total = 0
    for proc in Path("/proc").glob("[0-9]*"):
        try:
            if str(work_dir) in os.fspath((proc / "cwd").readlink()):
                rollup = (proc / "smaps_rollup").read_text()
                total += int(rollup.partition("\nPss:")[2].split()[0])
        except OSError:
            continue
    return round(total / 1024, 1)


def shown(sizes: list[Size]) -> str:
    """
    Return the table.
    """
    names = list(sizes[0].phases)
    rows = [["servers", *(f"{size.hosts:,}" for size in sizes)]]
    rows.append(["rehearsal ready, s", *(f"{s.start_s:.1f}" for s in sizes)])
    rows += [
        [f"{name}, s", *(f"{s.phases[name].seconds:.1f}" for s in sizes)]
        for name in names
    ]
    rows += [
        [f"{name}, calls", *(str(s.phases[name].calls) for s in sizes)]
        for name in names
    ]
    calls = [sum(phase.calls for phase in size.phases.values()) for size in sizes]
    rows.append(
        [
            "calls a server",
            *(f"{c / s.hosts:.2f}" for c, s in zip(calls, sizes, strict=True)),
        ]
    )
    rows.append(["failed checks", *(str(size.failed_checks) for size in sizes)])
    rows.append(["fan-out, times its clients", *(f"{size.fanout}" for size in sizes)])
    rows.append(["closednet, MB", *(f"{size.memory_mb}" for size in sizes)])
    rows.append(["all servers, MB", *(f"{size.servers_mb}" for size in sizes)])
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    return "\n".join(
        "  ".join(
            cell.ljust(width) if at == 0 else cell.rjust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


def broken(sizes: list[Size]) -> list[str]:
    """
    Return the promises that were not kept.
    """
    found = []
    for size in sizes:
        calls = size.phases["verified"].calls
        if calls > size.most_calls:
            found.append(f"{size.hosts}: verifying took {calls} calls")
        if size.fanout > MOST_FANOUT:
            found.append(f"{size.hosts}: fan-out takes {size.fanout} times its clients")
        if size.failed_checks:
            found.append(f"{size.hosts}: {size.failed_checks} checks failed")
    return found


def main() -> int:
    """
    Measure, print, keep, and judge.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("hosts", type=int, nargs="*", default=SIZES)
    parser.add_argument("--json", type=Path, default=RESULTS)
    options = parser.parse_args()
    sizes = [_size(_apart(partial(_measured, n))) for n in options.hosts]
    say(shown(sizes))
    many = _apart(partial(in_memory.measure, PARAMS))
    say(in_memory.told(many))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    kept = {
        "machine": measuring.machine(),
        "sizes": [asdict(size) for size in sizes],
        "in_memory": many,
    }
    options.json.write_text(json.dumps(kept, indent=1, sort_keys=True) + "\n")
    problems = broken(sizes)
    for problem in problems:
        say(f"NOT KEPT  {problem}")
    return 1 if problems else 0


def _apart(work: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """
    Measure in a process of its own, whose memory is nobody else's.
    """
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(read)
        with os.fdopen(write, "w") as stream:
            stream.write(json.dumps(work()))
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as stream:
        text = stream.read()
    os.waitpid(child, 0)
    if not text:
        raise SystemExit("it could not be measured")
    told: dict[str, Any] = json.loads(text)
    return told


def _measured(count: int) -> dict[str, Any]:
    return asdict(measure(count))


def _size(told: dict[str, Any]) -> Size:
    phases = {name: Phase(**phase) for name, phase in told.pop("phases").items()}
    return Size(**told, phases=phases)


if __name__ == "__main__":
    sys.exit(main())
