"""
Drift is told with the approval that explains it, or as nobody's.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from closednet.cli import audit_command
from closednet.errors import EvidenceError
from closednet.evidence import approved, archive, baseline, codec, drift, openpgp
from closednet.evidence import portrait as portraits
from closednet.evidence.drift import Stranger
from closednet.evidence.listener import JournalListener
from closednet.model.change import Create, Delete, Found, Update
from closednet.model.plan import Plan
from closednet.model.receipt import Done
from closednet.model.specs.management import LogGroup
from closednet.model.specs.network import HostedZone
from closednet.run.audit import Audit
from tests.unit.evidence.samples import GROUP, SCOPE, full_run, run_folder


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.evidence.baseline import Baseline
    from closednet.evidence.drift import Drift
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.change import AnyChange

OLDER = "20261101T090000Z-1a2b3c"
LATER = "20261201T090000Z-4d5e6f"
KEPT = LogGroup("/kept", 30)


@pytest.fixture(name="held")
def _held(tmp_path: Path) -> Baseline:
    folder = full_run(tmp_path, OLDER)
    found = {KEPT.key: codec.encode(Found(KEPT, "lg-kept", owned=False))}
    folder.journal.record(
        "inspected", step="iam-attach", found=[KEPT.key], resources=found
    )
    archive.seal(folder)
    return baseline.read(folder.path)


def approve(root: Path, *changes: AnyChange, by: str = "hana") -> RunFolder:
    """
    Seal a later run in which somebody approved changes, and made them.
    """
    folder = run_folder(root, LATER)
    # Later than the archive, as the clock of samples begins anew.
    for _ in range(60):
        folder.journal.record("tick")
    folder.write_approval(Plan("activation", SCOPE, changes), by=by)
    for change in changes:
        JournalListener(folder.journal).change_done("activation", Done(change, "x"))
    archive.seal(folder)
    return folder


def compared(root: Path, held: Baseline, **resources: LogGroup | None) -> list[Drift]:
    """
    Return the drift where these log groups are so now, and all else as before.
    """
    before = baseline.as_portrait(held)
    things = dict(before.sections["resources"])
    for name, spec in resources.items():
        key = LogGroup(f"/{name}", 0).key if name != "made" else GROUP.new.key
        if spec is None:
            del things[key]
        else:
            things[key] = portraits.thing(spec, things.get(key, {}).get("id", ""))
    site = {"site": {"params_digest": {"": "0"}}}
    sections = before.sections | {"resources": things} | site
    now = replace(before, sections=sections)
    return list(drift.of(held, before, now, approved.read(root, "osaka")))


def _ask(folder: RunFolder, name: str) -> None:
    said = {"name": name, "rdtype": "A", "server": "192.168.10.53", "addresses": []}
    folder.journal.record("dns-question", answer=said | {"rcode": "NXDOMAIN"})


class TestBaseline:
    def test_it_holds_what_was_found_and_what_was_made(self, held: Baseline) -> None:
        assert KEPT == held.resources[KEPT.key].spec
        assert GROUP.new == held.resources[GROUP.new.key].spec
        assert "lg-1" == held.resources[GROUP.new.key].resource_id

    def test_answers_from_before_a_change_are_not_how_it_was_left(
        self, tmp_path: Path
    ) -> None:
        """A name that was asked only on the way to the zone that answers it now."""
        zone = "s3.ap-northeast-1.amazonaws.com"
        folder = run_folder(tmp_path, OLDER)
        change = Create(HostedZone(zone, "vpc-1", "ap-northeast-1"))
        folder.write_approval(Plan("hosted-zone", SCOPE, (change,)), by="hana")
        for name in (
            f"early.{zone}",
            f"twice.{zone}",
            "ssm.ap-northeast-1.amazonaws.com",
        ):
            _ask(folder, name)
        JournalListener(folder.journal).change_done("hosted-zone", Done(change, "Z1"))
        _ask(folder, f"twice.{zone}")
        archive.seal(folder)
        names = [key.split()[0] for key in baseline.read(folder.path).answers]

        assert [f"twice.{zone}", "ssm.ap-northeast-1.amazonaws.com"] == names

    def test_a_broken_archive_is_none(self, tmp_path: Path) -> None:
        folder = full_run(tmp_path)
        archive.seal(folder)
        (folder.path / "params.yaml").write_text("site: other\n")

        with pytest.raises(EvidenceError, match="is no baseline"):
            baseline.read(folder.path)

    def test_what_came_later_has_its_default(self) -> None:
        """An archive of an older version is read, but not one of a newer."""
        check = {"is": "Check", "claim": "c", "passed": True, "evidence": "e"}

        assert codec.decode(check, object)
        with pytest.raises(EvidenceError, match="unheard_of"):
            codec.decode(check | {"unheard_of": 1}, object)


class TestMatching:
    def test_nothing_differs(self, tmp_path: Path, held: Baseline) -> None:
        assert [] == compared(tmp_path, held)

    def test_nobody_approved(self, tmp_path: Path, held: Baseline) -> None:
        found = compared(tmp_path, held, made=LogGroup(GROUP.new.name, 7), kept=None)

        assert [("changed", False), ("vanished", False)] == [
            (one.difference.kind, one.approved) for one in found
        ]

    def test_somebody_approved_exactly_that(
        self, tmp_path: Path, held: Baseline
    ) -> None:
        new = LogGroup(GROUP.new.name, 7)
        approve(
            tmp_path, Update(GROUP.new, new), Delete(KEPT), Create(LogGroup("/n", 1))
        )
        found = compared(tmp_path, held, made=new, kept=None, n=LogGroup("/n", 1))

        assert {"changed", "vanished", "appeared"} == {
            one.difference.kind for one in found
        }
        assert all("by hana" in one.approval and LATER in one.approval for one in found)

    def test_somebody_approved_something_else(
        self, tmp_path: Path, held: Baseline
    ) -> None:
        """Approved were 7 days; there are 3."""
        approve(tmp_path, Update(GROUP.new, LogGroup(GROUP.new.name, 7)))
        (found,) = compared(tmp_path, held, made=LogGroup(GROUP.new.name, 3))

        assert not found.approved
        assert LATER in found.other

    def test_what_was_approved_before_the_archive_explains_nothing(
        self, tmp_path: Path, held: Baseline
    ) -> None:
        (found,) = compared(tmp_path, held, made=None)
        later = approved.read(tmp_path, "osaka").since(held.ended)

        assert not found.approved
        assert () == later.changes

    def test_a_broken_archive_approves_nothing(
        self, tmp_path: Path, held: Baseline
    ) -> None:
        new = LogGroup(GROUP.new.name, 7)
        folder = approve(tmp_path, Update(GROUP.new, new))
        (folder.path / "verify.py").write_text("print('fine')\n")
        (found,) = compared(tmp_path, held, made=new)
        register = approved.read(tmp_path, "osaka")

        assert not found.approved
        assert register.broken[0].startswith(LATER)

    def test_a_stranger_is_nobodys(self, tmp_path: Path, held: Baseline) -> None:
        del held
        one = Stranger("role-policy/node/more", "an inline policy")
        (found,) = drift.strange([one], approved.read(tmp_path, "osaka"))

        assert ("appeared", "") == (found.difference.kind, found.approval)


def test_the_table_says_who_and_who_not(tmp_path: Path, held: Baseline) -> None:
    new = LogGroup(GROUP.new.name, 7)
    approve(tmp_path, Update(GROUP.new, new))
    found = compared(tmp_path, held, made=new, kept=None)
    before = baseline.as_portrait(held)
    told = audit_command.text(
        Audit(before, before, tuple(found), (), (), ("web01: x",))
    )

    assert "by hana" in told
    assert "no matching approval" in told
    assert "0 appeared, 1 vanished, 1 changed; 1 without a matching approval" in told
    assert "could not be read: web01: x" in told


def test_a_key_without_an_end_has_none() -> None:
    assert openpgp.ends("") is None
    assert openpgp.ends("-----BEGIN PGP PUBLIC KEY BLOCK-----\n\n!\n-----END") is None
