"""
Faults by their names: at the command line, in a notebook, and a few of the catalogue.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import pytest

from closednet_rehearsal.settings import OPERATOR_ROLE
from closednet_rehearsal.trouble.__main__ import try_all
from closednet_rehearsal.trouble.catalogue import CATALOGUE
from tests import terminal
from tests.rehearsals import running


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.running import Running

pytestmark = pytest.mark.rehearsal
ROOT: Final = Path(__file__).parents[2]
BIN: Final = Path(sys.executable).parent
ROUTE: Final = "return-route-dead"
FEW: Final = ("network-acl-drops-answers", "dns-rebind-protection")


@pytest.fixture(name="broken", scope="module")
def _broken(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    folder = tmp_path_factory.mktemp("broken")
    with running(folder, hosts=1, options=["--fault", ROUTE]) as ready:
        yield ready


def run(
    broken: Running, folder: Path, *command: str
) -> subprocess.CompletedProcess[str]:
    """
    Run one of our commands on the rehearsal, as an operator.
    """
    if "closednet" == command[0]:
        return terminal.run(*command[1:], env=broken.environment(folder))
    return subprocess.run(
        [BIN / command[0], *command[1:]],
        capture_output=True,
        text=True,
        check=False,
        cwd=ROOT,
        env=broken.environment(folder),
        timeout=120,
    )


def written(broken: Running) -> list[dict[str, Any]]:
    """
    Return the operator's writing calls so far.
    """
    return [
        call
        for call in broken.ask("calls")
        if call["mutating"] and OPERATOR_ROLE in call["principal"]
    ]


def test_diagnose_names_the_cause_and_writes_nothing(
    broken: Running, tmp_path: Path
) -> None:
    done = run(broken, tmp_path, "closednet", "diagnose", str(broken.params_file))
    told = run(
        broken, tmp_path, "closednet", "diagnose", "--json", str(broken.params_file)
    )

    assert 1 == done.returncode == told.returncode, done.stderr
    assert "a black hole" in done.stdout
    assert "owner of the VPC" in done.stdout
    causes = {finding["cause"] for finding in json.loads(told.stdout)["causes"]}
    assert {"return-route-missing"} == causes
    assert [] == written(broken)


def test_the_notebook_stops_with_the_same_cause(
    broken: Running, tmp_path: Path
) -> None:
    out = os.fspath(tmp_path / "00.ipynb")
    named = ("-p", "params_file", str(broken.params_file))
    done = run(
        broken, tmp_path, "papermill", "notebooks/00-preflight.ipynb", out, *named
    )

    assert 0 != done.returncode
    assert "cause: return-route-missing" in Path(out).read_text("utf-8")
    assert [] == written(broken)


def test_faults_are_listed_and_switched_while_it_runs(
    broken: Running, tmp_path: Path
) -> None:
    place = f"--work-dir={broken.work_dir}"
    off = run(broken, tmp_path, "closednet-rehearsal", "fault", place, "off", ROUTE)
    listed = run(broken, tmp_path, "closednet-rehearsal", "faults", place, "--json")
    well = run(broken, tmp_path, "closednet", "diagnose", str(broken.params_file))
    on = run(broken, tmp_path, "closednet-rehearsal", "fault", place, "on", ROUTE)
    wait = ("fault", place, "on", "zone-without-apex")
    waits = run(broken, tmp_path, "closednet-rehearsal", *wait)
    typo = run(broken, tmp_path, "closednet-rehearsal", "fault", place, "on", "dns-")

    assert 0 == off.returncode == on.returncode == well.returncode, well.stdout
    assert set(CATALOGUE) == {row["name"] for row in json.loads(listed.stdout)}
    assert f"{ROUTE}: on" in on.stdout
    assert "waiting" in waits.stdout
    assert 2 == typo.returncode
    assert "there is no fault" in typo.stderr


def test_a_few_of_the_catalogue_are_understood() -> None:
    """`make faults` tries all of them."""
    verdicts = try_all([CATALOGUE[name] for name in FEW], hosts=1, jobs=2)

    assert [] == [(v.trouble.name, v.problems) for v in verdicts if not v.is_right]
    assert len(FEW) == len(verdicts)
