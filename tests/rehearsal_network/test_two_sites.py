"""
Two sites of one account, Region and VPC: whichever goes, the other one stays whole.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from closednet import registry
from closednet.site import open_site as site_of
from tests.rehearsals import running


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.running import Running

pytestmark = [pytest.mark.rehearsal, pytest.mark.layouts]
PARAMS = Path(__file__).parents[2] / "params"
FIRST, SECOND = "tokyo-dc1", "tokyo-dc2"
COMMAND = (sys.executable, "-m", "closednet")
MORE, CHECK_FAILED = 2, 1
OTHERS = {
    "hosts": [
        {"name": "srv0004", "address": "192.168.10.100", "os": "ubuntu"},
        {"name": "srv0005", "address": "192.168.10.101", "os": "ubuntu"},
    ]
}
KEPT = (
    *("service-setting/activation-tier", "session-preferences"),
    *("role/closednet-managed-node", "log-group/messages"),
    *("security-group/endpoints", "interface-endpoint/ssm"),
    *("resolver-endpoint/inbound", "hosted-zone/s3.ap-northeast-1.amazonaws.com"),
)


@dataclass
class Account:
    """
    A rehearsal in which two sites have servers, and the command line for both.
    """

    rehearsal: Running
    folder: Path

    def run(self, verb: str, site: str, *arguments: str, code: int = 0) -> str:
        """
        Run a command; once more where checks failed, as a busy machine answers late.
        """
        done = self._once(verb, site, arguments)
        for _ in range(MORE if done.returncode == CHECK_FAILED else 0):
            done = self._once(verb, site, arguments)
            if done.returncode == code:
                break
        assert code == done.returncode, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout

    def _once(
        self, verb: str, site: str, arguments: tuple[str, ...]
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, verb, *self._named(site), *arguments],
            env=self.rehearsal.environment(self.folder / "evidence"),
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )

    def _named(self, site: str) -> list[str]:
        return [os.fspath(self.folder / f"{site}.yaml")]

    def rolled_out(self, site: str) -> str:
        """
        Roll a site out and return the id of the run.
        """
        digest = json.loads(self.run("plan", site, "--json"))["digest"]
        self.run("apply", site, "--approve", digest)
        journals = (self.folder / "evidence" / site).glob("*/journal.jsonl")
        return max(journals, key=lambda path: path.stat().st_ctime).parent.name

    def rolled_back(self, site: str, run: str) -> str:
        """
        Undo a run and return what its plan said.
        """
        said = self.run("rollback", site, "--run", run, code=3)
        digest = said.split("digest: ")[-1].split()[0]
        self.run("rollback", site, "--run", run, "--approve", digest)
        return said

    def stands(self, site: str) -> None:
        """
        Make sure that every claim holds, and that nothing is to do.
        """
        self.run("verify", site)
        assert "nothing to do" in self.run("plan", site)

    def policies(self) -> dict[str, Any]:
        """
        Return what an operator of both sites has: the least for each.
        """
        found: dict[str, Any] = {}
        for site in (FIRST, SECOND):
            opened = site_of(self._named(site)[0])
            for account, policy in registry.operator_policies(opened).items():
                held = found.setdefault(account, {**policy, "Statement": []})
                held["Statement"] += [
                    {**statement, "Sid": f"{statement['Sid']}{site[-1]}"}
                    for statement in policy["Statement"]
                ]
        return found

    def resources(self) -> dict[str, Any]:
        """
        Return everything that exists, by kind and id.
        """
        state = self.rehearsal.ask("state")
        owners = state["accounts"] | {"managed": state["systems_manager"]}
        return {
            f"{owner}/{kind}/{name}": about
            for owner, kinds in owners.items()
            for kind, found in kinds.items()
            for name, about in found.items()
        }


def differing(before: dict[str, Any], after: dict[str, Any]) -> list[str]:
    """
    Name each resource that came, went or changed.
    """
    names = sorted({*before, *after})
    return [name for name in names if before.get(name) != after.get(name)]


def private(resources: dict[str, Any], site: str) -> list[str]:
    """
    Name what a site alone has: its nodes, their activation, schedules, secrets.
    """
    return sorted(
        name
        for name, about in resources.items()
        if f"/closednet/{site}/" in name
        or (name.startswith("managed/") and is_tagged(about, site))
    )


def is_tagged(about: Any, site: str) -> bool:
    tags = about.get("tags", {}) if isinstance(about, dict) else {}
    return bool(tags.get("closednet:site") == site)


@pytest.fixture(name="account")
def _account(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Account]:
    raw = yaml.safe_load((PARAMS / "rehearsal.yaml").read_text("utf-8"))
    shutil.copy(PARAMS / "rehearsal-signing-key.asc", tmp_path)
    for site, changes in ((FIRST, {}), (SECOND, OTHERS)):
        text = yaml.safe_dump(raw | {"site": site} | changes, sort_keys=False)
        (tmp_path / f"{site}.yaml").write_text(text, "utf-8")
    evidence = tmp_path / "evidence"
    with running(tmp_path / "work", hosts=5, evidence=evidence) as rehearsal:
        account = Account(rehearsal, tmp_path)
        connection = os.fspath(rehearsal.connection_file)
        monkeypatch.setenv("CLOSEDNET_CONNECTION", connection)
        rehearsal.tell("operator-policy", **account.policies())
        yield account


def test_a_site_that_goes_leaves_the_other_one_untouched(account: Account) -> None:
    """
    The second site adopts what the first made: tier, preferences, role, log groups,
    endpoints, names. Compared value by value, after each of them went.
    """
    empty = account.resources()
    first = account.rolled_out(FIRST)
    alone = account.resources()
    second = account.rolled_out(SECOND)
    both = account.resources()
    account.stands(SECOND)
    account.stands(FIRST)
    assert private(both, SECOND) == differing(alone, both)

    account.rolled_back(SECOND, second)
    assert [] == differing(alone, account.resources())
    account.stands(FIRST)

    second = account.rolled_out(SECOND)
    both = account.resources()
    said = account.rolled_back(FIRST, first)
    assert private(both, FIRST) == differing(both, account.resources())
    account.stands(SECOND)
    for kept in KEPT:
        assert f"{kept} stays: site {SECOND} uses it" in " ".join(said.split())

    account.rolled_back(SECOND, second)
    account.rolled_back(FIRST, first)
    assert [] == differing(empty, account.resources())
    assert [] == account.rehearsal.ask("unsupported")
