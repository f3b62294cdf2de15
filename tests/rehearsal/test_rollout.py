"""
The main job, end to end, through the command line.
"""

from __future__ import annotations

import json
import os
import signal
import time

from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest


if TYPE_CHECKING:
    from conftest import Stage  # type: ignore[import-not-found]

pytestmark = pytest.mark.rehearsal
ROOT = Path(__file__).parents[2]
PARAMS = "params/rehearsal.yaml"
REQUIREMENTS = [f"S{n}" for n in range(1, 22)]


def _digest(stage: Stage) -> str:
    planned = stage.closednet("plan", PARAMS, "--json")
    assert 0 == planned.returncode, planned.stderr
    return str(json.loads(planned.stdout)["digest"])


def test_the_whole_rollout_and_back(stage: Stage) -> None:
    """
    Plan, refuse, apply, kill -9, apply again, verify, roll back: each with its exit code.
    """
    before = stage.rehearsal.ask("state")
    digest = _digest(stage)
    assert digest == _digest(stage)

    unapproved = stage.closednet("apply", PARAMS)
    assert 3 == unapproved.returncode
    assert digest in unapproved.stderr

    other = stage.closednet("apply", PARAMS, "--approve", "0" * 20)
    assert 4 == other.returncode
    assert [] == [c for c in stage.mutating_calls() if c != "sts:AssumeRole"]

    run = _killed_half_way(stage, digest)
    _is_finished(stage, run, digest)
    assert [] == stage.rehearsal.ask("unsupported")
    _proves_everything(stage, run)
    _applies_nothing_twice(stage, digest)
    _tells_drift(stage, run)
    _rolls_back(stage, run.name, before)
    _knows_who_approved_that(stage, run)


def _killed_half_way(stage: Stage, digest: str) -> Path:
    """
    Return the run that kill -9 ended; its evidence holds up to there.
    """
    process = stage.start("apply", PARAMS, "--approve", digest)
    deadline = time.monotonic() + 120
    while "route53:CreateHostedZone" not in stage.mutating_calls():
        assert time.monotonic() < deadline
        assert process.poll() is None, process.result()
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.result()
    killed: Path = stage.runs()[-1]
    assert "not sealed" in stage.closednet("evidence", "verify", str(killed)).stdout
    return killed


def _is_finished(stage: Stage, killed: Path, digest: str) -> None:
    """
    The next run does the rest under the same digest, and makes nothing twice.
    """
    resumed = stage.closednet("apply", PARAMS, "--approve", digest)

    assert 0 == resumed.returncode, resumed.stdout + resumed.stderr
    assert killed == stage.runs()[-1]
    calls = stage.mutating_calls()
    assert 7 == calls.count("ec2:CreateVpcEndpoint")
    for once in ("route53:CreateHostedZone", "ssm:CreateActivation"):
        assert 1 == calls.count(once)


def _proves_everything(stage: Stage, run: object) -> None:
    report = stage.closednet("report", str(run), "--json")
    assert 0 == report.returncode, report.stdout
    content = json.loads(report.stdout)
    proven = {
        name
        for check in content["checks"]
        if check["passed"]
        for name in check["proves"]
    }
    assert set(REQUIREMENTS) <= proven
    assert {"claim", "evidence", "passed", "proves"} <= set(content["checks"][0])
    assert 0 == stage.closednet("evidence", "verify", str(run)).returncode


def _applies_nothing_twice(stage: Stage, digest: str) -> None:
    again = stage.closednet("plan", PARAMS)
    assert "nothing to do" in again.stdout
    count = len(stage.mutating_calls())
    repeated = stage.closednet("apply", PARAMS, "--approve", digest)
    assert 0 == repeated.returncode, repeated.stderr
    writes = [c for c in stage.mutating_calls()[count:] if c not in NOT_OURS]
    assert [] == writes
    report = stage.closednet("report", str(stage.runs()[-1]), "--json")
    assert 0 == json.loads(report.stdout)["mutating_calls"]


NOT_OURS = {
    # The agents on the servers go on with their own work.
    *("ssm:UpdateInstanceInformation", "ssm:RequestManagedInstanceRoleToken"),
    *("logs:PutLogEvents", "monitoring:PutMetricData", "cloudwatch:PutMetricData"),
    *("logs:CreateLogStream", "logs:PutRetentionPolicy", "logs:CreateLogGroup"),
    *("ec2messages:GetMessages", "ec2messages:SendReply", "sts:AssumeRole"),
    *("ec2messages:AcknowledgeMessage", "ec2messages:DeleteMessage"),
    "s3:PutObject",
}


def _rolls_back(stage: Stage, run: str, before: object) -> None:
    planned = stage.closednet("rollback", PARAMS, "--run", run)
    assert 3 == planned.returncode, planned.stderr
    assert "cannot be undone" in planned.stdout
    digest = planned.stdout.split("digest: ")[-1].split()[0]
    undone = stage.closednet("rollback", PARAMS, "--run", run, "--approve", digest)
    assert 0 == undone.returncode, undone.stdout[-3000:] + undone.stderr
    assert [] == _differences("", before, stage.rehearsal.ask("state"))


def _audit(stage: Stage, run: Path) -> tuple[int, dict[str, Any]]:
    """
    Audit against the archive of a run, and make sure that nothing is written.
    """
    count = len(stage.mutating_calls())
    done = stage.closednet("audit", PARAMS, "--against", str(run), "--json")
    writes = [c for c in stage.mutating_calls()[count:] if c not in NOT_OURS]
    assert [] == writes
    return done.returncode, json.loads(done.stdout or done.stderr)


def _tells_drift(stage: Stage, run: Path) -> None:
    """
    Whoever changes a log group by hand is found out, and nothing else is reported.
    """
    logs = client(stage.rehearsal.endpoint_url, "logs")
    group = "/closednet/sessions"
    logs.put_retention_policy(logGroupName=group, retentionInDays=1)
    code, found = _audit(stage, run)
    logs.put_retention_policy(logGroupName=group, retentionInDays=90)

    assert 1 == code
    assert [(f"log-group/{group}", "retention_days", "90", "1", None)] == [
        tuple(one[name] for name in ("key", "attribute", "before", "after", "approval"))
        for one in found["drift"]
    ]
    assert [] == found["unread"]


def _knows_who_approved_that(stage: Stage, run: Path) -> None:
    """
    After the rollback everything is different, and all of it was approved.
    """
    code, found = _audit(stage, run)

    assert [] == [one for one in found["drift"] if not one["approval"]]
    assert 0 == code, found["unread"]
    assert {"vanished", "changed"} == {one["kind"] for one in found["drift"]}
    assert len(found["drift"]) > 40


def client(url: str, service: str) -> Any:
    """
    Return a client of somebody in the management account.
    """
    region = "ap-northeast-1"
    first: Any = boto3.Session("AKIAREHEARSALOPERATOR", "x", region_name=region)
    keys = first.client("sts", endpoint_url=url).assume_role(
        RoleArn="arn:aws:iam::222222222222:role/closednet-operator",
        RoleSessionName="somebody",
    )["Credentials"]
    session: Any = boto3.Session(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys["SessionToken"],
        region_name=region,
    )
    return session.client(service, endpoint_url=url)


def _differences(path: str, before: object, after: object) -> list[str]:
    """
    Name each place where two states differ, rather than show both.
    """
    if not isinstance(before, dict) or not isinstance(after, dict):
        return [] if before == after else [f"{path}: {before!r} became {after!r}"]
    return [
        line
        for key in sorted({*before, *after})
        for line in _differences(f"{path}/{key}", before.get(key), after.get(key))
    ]


def test_a_second_run_at_the_same_time_is_refused(stage: Stage) -> None:
    """
    Two people at one site: the second is told about the first.
    """
    digest = _digest(stage)
    process = stage.start("apply", PARAMS, "--approve", digest)
    try:
        deadline = time.monotonic() + 60
        while not stage.runs():
            assert time.monotonic() < deadline
            time.sleep(0.05)
        second = stage.closednet("apply", PARAMS, "--approve", digest)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.result()

    assert 4 == second.returncode
    assert f"process {process.pid}" in second.stderr


def test_the_wrong_account_is_refused_before_the_first_write(
    stage: Stage, tmp_path: Path
) -> None:
    """
    The credentials answer with another account than the parameters name.
    """
    text = (ROOT / PARAMS).read_text("utf-8")
    text = text.replace("111111111111", "333333333333").replace(
        "arn:aws:iam::333333333333:role", "arn:aws:iam::111111111111:role"
    )
    text = text.replace(
        "    role_arn: arn:aws:iam::111111111111:role/closednet-operator\n", "", 1
    )
    wrong = tmp_path / "wrong.yaml"
    wrong.write_text(text)
    (tmp_path / "rehearsal-signing-key.asc").write_text("")

    planned = stage.closednet("plan", str(wrong))

    assert 4 == planned.returncode, planned.stderr
    assert "111111111111" in planned.stderr
    assert [] == [c for c in stage.mutating_calls() if c != "sts:AssumeRole"]


def test_bad_parameters_make_no_call(stage: Stage, tmp_path: Path) -> None:
    """
    Exit 2, all problems, and AWS never heard of it.
    """
    text = (ROOT / PARAMS).read_text("utf-8").replace("os: rhel", "os: redhat")
    bad = tmp_path / "bad.yaml"
    bad.write_text(text.replace("10.20.1.10", "10.20.1.1"))

    for command in ("check", "plan", "verify", "status"):
        done = stage.closednet(command, str(bad))
        assert 2 == done.returncode
        assert "hosts[2].os" in done.stderr
    assert [] == stage.rehearsal.ask("calls")
