"""
Three sites in one batch, through the command line: killed, refused, stopped, told.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time

from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from closednet.evidence import journal
from closednet_rehearsal.many import ManySites, many_sites
from closednet_rehearsal.many.killer import Killer, Victim
from closednet_rehearsal.many.trial import FOREIGN, ONCE, RECORDS, switch


if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.rehearsal
ROOT = Path(__file__).parents[2]
FIRST, FAULTY, LAST = "site-001", "site-002", "site-003"
ENV = {name: v for name, v in os.environ.items() if not name.startswith(FOREIGN)}


@pytest.fixture(name="sites", scope="module")
def _sites(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ManySites]:
    with many_sites(tmp_path_factory.mktemp("batch") / "many", 3) as sites:
        yield sites


def start(verb: str, *arguments: str) -> subprocess.Popen[str]:
    """
    Start `closednet batch VERB`.
    """
    return subprocess.Popen(
        [sys.executable, "-m", "closednet", "batch", verb, *arguments],
        env=ENV,
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def batch(verb: str, *arguments: str) -> tuple[int, str, str]:
    """
    Run `closednet batch VERB` and return its exit code and what it printed.
    """
    process = start(verb, *arguments)
    out, err = process.communicate(timeout=280)
    return process.returncode, out, err


def test_a_batch_is_planned_approved_killed_stopped_and_gone_on_with(
    sites: ManySites,
) -> None:
    """
    One worker: the first site survives its worker, the second fails, the third waits.
    """
    folder = str(sites.params)
    code, _, said = batch("apply", folder)
    assert 3 == code, said
    digest = said.rpartition('approve "')[2][:20]
    code, out, said = batch("plan", folder, "--json")
    planned = json.loads(out)
    assert (0, digest) == (code, planned["digest"])
    own = {row["site"]: row["digest"] for row in planned["sites"]}
    assert 3 == len(set(own.values()))
    assert [] == [site for site in own if sites.writes(site)]

    switch(sites, {FAULTY: "session-key-disabled"}, on=True)
    told, other = _apply_and_kill(sites, digest, own[FIRST])

    states = {row["site"]: row["state"] for row in told["sites"]}
    assert {FIRST: "done", FAULTY: "failed", LAST: "not started"} == states
    assert "1 failed, and 0 may" == told["stopped"]
    first = told["sites"][0]
    assert (2, 1) == (first["begun"], len(first["remarks"]))
    assert "killed by signal 9" in first["remarks"][0]
    made = Counter(sites.writes(FIRST))
    assert {7} | {1} == {made["ec2:CreateVpcEndpoint"], *(made[c] for c in ONCE)}
    assert [] == sites.writes(LAST)
    assert "BusyError" in other
    assert f"{FIRST} is held by process" in other
    _goes_on_with_what_is_left(sites, digest)


def _apply_and_kill(
    sites: ManySites, digest: str, own: str
) -> tuple[dict[str, Any], str]:
    """
    Apply; meanwhile another batch wants the first site, and its worker dies.
    """
    given = [str(sites.params), "--approve", digest, "--workers", "1", "--json"]
    record = sites.evidence / RECORDS / digest / "batch.jsonl"
    victim = Victim(FIRST, "ec2:CreateVpcEndpoint")
    applying = start("apply", *given)
    deadline = time.monotonic() + 120
    while not sites.writes(FIRST):
        assert time.monotonic() < deadline
        time.sleep(0.02)
    only = [str(sites.params_of(FIRST)), "--approve", own]
    code, other, _ = batch("apply", *only)
    assert 1 == code
    with Killer(sites, record, (victim,)) as killer:
        out, said = applying.communicate(timeout=280)
    assert 1 == applying.returncode, said
    assert {FIRST} == set(killer.killed)
    assert () == journal.verify_chain(record)
    assert f"{FIRST}: begins, for the 2. time" in said
    return json.loads(out), other


def _goes_on_with_what_is_left(sites: ManySites, digest: str) -> None:
    """
    The first site is looked at and left alone; the second goes on where it stopped.
    """
    writes = sites.writes(FIRST)
    code, out, said = batch(
        "apply", str(sites.params), "--approve", digest, "--workers", "1"
    )
    assert 1 == code, said
    assert f"✅  {FIRST}" in out
    assert "session" in out
    assert writes == sites.writes(FIRST)
    assert 1 == len(list((sites.evidence / FIRST).glob("*/manifest.json")))
    page = (sites.evidence / RECORDS / digest / "index.html").read_text("utf-8")
    assert "REHEARSAL" in page
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
