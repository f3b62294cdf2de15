"""
The stand-in CloudWatch agent: configuration, metrics, log lines.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from tests.rehearsal_hosts.conftest import REGION, Run
from tests.rehearsal_hosts.doubles import Aws, Call, ok, refused


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.fleet import Fleet


HOME = "opt/aws/amazon-cloudwatch-agent"
FETCH = "amazon-cloudwatch-agent-ctl -a fetch-config -m onPremise -s -c"
URL = (
    f"https://s3.{REGION}.amazonaws.com/amazoncloudwatch-agent-{REGION}"
    "/ubuntu/amd64/latest/amazon-cloudwatch-agent.deb"
)
CONFIG: dict[str, Any] = {
    "agent": {"metrics_collection_interval": 60, "region": REGION},
    "metrics": {
        "metrics_collected": {
            "cpu": {"measurement": ["usage_idle"], "resources": ["*"]},
            "mem": {"measurement": ["mem_used_percent"]},
        }
    },
    "logs": {
        "logs_collected": {
            "files": {
                "collect_list": [
                    {
                        "file_path": "/var/log/syslog",
                        "log_group_name": "messages",
                        "log_stream_name": "{hostname}",
                        "retention_in_days": 5,
                    }
                ]
            }
        }
    },
}


@pytest.fixture(name="root")
def _root(fleet: Fleet, run: Run) -> Path:
    """
    The tree of web01, with the agent installed and an access key for it.
    """
    done = run(
        "web01", f"cd $CLOSEDNET_ROOT/tmp; curl -fsS -o cw.deb {URL}; dpkg -i cw.deb"
    )
    assert done.returncode == 0
    root = fleet.folder("web01") / "root"
    (root / "root/.aws").mkdir()
    (root / "root/.aws/credentials").write_text(
        "[AmazonCloudWatchAgent]\naws_access_key_id = AKIAREHEARSAL\n"
        "aws_secret_access_key = rehearsal\n"
    )
    (root / "root/.aws/config").write_text(
        f"[profile AmazonCloudWatchAgent]\nregion = {REGION}\n"
    )
    return root


def configure(root: Path, config: dict[str, Any]) -> str:
    """
    Write a configuration and return where the server has it.
    """
    path = f"{HOME}/bin/config.json"
    (root / path).write_text(json.dumps(config))
    return f"file:/{path}"


def metrics(call: Call) -> set[tuple[str, ...]]:
    """
    Return names and dimensions of a PutMetricData call.
    """
    form = call.form
    found = set()
    for key, name in form.items():
        if key.endswith(".MetricName"):
            start = key.removesuffix("MetricName")
            pairs = [v for k, v in sorted(form.items()) if k.startswith(f"{start}Dim")]
            found.add((name, *pairs))
    return found


def test_the_agent_publishes_metrics_at_once_and_log_lines(
    run: Run, aws: Aws, root: Path
) -> None:
    done = run("web01", f"{FETCH} {configure(root, CONFIG)}")
    assert "Configuration validation succeeded" in done.stdout

    call = aws.wait_for("PutMetricData")
    assert call.host == f"monitoring.{REGION}.amazonaws.com"
    assert call.form["Namespace"] == "CWAgent"
    assert metrics(call) == {
        ("cpu_usage_idle", "cpu", "cpu0", "host", "web01"),
        ("cpu_usage_idle", "cpu", "cpu1", "host", "web01"),
        ("cpu_usage_idle", "cpu", "cpu-total", "host", "web01"),
        ("mem_used_percent", "host", "web01"),
    }
    run("web01", "logger -t closednet the-probe")
    line = aws.wait_for("PutLogEvents", lambda c: b"the-probe" in c.body)
    assert (line.json["logGroupName"], line.json["logStreamName"]) == (
        "messages",
        "web01",
    )
    assert aws.of("PutRetentionPolicy")[0].json["retentionInDays"] == 5


def test_status_tells_whether_it_runs_and_is_configured(run: Run, root: Path) -> None:
    status = "amazon-cloudwatch-agent-ctl -a status -m onPremise"
    before = json.loads(run("web01", status).stdout)
    run("web01", f"{FETCH} {configure(root, CONFIG)}")
    during = json.loads(run("web01", status).stdout)
    run("web01", "amazon-cloudwatch-agent-ctl -a stop -m onPremise")
    run("web01", "amazon-cloudwatch-agent-ctl -a remove-config -m onPremise -c all")
    after = json.loads(run("web01", status).stdout)

    assert (before["status"], before["configstatus"]) == ("stopped", "not configured")
    assert (during["status"], during["configstatus"]) == ("running", "configured")
    assert during["starttime"]
    assert (after["status"], after["configstatus"]) == ("stopped", "not configured")


def test_a_missing_group_is_made(run: Run, aws: Aws, root: Path) -> None:
    made: list[Call] = []

    def stream(_: Call) -> tuple[int, bytes]:
        return ok({}) if made else refused("ResourceNotFoundException")

    def group(call: Call) -> tuple[int, bytes]:
        made.append(call)
        return ok({})

    aws.answers |= {"CreateLogStream": stream, "CreateLogGroup": group}
    run("web01", f"{FETCH} {configure(root, CONFIG)}")

    aws.wait_for("PutLogEvents")
    assert made[0].json == {"logGroupName": "messages"}


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (
            {"metrics": {"metrics_collected": {"mem": {"measurement": ["nonsense"]}}}},
            "measurement name nonsense is invalid",
        ),
        (
            {"metrics": {"metrics_collected": {"mem": {}}, "surplus": 1}},
            "Additional property surplus is not allowed",
        ),
    ],
)
def test_a_bad_configuration_is_refused(
    run: Run, root: Path, change: dict[str, Any], words: str
) -> None:
    done = run("web01", f"{FETCH} {configure(root, CONFIG | change)}")

    assert done.returncode == 1
    assert words in done.stderr
    assert "configuration validation first phase failed" in done.stderr


def test_a_profile_without_region_is_refused_whatever_the_configuration_says(
    run: Run, root: Path
) -> None:
    (root / "root/.aws/config").unlink()

    done = run("web01", f"{FETCH} {configure(root, CONFIG)}")

    assert done.returncode == 1
    assert "make sure the credentials and region set correctly" in done.stderr


def test_the_mode_of_ec2_finds_no_metadata_service(run: Run, root: Path) -> None:
    place = configure(root, CONFIG)

    done = run("web01", f"amazon-cloudwatch-agent-ctl -a fetch-config -s -c {place}")

    assert done.returncode == 1
    assert "please check if you can access the metadata service" in done.stderr


def test_a_configuration_comes_from_parameter_store(
    run: Run, aws: Aws, root: Path
) -> None:
    value = {"Parameter": {"Value": json.dumps(CONFIG)}}
    aws.answers["GetParameter"] = lambda _: ok(value)

    done = run("web01", f"{FETCH} ssm:AmazonCloudWatch-site")

    assert done.returncode == 0
    asked = aws.of("GetParameter")[0]
    assert asked.json == {"Name": "AmazonCloudWatch-site", "WithDecryption": True}
    assert "Credential=AKIAREHEARSAL/" in asked.headers["authorization"]
    aws.wait_for("PutMetricData")


def test_a_refusal_is_logged_with_its_code(run: Run, aws: Aws, root: Path) -> None:
    aws.answers["PutLogEvents"] = lambda _: refused("AccessDeniedException")
    run("web01", f"{FETCH} {configure(root, CONFIG)}")
    aws.wait_for("PutLogEvents")
    run("web01", "systemctl stop amazon-cloudwatch-agent")

    log = (root / HOME / "logs/amazon-cloudwatch-agent.log").read_text()
    assert "Aws error received when sending: AccessDeniedException" in log
