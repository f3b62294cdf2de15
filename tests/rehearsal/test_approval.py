"""
What was approved is what is applied: refusals before the first write, on the command
line, each with its exit code and its reason.
"""

from __future__ import annotations

import json
import subprocess
import sys

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from closednet.evidence import change_request
from closednet.run import signing
from closednet_rehearsal.work_dir import SIGNING_KEY
from tests.rehearsal.approvals import EVE, HANA, KEN, NAO, desk, edited
from tests.rehearsals import running


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.rehearsal.approvals import Desk

pytestmark = pytest.mark.rehearsal
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Requested:
    """
    A change request, and a folder with the approvals of HANA and NAO: enough.
    """

    file: Path
    digest: str
    approvals: Path


@dataclass(frozen=True, slots=True)
class Edit:
    """
    One change of one file of the checkout, and what is said about it.
    """

    name: str
    old: str
    new: str
    said: str


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    evidence = folder / "evidence"
    with running(folder / "rehearsal", hosts=1, evidence=evidence) as rehearsal:
        yield desk(rehearsal, folder, evidence)


@pytest.fixture(name="requested", scope="module")
def _requested(desk: Desk) -> Requested:
    file, digest = desk.request("requested")
    enough = file.parent / "enough"
    desk.approve(file, enough, HANA, NAO)
    return Requested(file, digest, enough)


@pytest.fixture(name="nothing_written", autouse=True)
def _nothing_written(desk: Desk) -> Iterator[None]:
    """
    Every test here is about something that is refused before the first write.
    """
    yield
    assert [] == desk.writes()


class TestNotYet:
    def test_one_and_the_wrong_two_are_not_enough(
        self, desk: Desk, requested: Requested, tmp_path: Path
    ) -> None:
        """Exit 3: it may still become enough; each message says what is missing."""
        file, digest = requested.file, requested.digest
        desk.approve(file, tmp_path, HANA)
        one = desk.apply(file, digest, tmp_path)
        desk.approve(file, tmp_path, KEN)
        without_role = desk.apply(file, digest, tmp_path)

        assert [3, 3] == [done.returncode for done in (one, without_role)]
        assert "1 of 2 approvals; 0 of 1 in the role security" in one.stderr
        assert "of 2 approvals" not in without_role.stderr
        assert "role security (one of: nao@example.jp)" in without_role.stderr

    def test_the_digest_alone_is_not_enough_in_a_notebook_either(
        self, desk: Desk
    ) -> None:
        """The same gate stands before the apply cell."""
        script = (
            "from closednet.run import open_run\n"
            f"run = open_run('endpoints', {str(desk.params)!r}, run_id='guided')\n"
            "plan = run.plan(run.inspect())\n"
            "run.apply(plan, plan.plan.digest)\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script],
            env=desk.environment(),
            cwd=desk.checkout,
            capture_output=True,
            text=True,
            check=False,
        )

        assert "ApprovalError" in done.stderr
        assert "0 of 2 approvals" in done.stderr


EDITS = {
    "parameters": Edit(
        "params/site.yaml", "site: tokyo", "site:  tokyo", "parameters: the file"
    ),
    "signers": Edit(
        "params/allowed_signers",
        "hana@example.jp ssh",
        "hana@example.jp  ssh",
        "parameters: allowed signers was changed",
    ),
    "signing-key": Edit(
        f"params/{SIGNING_KEY}",
        "-----END",
        "\n-----END",
        "parameters: signing key was changed",
    ),
    "notebooks": Edit(
        "notebooks/30-hosted-zone.ipynb",
        "Afterwards",
        "afterwards",
        "notebooks: 30-hosted-zone.ipynb was changed",
    ),
    "library": Edit(
        "lib/closednet/steps/hosted_zone.py",
        "Step 30",
        "step 30",
        "library: steps/hosted_zone.py was changed",
    ),
    "targets": Edit(
        "params/site.yaml",
        "address: 192.168.10.11",
        "address: 192.168.10.13",
        "targets: server web01 was changed",
    ),
}


class TestOneByte:
    """
    Any change of one byte is refused, and the message says which.
    """

    @pytest.mark.parametrize("edit", EDITS.values(), ids=EDITS)
    def test_it_is_refused_by_name(
        self, desk: Desk, requested: Requested, edit: Edit
    ) -> None:
        path = desk.checkout / edit.name
        content = path.read_bytes()
        with edited(path, content.replace(edit.old.encode(), edit.new.encode(), 1)):
            done = desk.apply(requested.file, requested.digest, requested.approvals)

        assert 4 == done.returncode, done.stderr
        assert "VoidApprovalError" in done.stderr
        assert edit.said in done.stderr

    def test_a_file_more_is_a_change_too(
        self, desk: Desk, requested: Requested
    ) -> None:
        path = desk.checkout / "lib" / "closednet" / "steps" / "extra.py"
        path.write_text("")
        try:
            done = desk.apply(requested.file, requested.digest, requested.approvals)
        finally:
            path.unlink()

        assert 4 == done.returncode
        assert "library: steps/extra.py was added" in done.stderr

    def test_without_signatures_it_is_compared_with_the_plan(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        """A digest alone names no code; what the plan was made with does."""
        notebook = desk.checkout / "notebooks" / "10-interface-endpoints.ipynb"
        shorter = notebook.read_bytes().replace(b"Ten minutes", b"Two minutes")
        desk.demand(required=0, roles=[], allowed_signers=None)
        try:
            file, digest = desk.request("digest-alone")
            with edited(notebook, shorter):
                done = desk.apply(file, digest, tmp_path)
        finally:
            desk.demand()

        assert 4 == done.returncode, done.stderr
        assert "notebooks: 10-interface-endpoints.ipynb was changed" in done.stderr


class TestNoMore:
    def test_a_window_that_is_not_open_is_refused(
        self, desk: Desk, tmp_path: Path
    ) -> None:
        """The window comes first: nobody has to look for signatures."""
        begins, ends = YESTERDAY - timedelta(hours=2), YESTERDAY
        window = {"begins": _moment(begins), "ends": _moment(ends)}
        desk.demand(windows=[window])
        try:
            file, digest = desk.request("closed")
            done = desk.apply(file, digest, tmp_path)
        finally:
            desk.demand()

        assert 4 == done.returncode, done.stderr
        assert "the change window is not open" in done.stderr
        assert window["ends"] in done.stderr

    def test_dropping_the_demand_makes_another_digest(
        self, desk: Desk, requested: Requested, tmp_path: Path
    ) -> None:
        """Nobody gets rid of the approvers and keeps what they approved."""
        desk.demand(required=0, roles=[], allowed_signers=None)
        try:
            given = ("--approve", requested.digest)
            (desk.store / f"{requested.digest}.covers.json").unlink()
            done = desk.closednet("apply", str(desk.params), *given)
        finally:
            desk.demand()

        assert 4 == done.returncode
        assert "StalePlanError" in done.stderr


class TestForged:
    def test_each_that_does_not_count_is_named_with_its_reason(
        self, desk: Desk, requested: Requested, tmp_path: Path
    ) -> None:
        """One expired, one prolonged by hand, one by a key that is not allowed."""
        file, digest = requested.file, requested.digest
        desk.approve(file, tmp_path, NAO, EVE)
        path = tmp_path / f"{digest}-{NAO}.approval.json"
        year = datetime.now(UTC).year
        text = path.read_text("utf-8")
        prolonged = text.replace(f'"expires_at":"{year}', f'"expires_at":"{year + 1}')
        path.write_text(prolonged, "utf-8")
        old = signing.approve(
            file,
            change_request.read(file),
            key=desk.keys / HANA,
            approver=HANA,
            valid_hours=1,
            clock=lambda: YESTERDAY,
        )
        signing.write(tmp_path, old)
        done = desk.apply(file, digest, tmp_path)

        assert text != prolonged
        assert 4 == done.returncode, done.stderr
        assert "0 of 2 approvals" in done.stderr
        assert f"approval of {HANA}: expired at" in done.stderr
        assert f"no good signature of {EVE}" in done.stderr
        assert f"no good signature of {NAO}" in done.stderr

    def test_a_page_that_says_something_else_is_not_signed_for(
        self, desk: Desk, requested: Requested
    ) -> None:
        """The board reads the page; the signature is over the JSON."""
        page = requested.file.with_name("change-request.ja.html")
        text = page.read_text("utf-8")
        page.write_text(text.replace("443", "80", 1), "utf-8")
        doctored = desk.sign(requested.file, HANA)
        page.write_text(text, "utf-8")
        other = desk.sign(requested.file, HANA, "--digest", "0" * 20)

        assert 1 == doctored.returncode
        assert "change-request.ja.html: not what" in doctored.stderr
        assert 4 == other.returncode
        assert requested.digest in other.stderr

    def test_an_approver_can_compare_with_a_checkout_of_their_own(
        self, desk: Desk, requested: Requested, tmp_path: Path
    ) -> None:
        check = ("--check", str(desk.params), "--out", str(tmp_path))
        same = desk.sign(requested.file, HANA, *check)
        path = desk.checkout / "lib" / "closednet" / "site.py"
        with edited(path, path.read_bytes() + b"\n"):
            other = desk.sign(requested.file, KEN, *check)

        assert 0 == same.returncode, same.stderr
        assert 4 == other.returncode
        assert "library: site.py was changed" in other.stderr


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def test_the_request_says_whom_it_needs(requested: Requested) -> None:
    """So the board sees it, and the signature is over it."""
    demand = json.loads(requested.file.read_text("utf-8"))["request"]["demand"]

    assert 2 == demand["required"]
    assert [NAO] == demand["roles"][0]["signers"]
