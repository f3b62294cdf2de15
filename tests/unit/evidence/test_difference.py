"""
Two runs are compared by what they say about the world, not by their text.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

import pytest

from closednet.cli.main import main
from closednet.errors import EvidenceError
from closednet.evidence import archive, difference, portrait
from closednet.evidence.listener import JournalListener
from closednet.model.change import Create, Delete, Kept, Update, key_of
from closednet.model.plan import Plan
from closednet.model.receipt import Done, Receipt
from closednet.model.report import Check, Report
from closednet.model.specs.management import LogGroup
from tests.unit.evidence.samples import (
    BY_HAND,
    GROUP,
    PLAN,
    REPORT,
    SCOPE,
    full_run,
    run_folder,
)


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from closednet.evidence.run_folder import RunFolder

OTHER = "20261124T090000Z-4d5e6f"
FACTS = """\
closednet: os_id=ubuntu
closednet: ssm_version=3.3.2746.0
closednet: disk_free_mb={free}
closednet: tools=curl {tools}
closednet: complete=yes
"""


def answered(folder: RunFolder, *addresses: str) -> None:
    folder.journal.record(
        "dns-question",
        answer={
            "server": "192.168.10.53",
            "name": "ssm.ap-northeast-1.amazonaws.com",
            "rdtype": "A",
            "rcode": "NOERROR" if addresses else "NXDOMAIN",
            "addresses": list(addresses),
            "duration_ms": 7,
            "ttl": 60,
        },
    )


def looked_at(folder: RunFolder, *, tools: str = "", free: int = 100) -> None:
    folder.journal.record(
        "host-transcript",
        host="web01",
        script="facts",
        exit_code=0,
        stdout=FACTS.format(free=free, tools=tools),
    )


def changed(folder: RunFolder, change: Create[LogGroup] | Update[LogGroup]) -> None:
    JournalListener(folder.journal).change_done("activation", Done(change, "lg-1"))


CHANGES: dict[str, tuple[Callable[[RunFolder], object], list[tuple[str, ...]]]] = {
    "a parameter": (
        lambda f: f.write_params({"site": "osaka", "hosts": [{"name": "db01"}]}),
        [
            ("parameters", "hosts[0].name", "appeared", "", "db01"),
            ("parameters", "keys.secret_access_key", "vanished", "[secret]", ""),
        ],
    ),
    "a version": (
        lambda f: f.write_versions({"boto3": "1.99.0"}),
        [("versions", "boto3", "changed", "1.44.5", "1.99.0")],
    ),
    "an answer": (
        lambda f: answered(f, "10.20.2.7", "10.20.1.7"),
        [
            (
                "DNS answers",
                "ssm.ap-northeast-1.amazonaws.com A at 192.168.10.53",
                "changed",
                "10.20.1.7",
                "10.20.1.7, 10.20.2.7",
            )
        ],
    ),
    "no answer": (
        answered,
        [
            (
                "DNS answers",
                "ssm.ap-northeast-1.amazonaws.com A at 192.168.10.53",
                "changed",
                "10.20.1.7",
                "NXDOMAIN",
            )
        ],
    ),
    "an attribute": (
        lambda f: changed(f, Update(GROUP.new, LogGroup(GROUP.new.name, 7))),
        [("resources", GROUP.new.key, "changed", "90", "7")],
    ),
    "a resource": (
        lambda f: changed(f, Create(LogGroup("more", 1))),
        [("resources", LogGroup("more", 1).key, "appeared", "", "stands")],
    ),
    "a deletion": (
        lambda f: JournalListener(f.journal).change_done(
            "activation", Done(Delete(GROUP.new), "lg-1")
        ),
        [("resources", GROUP.new.key, "changed", "stands", "removed")],
    ),
    "a server": (
        lambda f: looked_at(f, tools="wget"),
        [("servers", "web01", "appeared", "", "there")],
    ),
    "a verdict": (
        lambda f: f.write_report(
            Report("activation", (Check("the role exists", False, "gone"),))
        ),
        [
            (
                "checks",
                "activation: the role exists",
                "changed",
                "holds",
                "does not hold",
            ),
            ("checks", "activation: the tier is advanced", "vanished", "holds", ""),
        ],
    ),
}


def pair(root: Path) -> tuple[RunFolder, RunFolder]:
    return full_run(root), full_run(root, OTHER)


def found(a: RunFolder, b: RunFolder) -> list[tuple[str, ...]]:
    differences = difference.between(portrait.of(a.path), portrait.of(b.path))
    return [(d.section, d.key, d.kind, d.before, d.after) for d in differences]


@pytest.mark.parametrize("what", CHANGES)
def test_each_kind_of_change_is_told_and_nothing_else(
    tmp_path: Path, what: str
) -> None:
    a, b = pair(tmp_path)
    change, told = CHANGES[what]
    change(b)

    assert told == found(a, b)


def test_times_words_and_order_are_no_difference(tmp_path: Path) -> None:
    """Another run id, other moments, other evidence texts, the same world."""
    a, b = pair(tmp_path)
    for folder, free in ((a, 100), (b, 7)):
        looked_at(folder, free=free)
    b.journal.record("cell", count=1, duration_ms=99)
    b.write_report(
        Report("activation", tuple(Check(c.claim, True, "!") for c in REPORT.checks))
    )
    archive.seal(b)

    assert [] == found(a, b)


def test_what_a_server_has_is_compared(tmp_path: Path) -> None:
    a, b = pair(tmp_path)
    looked_at(a)
    looked_at(b, tools="wget")

    assert [("servers", "web01", "changed", "curl", "curl, wget")] == found(a, b)


def test_a_resource_found_in_place_is_the_one_that_was_made(tmp_path: Path) -> None:
    """The second run of a site makes nothing, and differs in nothing."""
    a = full_run(tmp_path)
    b = run_folder(tmp_path, OTHER)
    b.journal.record("run", site="osaka", region="ap-northeast-1", simulated=True)
    b.write_params({"site": "osaka", "keys": {"secret_access_key": "rehearsal"}})
    b.write_versions({"boto3": "1.44.5"})
    keys = [*map(key_of, PLAN.changes[:3]), *(kept.key for kept in PLAN.kept)]
    stands = tuple(Kept(key, "is as desired") for key in keys)
    b.write_plan(Plan("activation", SCOPE, (BY_HAND,), stands))
    b.write_receipt(Receipt("activation", "", "", (), (BY_HAND,)))
    answered(b, "10.20.1.7")
    b.write_report(REPORT)

    assert [] == found(a, b)


def test_ids_differ_between_sites_always(tmp_path: Path) -> None:
    a, b = pair(tmp_path)
    b.journal.record("run", site="kobe")
    changed(b, GROUP)
    JournalListener(b.journal).change_done("activation", Done(GROUP, "lg-77"))

    assert [] == found(a, b)
    c = full_run(tmp_path / "c", OTHER)
    JournalListener(c.journal).change_done("activation", Done(GROUP, "lg-77"))
    assert [("resources", GROUP.new.key, "changed", "lg-1", "lg-77")] == found(a, c)


def test_the_command_tells_by_its_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    a, b = pair(tmp_path)
    archive.seal(a)
    packed = a.path.with_name("a.zip")
    packed.write_bytes(archive.pack(a.path))

    assert 0 == main(["evidence", "diff", str(a.path), str(packed)])
    assert "no difference\n" == capsys.readouterr().out
    answered(b, "10.20.9.9")
    assert 1 == main(["evidence", "diff", str(packed), str(b.path)])
    shown = capsys.readouterr()
    assert "DNS answers" in shown.out
    assert "10.20.9.9" in shown.out
    assert "0 appeared, 0 vanished, 1 changed" in shown.out
    assert f"⚠️ {OTHER}: manifest.json: not sealed" in shown.err
    assert 1 == main(["evidence", "diff", "--json", str(a.path), str(b.path)])
    told = json.loads(capsys.readouterr().out)
    assert (False, "10.20.9.9") == (told["same"], told["differences"][0]["after"])
    assert OTHER == told["runs"][1]["run"]


def test_what_is_no_run_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="holds no run"):
        portrait.of(tmp_path)
    folder = full_run(tmp_path)
    (folder.path / "params.yaml").write_text("a: [")
    with pytest.raises(EvidenceError, match=r"params\.yaml cannot be read"):
        portrait.of(folder.path)
    (folder.path / "params.yaml").write_text("a: 1")
    (folder.path / "versions.json").write_text("{")
    with pytest.raises(EvidenceError, match="no JSON"):
        portrait.of(folder.path)
