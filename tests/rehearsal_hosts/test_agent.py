"""
The stand-in SSM Agent: credentials, pings, commands.
"""

from __future__ import annotations

import json
import time

from typing import TYPE_CHECKING

import pytest

from closednet_rehearsal.ssm import protocol
from tests.rehearsal_hosts.agents import (
    NODE,
    REGISTER,
    ending,
    enrol,
    environment,
    install,
    message,
    script,
)
from tests.rehearsal_hosts.conftest import REGION, Run
from tests.rehearsal_hosts.doubles import Aws, refused


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.fleet import Fleet


@pytest.fixture(name="root")
def _root(fleet: Fleet) -> Path:
    return fleet.folder("web01") / "root"


def test_the_agent_pings_and_shares_its_credentials(
    run: Run, aws: Aws, root: Path
) -> None:
    enrol(aws)
    folder = root / "root/.aws"
    folder.mkdir()
    (folder / "credentials").write_text("[other]\naws_access_key_id = kept\n")
    install(run)

    full = aws.wait_for(
        "UpdateInstanceInformation", lambda c: "IPAddress" in c.body.decode()
    )

    assert full.json["ComputerName"] == "web01"
    assert full.json["IPAddress"] == "192.168.10.11"
    assert (full.json["PlatformName"], full.json["PlatformVersion"]) == (
        "Ubuntu",
        "22.04",
    )
    auth = protocol.authorization(environment(full))
    assert auth is not None
    protocol.verify_hmac(environment(full), full.body, auth, "rehearsal")
    text = (folder / "credentials").read_text()
    assert "[default]\naws_access_key_id = ASIA1\n" in text
    assert "[other]\naws_access_key_id = kept\n" in text
    assert (folder / "credentials").stat().st_mode & 0o777 == 0o600


def test_credentials_are_renewed_at_half_their_life(run: Run, aws: Aws) -> None:
    enrol(aws, lifetime_s=0.4)
    install(run)

    operation = "RequestManagedInstanceRoleToken"
    aws.wait_for(operation, lambda _: len(aws.of(operation)) > 1)


def test_a_command_is_run_and_answered_step_by_step(run: Run, aws: Aws) -> None:
    enrol(aws)
    install(run)
    aws.messages.put(message(script("hostname", "echo bad >&2", "exit 3")))

    result = ending(aws)["runtimeStatus"]["aws:runShellScript"]

    assert (result["status"], result["code"]) == ("Failed", 3)
    assert result["standardOutput"] == "web01\n"
    assert result["standardError"].startswith("bad\n")
    first = json.loads(aws.of("SendReply")[0].json["Payload"])
    assert first["documentStatus"] == "InProgress"
    assert len(aws.of("AcknowledgeMessage")) == 1


def test_a_slow_command_times_out_and_a_cancelled_one_ends(run: Run, aws: Aws) -> None:
    enrol(aws)
    install(run)
    aws.messages.put(message(script("sleep 60", timeout="0.1"), 1))
    aws.messages.put(message(script("sleep 60"), 2))

    assert ending(aws, 1)["documentStatus"] == "TimedOut"
    cancelled = {"CancelMessageId": f"aws.ssm.command-2.{NODE}"}
    cancel = message({}, 3) | {
        "Topic": f"aws.ssm.cancelCommand.{REGION}.{NODE}",
        "Payload": json.dumps(cancelled),
    }
    aws.messages.put(cancel)
    assert ending(aws, 2)["documentStatus"] == "Cancelled"


def test_steps_for_other_platforms_are_skipped(run: Run, aws: Aws) -> None:
    enrol(aws)
    install(run)
    steps = [
        {
            "name": f"On{platform}",
            "action": "aws:runShellScript",
            "precondition": {"StringEquals": ["platformType", platform]},
            "inputs": {"runCommand": ["echo {{ word }}"]},
        }
        for platform in ("Windows", "Linux")
    ]
    content = {"schemaVersion": "2.2", "mainSteps": steps}
    aws.messages.put(message(content, Parameters={"word": "hello"}))

    told = ending(aws)

    assert told["documentStatus"] == "Success"
    assert told["runtimeStatus"]["OnWindows"]["status"] == "Skipped"
    assert told["runtimeStatus"]["OnLinux"]["standardOutput"] == "hello\n"


def test_output_goes_to_bucket_and_log_group_and_failures_are_told(
    run: Run, aws: Aws, names: dict[str, str]
) -> None:
    enrol(aws)
    install(run)
    aws.answers["PutLogEvents"] = lambda _: refused("AccessDeniedException", "not you")
    where = {"OutputS3BucketName": "out", "OutputS3KeyPrefix": "site/"}
    group = {"CloudWatchLogGroupName": "/aws/ssm/x"}
    aws.messages.put(message(script("echo hello"), **where, **group))

    told = ending(aws)

    key = f"/site/command-1/{NODE}/awsrunShellScript/0.awsrunShellScript/stdout"
    put = aws.wait_for(f"PUT {key}")
    assert (put.host, put.body) == (f"out.s3.{REGION}.amazonaws.com", b"hello\n")
    stream = aws.of("CreateLogStream")[0].json["logStreamName"]
    assert stream == f"command-1/{NODE}/aws-runShellScript/stdout"
    assert told["documentStatus"] == "Success"
    assert "AccessDeniedException: not you" in told["documentTraceOutput"]


def test_without_a_private_name_the_agent_keeps_trying(
    run: Run, aws: Aws, names: dict[str, str], root: Path
) -> None:
    enrol(aws)
    install(run, register=False)
    run("web01", REGISTER)
    names[f"ssm.{REGION}.amazonaws.com"] = "198.51.100.9"
    run("web01", "systemctl start amazon-ssm-agent")
    log = root / "var/log/amazon/ssm/errors.log"
    deadline = time.monotonic() + 5
    while "i/o timeout" not in (log.read_text() if log.exists() else ""):
        assert time.monotonic() < deadline
        time.sleep(0.01)
    assert "dial tcp 198.51.100.9:443: i/o timeout" in log.read_text()

    names[f"ssm.{REGION}.amazonaws.com"] = "10.20.1.21"

    aws.wait_for("UpdateInstanceInformation")
