"""
The instruction mode: nothing is executed, people do it, and the same checks judge.
"""

from __future__ import annotations

import json
import shutil

from typing import TYPE_CHECKING, Any, TypeVar

import pytest

from closednet.batch import rollout
from closednet.errors import HandsNeededError, PreconditionError
from closednet.evidence import archive
from closednet.evidence.run_folder import RunFolder
from closednet.run import open_run
from closednet.run.rollout import verify_rollout
from closednet.site import open_site
from tests.rehearsal.approvals import ROOT
from tests.rehearsal.aws_command import person
from tests.rehearsals import running
from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from closednet_rehearsal.running import Running
    from tests.rehearsal.aws_command import Person

pytestmark = pytest.mark.rehearsal
T = TypeVar("T")
RUN = "by-hand"


@pytest.fixture(name="rehearsal", scope="module")
def _rehearsal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with running(tmp_path_factory.mktemp("instruct") / "rehearsal") as rehearsal:
        yield rehearsal


@pytest.fixture(name="somebody")
def _somebody(rehearsal: Running, tmp_path: Path) -> Iterator[Person]:
    with person(rehearsal.endpoint_url, tmp_path / "person") as one:
        yield one


@pytest.fixture(name="params")
def _params(
    rehearsal: Running, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Path:
    for name, value in rehearsal.environment(tmp_path / "evidence").items():
        monkeypatch.setenv(name, value)
    shutil.copy(ROOT / "params" / "rehearsal-signing-key.asc", tmp_path)
    text = (ROOT / "params" / "rehearsal.yaml").read_text("utf-8")
    path = tmp_path / "site.yaml"
    path.write_text(f"{text}\nmode: instruct\n", "utf-8")
    return path


def _by_hand(run: Any, somebody: Person, cell: Callable[[], T]) -> T:
    """
    Run a cell again and again, and each script that it shows, until it goes through.
    """
    for _ in range(30):
        try:
            return cell()
        except HandsNeededError as err:
            run.paste(somebody.runs(err.script))
    raise AssertionError("it never went through")


@pytest.mark.debian
def test_reading_a_site_makes_no_call_of_our_own(
    rehearsal: Running, somebody: Person, params: Path
) -> None:
    """
    The preflight by AWS CLI, dig and ssh: every check passes on what people saw.
    """
    tool("dig", "bind9-dnsutils")
    run: Any = open_run("preflight", params, run_id=RUN)
    before = len(rehearsal.ask("calls"))
    with pytest.raises(HandsNeededError) as asked:
        run.verify()
    untouched = len(rehearsal.ask("calls"))
    report = _by_hand(run, somebody, run.verify)
    said = run.folder.path / "instructions" / "preflight-verify-01.json"
    commands = "\n".join(json.loads(said.read_text("utf-8"))["asked"].values())

    assert before == untouched
    assert "aws sts get-caller-identity" in asked.value.script
    assert report.passed, report.failures
    assert "dig @127.0.0.1" in commands
    assert "root@192.168.10.11" in commands
    assert len(somebody.ran) <= len(json.loads(said.read_text("utf-8"))["answers"])


def test_writing_by_hand_is_approved_counted_and_keeps_the_secret(
    rehearsal: Running, somebody: Person, params: Path
) -> None:
    """
    Role, policy, tier and activation; the code passes through nobody's clipboard.
    """
    run: Any = open_run("activation", params, run_id=RUN)
    plan = run.plan(_by_hand(run, somebody, run.inspect))
    before = [call for call in rehearsal.ask("calls") if call["mutating"]]
    with pytest.raises(Exception, match="nobody approved"):
        run.apply(plan, "")
    receipt = _by_hand(run, somebody, lambda: run.apply(plan, plan.plan.digest))
    writes = somebody.ran.count("ssm create-activation")
    again = run.apply(plan, plan.plan.digest)
    report = _by_hand(run, somebody, run.verify)
    run.close()
    code = (somebody.secrets / "code").read_text("utf-8")
    kept = [p for p in run.folder.path.rglob("*") if p.is_file()]

    assert [] == before
    assert 4 == len(receipt.receipt.done)
    assert 1 == writes == somebody.ran.count("ssm create-activation")
    assert receipt.receipt == again.receipt
    assert report.passed, report.failures
    assert 0o700 == somebody.secrets.stat().st_mode & 0o777
    assert len(code) > 10
    assert [] == [p.name for p in kept if code in p.read_text("utf-8", "replace")]
    folder = RunFolder(run.folder.root, run.folder.site, RUN)
    assert [] == [p for p in archive.verify(folder.path) if "not sealed" not in p]
    assert {"activation"} == {receipt.step for receipt in folder.receipts()}


def test_commands_that_would_execute_refuse(params: Path) -> None:
    """Not even by mistake: apply, rollback and verify act by themselves."""
    for call in (
        lambda: rollout.apply(str(params), approve="0" * 20),
        lambda: rollout.undo(str(params), RUN, approve=""),
        lambda: verify_rollout(open_site(params)),
    ):
        with pytest.raises(PreconditionError, match="mode is instruct"):
            call()


def test_answers_of_another_script_are_refused(somebody: Person, params: Path) -> None:
    run: Any = open_run("endpoints", params, run_id=RUN)
    with pytest.raises(PreconditionError, match="nothing was asked for"):
        run.paste("== closednet 0a1b.1 ==\nx\n== exit 0 ==")
    with pytest.raises(HandsNeededError):
        run.inspect()
    with pytest.raises(PreconditionError, match="belong to another script"):
        run.paste("== closednet 0a1b.1 ==\nx\n== exit 0 ==")
    assert [] == somebody.ran


def test_a_command_that_could_not_run_is_asked_for_again(
    somebody: Person, params: Path
) -> None:
    """No AWS CLI on that machine: the message says so, and nothing is lost."""
    run: Any = open_run("hosted-zone", params, run_id=RUN)
    with pytest.raises(HandsNeededError) as first:
        run.inspect()
    label = first.value.script.split("== closednet %s ==\\n' ")[1].split("\n")[0]
    run.paste(f"== closednet {label} ==\nsh: aws: not found\n== exit 127 ==")
    with pytest.raises(Exception, match="aws: not found"):
        run.inspect()
    with pytest.raises(HandsNeededError) as again:
        run.inspect()

    assert label in again.value.script
    assert [] == somebody.ran
