"""
Three sites in one batch, through the command line: killed, refused, stopped, told.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from closednet.evidence import journal, runs
from closednet_rehearsal.many import ManySites, many_sites
from closednet_rehearsal.many.killer import Killer, Victim
from closednet_rehearsal.many.trial import FOREIGN, RECORDS, switch


if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.rehearsal
ROOT = Path(__file__).parents[2]
FIRST, FAULTY, LAST = "site-001", "site-002", "site-003"
ONE_WORKER = ("--workers", "1", "--json")
ENV = {name: v for name, v in os.environ.items() if not name.startswith(FOREIGN)}


@pytest.fixture(name="sites", scope="module")
def _sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManySites]:
    with many_sites(tmp_path_factory.mktemp("batch") / "many", 3) as sites:
        yield sites


def batch(verb: str, *arguments: str) -> tuple[int, str, str]:
    """
    Run `closednet batch VERB` and return its exit code and what it printed.
    """
    done = subprocess.run(
        [sys.executable, "-m", "closednet", "batch", verb, *arguments],
        env=ENV,
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=280,
    )
    return done.returncode, done.stdout, done.stderr


def test_a_batch_is_planned_approved_killed_and_stopped(sites: ManySites) -> None:
    """
    The first site survives its worker and fails later, as the second; no third begins.
    """
    code, out, said = batch("apply", str(sites.params), *ONE_WORKER)
    assert 3 == code, said
    planned = json.loads(out)
    digest = planned["digest"]
    assert f'approve "{digest}"' in said
    own = {row["site"]: row["digest"] for row in planned["sites"]}
    assert 3 == len(set(own.values()))
    assert [] == [site for site in own if sites.writes(site)]

    _is_refused_while_somebody_holds_it(sites, own[FIRST])

    faults = {FIRST: "hosted-zones-at-quota", FAULTY: "session-key-disabled"}
    switch(sites, faults, on=True)
    told = _apply_and_kill(sites, digest)
    _each_came_as_far_as_it_could(sites, told)
    _is_told_on_a_page(sites, digest)


def _is_refused_while_somebody_holds_it(sites: ManySites, own: str) -> None:
    """
    A batch of one site under that site's digest; another run works on the site.
    """
    with runs.site_lock(sites.evidence, FIRST, run_id="another"):
        code, out, _ = batch("apply", str(sites.params_of(FIRST)), "--approve", own)
    assert 1 == code
    assert "BusyError" in out
    assert f"{FIRST} is held by process {os.getpid()}" in " ".join(out.split())
    assert [] == sites.writes(FIRST)


def _each_came_as_far_as_it_could(sites: ManySites, told: dict[str, Any]) -> None:
    states = {row["site"]: row["state"] for row in told["sites"]}
    assert {FIRST: "failed", FAULTY: "failed", LAST: "not started"} == states
    assert "2 failed, and 1 may" == told["stopped"]
    first, second, _ = told["sites"]
    assert (2, 1) == (first["begun"], len(first["remarks"]))
    assert "killed by signal 9" in first["remarks"][0]
    assert "TooManyHostedZones" in first["message"]
    assert "preflight" in second["message"]
    made = Counter(sites.writes(FIRST))
    once = "route53resolver:CreateResolverEndpoint"
    assert (7, 1) == (made["ec2:CreateVpcEndpoint"], made[once])
    assert [] == sites.writes(LAST)


def _apply_and_kill(sites: ManySites, digest: str) -> dict[str, Any]:
    """
    Apply; the worker of the first site dies in the middle of it.
    """
    budget = ("--approve", digest, "--error-budget", "1")
    record = sites.evidence / RECORDS / digest / "batch.jsonl"
    victim = Victim(FIRST, "ec2:CreateVpcEndpoint")
    with Killer(sites, record, (victim,)) as killer:
        code, out, said = batch("apply", str(sites.params), *budget, *ONE_WORKER)
    assert 1 == code, said
    assert {FIRST} == set(killer.killed)
    assert () == journal.verify_chain(record)
    assert f"{FIRST}: begins, for the 2. time" in said
    told: dict[str, Any] = json.loads(out)
    return told


def _is_told_on_a_page(sites: ManySites, digest: str) -> None:
    page = (sites.evidence / RECORDS / digest / "index.html").read_text("utf-8")
    assert "REHEARSAL" in page
    assert "2 failed, and 1 may" in page
    for site in (FIRST, FAULTY, LAST):
        assert site in page


def test_bad_parameters_of_one_site_begin_none(sites: ManySites) -> None:
    """Exit 2, every problem of every file, and nobody was called."""
    bad = sites.params / "bad.yaml"
    text = sites.params_of(LAST).read_text("utf-8")
    bad.write_text(text.replace("site-003", "site-004").replace("ubuntu", "ubunto"))
    calls = {site: len(b.ask("calls")) for site, b in sites.branches.items()}

    code, _, said = batch("verify", str(sites.params))
    bad.unlink()

    assert 2 == code
    assert "bad.yaml: hosts[0].os" in said
    operators = [
        call
        for site, branch in sites.branches.items()
        for call in branch.ask("calls")[calls[site] :]
        if "closednet-operator" in call["principal"]
    ]
    assert [] == operators
