"""
What was approved is what is applied: refusals before the first write, on the command
line, each with its exit code and its reason.
"""

from __future__ import annotations

import json
import subprocess

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from closednet.evidence import change_request
from closednet.run import signing
from closednet_rehearsal.running import running
from tests.rehearsal.approvals import EVE, HANA, KEN, NAO, desk


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.rehearsal.approvals import Desk

pytestmark = pytest.mark.rehearsal
YESTERDAY = datetime.now(UTC) - timedelta(days=1)


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("desk")
    evidence = folder / "evidence"
    with running(folder / "rehearsal", evidence=evidence) as rehearsal:
        yield desk(rehearsal, folder, evidence)


@pytest.fixture(name="approved", scope="module")
def _approved(desk: Desk) -> tuple[Path, str]:
    """
    Return a change request that everybody approved who has to.
    """
    file, digest = desk.request("approved")
    desk.approve(file, HANA, NAO)
    return file, digest


class TestNotYet:
    def test_nobody_one_and_the_wrong_two_are_not_enough(self, desk: Desk) -> None:
        """Exit 3: it may still become enough; each message says what is missing."""
        file, digest = desk.request("not-yet")
        nobody = desk.apply(file, digest)
        desk.approve(file, HANA)
        one = desk.apply(file, digest)
        desk.approve(file, KEN)
        without_role = desk.apply(file, digest)
        for folder in (file.parent, desk.evidence / "tokyo-dc1" / "plans"):
            for path in (folder / "approvals").iterdir():
                path.unlink()

        assert [3, 3, 3] == [d.returncode for d in (nobody, one, without_role)]
        assert "0 of 2 approvals" in nobody.stderr
        assert "1 of 2 approvals; 0 of 1 in the role security" in one.stderr
        assert "of 2 approvals" not in without_role.stderr
        assert "role security (one of: nao@example.jp)" in without_role.stderr
        assert [] == desk.writes()

    def test_the_digest_alone_is_not_enough_in_a_notebook_either(
        self, desk: Desk
    ) -> None:
        """The same gate stands before the apply cell."""
        _, digest = desk.request("in-a-notebook")
        script = (
            "from closednet.run import open_run\n"
            f"run = open_run('endpoints', {str(desk.params)!r}, run_id='guided')\n"
            "plan = run.plan(run.inspect())\n"
            "run.apply(plan, plan.plan.digest)\n"
        )
        done = subprocess.run(
            [*desk.command()[:1], "-c", script],
            env=desk.environment(),
            cwd=desk.checkout,
            capture_output=True,
            text=True,
            check=False,
        )

        assert "ApprovalError" in done.stderr
        assert "0 of 2 approvals" in done.stderr
        assert [] == desk.writes()
        assert digest


class TestOneByte:
    """
    "Any change of one byte is refused, and the message says which."
    """

    @pytest.mark.parametrize(
        ("name", "old", "new", "said"),
        [
            ("params/site.yaml", "# The site", "# the site", "parameters: the file"),
            (
                "params/allowed_signers",
                "hana@example.jp ssh",
                "hana@example.jp  ssh",
                "parameters: allowed signers",
            ),
            (
                "params/rehearsal-signing-key.asc",
                "-----END",
                "\n-----END",
                "parameters: signing key",
            ),
            (
                "notebooks/30-hosted-zone.ipynb",
                "Afterwards",
                "afterwards",
                "notebooks: 30-hosted-zone.ipynb was changed",
            ),
            (
                "lib/closednet/steps/hosted_zone.py",
                '"""',
                '""" ',
                "library: steps/hosted_zone.py was changed",
            ),
            (
                "params/site.yaml",
                "address: 192.168.10.11",
                "address: 192.168.10.13",
                "targets: server web01 was changed",
            ),
        ],
    )
    def test_it_is_refused_by_name(
        self,
        desk: Desk,
        approved: tuple[Path, str],
        *,
        name: str,
        old: str,
        new: str,
        said: str,
    ) -> None:
        path = desk.checkout / name
        before = path.read_bytes()
        path.write_bytes(before.replace(old.encode(), new.encode(), 1))
        try:
            assert before != path.read_bytes()
            done = desk.apply(*approved)
        finally:
            path.write_bytes(before)

        assert 4 == done.returncode, done.stderr
        assert "VoidApprovalError" in done.stderr
        assert said in done.stderr
        assert [] == desk.writes()

    def test_a_file_more_is_a_change_too(
        self, desk: Desk, approved: tuple[Path, str]
    ) -> None:
        path = desk.checkout / "lib" / "closednet" / "steps" / "extra.py"
        path.write_text("")
        try:
            done = desk.apply(*approved)
        finally:
            path.unlink()

        assert 4 == done.returncode
        assert "library: steps/extra.py was added" in done.stderr

    def test_without_signatures_it_is_compared_with_the_plan(self, desk: Desk) -> None:
        """A digest alone names no code; what the plan was made with does."""
        notebook = desk.checkout / "notebooks" / "10-interface-endpoints.ipynb"
        before = notebook.read_bytes()
        desk.demand(required=0, roles=[], allowed_signers=None)
        try:
            file, digest = desk.request("digest-alone")
            notebook.write_bytes(before.replace(b"Ten minutes", b"Two minutes"))
            done = desk.apply(file, digest)
        finally:
            notebook.write_bytes(before)
            desk.demand()

        assert 4 == done.returncode, done.stderr
        assert "notebooks: 10-interface-endpoints.ipynb was changed" in done.stderr
        assert [] == desk.writes()


class TestNoMore:
    def test_an_expired_approval_is_refused(self, desk: Desk) -> None:
        """Signed yesterday for one hour."""
        file, digest = desk.request("expired")
        desk.approve(file, NAO)
        old = signing.approve(
            file,
            change_request.read(file),
            key=desk.keys / HANA,
            approver=HANA,
            valid_hours=1,
            clock=lambda: YESTERDAY,
        )
        signing.write(file.parent / "approvals", old)
        done = desk.apply(file, digest)

        assert 4 == done.returncode, done.stderr
        assert f"approval of {HANA}: expired at" in done.stderr
        assert "1 of 2 approvals" in done.stderr

    def test_a_window_that_is_not_open_is_refused(self, desk: Desk) -> None:
        begins, ends = YESTERDAY - timedelta(hours=2), YESTERDAY
        window = {"begins": _moment(begins), "ends": _moment(ends)}
        desk.demand(windows=[window])
        try:
            file, digest = desk.request("closed")
            desk.approve(file, HANA, NAO)
            done = desk.apply(file, digest)
        finally:
            desk.demand()

        assert 4 == done.returncode, done.stderr
        assert "the change window is not open" in done.stderr
        assert window["ends"] in done.stderr
        assert [] == desk.writes()

    def test_dropping_the_demand_makes_another_digest(
        self, desk: Desk, approved: tuple[Path, str]
    ) -> None:
        """Nobody gets rid of the approvers and keeps what they approved."""
        desk.demand(required=0, roles=[], allowed_signers=None)
        try:
            done = desk.apply(*approved)
        finally:
            desk.demand()

        assert 4 == done.returncode
        assert [] == desk.writes()


class TestForged:
    def test_a_key_that_is_not_allowed_does_not_count(self, desk: Desk) -> None:
        file, digest = desk.request("not-allowed")
        desk.approve(file, NAO, EVE)
        done = desk.apply(file, digest)

        assert 4 == done.returncode
        assert f"no good signature of {EVE}" in done.stderr

    def test_an_edited_statement_does_not_count(self, desk: Desk) -> None:
        """Whoever prolongs an approval breaks its signature."""
        file, digest = desk.request("edited")
        desk.approve(file, HANA, NAO)
        path = file.parent / "approvals" / f"{digest}-{HANA}.approval.json"
        statement = path.read_text("utf-8")
        year = str(datetime.now(UTC).year)
        path.write_text(statement.replace(f'"{year}', f'"{int(year) + 1}', 1))
        store = desk.evidence / "tokyo-dc1" / "plans" / "approvals"
        (store / path.name).unlink(missing_ok=True)
        done = desk.apply(file, digest)

        assert 4 == done.returncode, done.stderr
        assert f"no good signature of {HANA}" in done.stderr

    def test_a_page_that_says_something_else_is_not_signed_for(
        self, desk: Desk
    ) -> None:
        """The board reads the page; the signature is over the JSON."""
        file, digest = desk.request("doctored")
        page = file.with_name("change-request.ja.html")
        page.write_text(page.read_text("utf-8").replace("443", "80", 1), "utf-8")
        given = ("--as", HANA, "--key", str(desk.keys / HANA))
        doctored = desk.closednet("approve", str(file), *given)
        page.unlink()
        other = desk.closednet("approve", str(file), *given, "--digest", "0" * 20)

        assert 1 == doctored.returncode
        assert "change-request.ja.html: not what" in doctored.stderr
        assert 4 == other.returncode
        assert digest in other.stderr

    def test_an_approver_can_compare_with_a_checkout_of_their_own(
        self, desk: Desk
    ) -> None:
        file, _ = desk.request("compared")
        desk.approve(file, HANA, **{"--check": str(desk.params)})
        path = desk.checkout / "lib" / "closednet" / "site.py"
        before = path.read_bytes()
        path.write_bytes(before + b"\n")
        try:
            given = ("--as", KEN, "--key", str(desk.keys / KEN))
            done = desk.closednet(
                "approve", str(file), *given, "--check", str(desk.params)
            )
        finally:
            path.write_bytes(before)

        assert 4 == done.returncode
        assert "library: site.py was changed" in done.stderr


def _moment(when: datetime) -> str:
    return when.isoformat(timespec="seconds")


def test_json_names_both_people_of_a_request(desk: Desk) -> None:
    """The demand stands in the request, so the board sees whom it needs."""
    file, _ = desk.request("demand")
    demand = json.loads(file.read_text("utf-8"))["request"]["demand"]

    assert 2 == demand["required"]
    assert [NAO] == demand["roles"][0]["signers"]
