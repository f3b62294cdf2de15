"""
A batch that is treated badly: a killed worker, a killed kernel, three faulty sites.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time

from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.many.killer import Killer, Victim


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from closednet_rehearsal.many.sites import ManySites

RECORDS: Final = "_batches"
# Stopped at the first notebook, at the second, and at the fourth.
FAULTS: Final = (
    "session-key-disabled",
    "operator-without-create-endpoint",
    "hosted-zones-at-quota",
)
ONCE: Final = (
    "route53:CreateHostedZone",
    "route53resolver:CreateResolverEndpoint",
    "ssm:CreateActivation",
    "iam:CreateRole",
)
ENDPOINTS: Final = 7
FOREIGN: Final = ("AWS_", "CLOSEDNET_")


@dataclass(slots=True)
class Outcome:
    """
    What came of it: what a command said, how long it took, and what was not kept.
    """

    told: dict[str, dict[str, Any]] = field(default_factory=dict)
    seconds: dict[str, float] = field(default_factory=dict)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    broken: list[str] = field(default_factory=list)
    killed: dict[str, int] = field(default_factory=dict)

    def expect(self, what: str, expected: object, actual: object) -> None:
        """
        Note a promise that was not kept.
        """
        if expected != actual:
            self.broken.append(f"{what}: {actual!r} instead of {expected!r}")


def batch(outcome: Outcome, verb: str, *arguments: str) -> dict[str, Any]:
    """
    Run `closednet batch VERB ... --json` and return what it printed.
    """
    env = {n: v for n, v in os.environ.items() if not n.startswith(FOREIGN)}
    began, before = time.monotonic(), cpu_seconds()
    done = subprocess.run(  # noqa: S603 - our own interpreter
        [sys.executable, "-m", "closednet", "batch", verb, *arguments, "--json"],
        env=env,
        stdout=subprocess.PIPE,
        check=False,
    )
    name = verb if verb not in outcome.told else f"{verb} again"
    outcome.seconds[name] = time.monotonic() - began
    outcome.cpu_seconds[name] = cpu_seconds() - before
    told: dict[str, Any] = json.loads(done.stdout or b"{}")
    outcome.told[name] = told
    outcome.expect(f"exit code of {name}", told.get("exit_code"), done.returncode)
    return told


def cpu_seconds() -> float:
    """
    Return the CPU time of all children so far, with their workers and kernels.
    """
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def attempt(sites: ManySites, workers: Sequence[str] = ()) -> Outcome:
    """
    Plan, break, apply, look; mend, apply again, look; verify.
    """
    outcome, names = Outcome(), list(sites.branches)
    faulty = dict(zip(names[-len(FAULTS) :], FAULTS, strict=True))
    well = names[: -len(FAULTS)]
    digest = str(batch(outcome, "plan", str(sites.params), *workers)["digest"])
    again = [str(sites.params), "--approve", digest, *workers]
    switch(sites, faulty, on=True)
    victims = (
        Victim(well[0], "ec2:CreateVpcEndpoint"),
        Victim(well[1], "route53:CreateHostedZone", kernel=True),
    )
    journal = sites.evidence / RECORDS / digest / "batch.jsonl"
    with Killer(sites, journal, victims) as killer:
        told = batch(outcome, "apply", *again, "--error-budget", str(len(faulty)))
    outcome.killed = killer.killed
    _judge_first(outcome, sites, told, faulty, victims)
    switch(sites, faulty, on=False)
    before = {site: (sites.writes(site), runs(sites.evidence, site)) for site in well}
    told = batch(outcome, "apply", *again)
    outcome.expect("not done after the resume", [], not_done(told))
    for site, was in before.items():
        now = (sites.writes(site), runs(sites.evidence, site))
        outcome.expect(f"writes and runs of {site} after the resume", was, now)
    told = batch(outcome, "verify", str(sites.params), *workers)
    outcome.expect("not verified", [], not_done(told))
    return outcome


def _judge_first(
    outcome: Outcome,
    sites: ManySites,
    told: dict[str, Any],
    faulty: Mapping[str, str],
    victims: Iterable[Victim],
) -> None:
    outcome.expect("exit code", 1, told.get("exit_code"))
    outcome.expect("not done", sorted(faulty), not_done(told))
    rows = {row["site"]: row for row in told.get("sites", ())}
    for victim in victims:
        row = rows.get(victim.site, {})
        outcome.expect(f"killed at {victim.site}", True, victim.site in outcome.killed)
        outcome.expect(f"beginnings of {victim.site}", 2, row.get("begun"))
        outcome.expect(f"remarks on {victim.site}", 1, len(row.get("remarks", ())))
    for site in sites.branches.keys() - faulty.keys():
        made = Counter(sites.writes(site))
        outcome.expect(f"{site} endpoints", ENDPOINTS, made["ec2:CreateVpcEndpoint"])
        for call in ONCE:
            outcome.expect(f"{site} {call}", 1, made[call])


def not_done(told: Mapping[str, Any]) -> list[str]:
    """
    Return the sites that a summary does not call done.
    """
    rows = told.get("sites", ())
    return sorted(row["site"] for row in rows if row["state"] != "done")


def runs(evidence: Path, site: str) -> list[str]:
    """
    Return the runs of a site.
    """
    return sorted(p.parent.name for p in (evidence / site).glob("*/journal.jsonl"))


def switch(sites: ManySites, faults: Mapping[str, str], *, on: bool) -> None:
    """
    Break some sites, or mend them.
    """
    for site, name in faults.items():
        sites.branches[site].tell("trouble", name=name, on=on)
