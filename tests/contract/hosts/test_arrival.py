from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from closednet.aws.arrival import LogArrival, MetricArrival
from closednet.aws.config_parameters import AgentConfigParameters
from closednet.aws.log_events import LogEvents
from closednet.aws.metrics import Metrics, period
from closednet.model.specs.hosts import AgentConfigParameter
from closednet.params.load import load
from closednet.site import Site
from closednet_rehearsal.server import start_server
from tests.contract.hosts.rollout import Rollout


if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.contract.hosts.conftest import Kept


PARAMS = Path(__file__).parents[3] / "params" / "rehearsal.yaml"
KEYS = {
    "access_key_id": "AKIAREHEARSALOPERATOR",
    "secret_access_key": "rehearsal",
}
DEVICES = {"disk": ("path", "/"), "diskio": ("name", "sda"), "net": ("interface", "e0")}
CALLED = {"web01": "web01", "web02": "web02", "db01": "db01.example.com"}


@pytest.fixture(name="aws")
def _aws(tmp_path: Path, recorder: Kept) -> Iterator[Site]:
    server = start_server()
    raw = yaml.safe_load(PARAMS.read_text())
    raw["connection"] = {
        "endpoint_url": server.endpoint_url,
        "static_credentials": KEYS,
        "poll_s": 0.05,
        "timeout_s": 0.5,
        "simulated": True,
    }
    file = tmp_path / "site.yaml"
    file.write_text(yaml.safe_dump(raw))
    (tmp_path / "rehearsal-signing-key.asc").write_text("no key")
    yield Site(load(file), file, recorder, "run-1")
    server.stop()


def publish(aws: Site, name: str, when: datetime) -> None:
    """
    Send what an agent sends.
    """
    about = aws.params.cloudwatch
    aws.management.cloudwatch.put_metric_data(
        Namespace=about.namespace,
        MetricData=[
            {
                "MetricName": f"{plugin}_{measured.removeprefix(f'{plugin}_')}",
                "Dimensions": [
                    {"Name": n, "Value": v} for n, v in dimensions(plugin, CALLED[name])
                ],
                "Timestamp": when,
                "Value": 1.0,
            }
            for plugin, names in about.metrics.model_dump().items()
            for measured in names
        ],
    )


def dimensions(plugin: str, called: str) -> list[tuple[str, str]]:
    """
    Return the dimensions that an agent adds.
    """
    own = [("cpu", "cpu-total")] if plugin == "cpu" else []
    own += [DEVICES[plugin]] if plugin in DEVICES else []
    return [("host", called), *own]


def arrival(aws: Site) -> MetricArrival:
    return MetricArrival(aws.params, Metrics(aws.management), aws.waiting)


def test_every_metric_of_every_server_is_found_with_its_age(aws: Site) -> None:
    for name in CALLED:
        publish(aws, name, datetime.now(UTC))
    ages = arrival(aws).ages(CALLED)
    assert len(ages) == 3 * 12
    assert all(age is not None and age < 180 for age in ages.values())


def test_a_metric_is_listed_once_however_many_points_it_has(aws: Site) -> None:
    for seconds in (60, 0):
        publish(aws, "web01", datetime.now(UTC) - timedelta(seconds=seconds))
    listed = Metrics(aws.management).listed(aws.params.cloudwatch.namespace)
    assert len(listed) == len(set(listed)) == 12


def test_what_is_missing_has_no_age_and_what_is_old_is_late(aws: Site) -> None:
    publish(aws, "web01", datetime.now(UTC))
    publish(aws, "web02", datetime.now(UTC) - timedelta(seconds=200))
    watched = arrival(aws)
    ages = watched.ages(CALLED)
    by_host = {name: [a for (h, _), a in ages.items() if h == name] for name in CALLED}
    assert by_host["db01"] == [None] * 12
    limit_s = watched.limit_s("web02")
    assert all(age is not None and age > limit_s for age in by_host["web02"])


def test_a_server_without_a_running_agent_is_not_waited_for(aws: Site) -> None:
    """One look shows that there is nothing; there is nobody who could deliver it."""
    for name in ("web01", "web02"):
        publish(aws, name, datetime.now(UTC))
    slept: list[float] = []
    patient = replace(aws.waiting, poll_s=1.0, timeout_s=60.0, sleep=slept.append)
    about = aws.params
    ages = MetricArrival(about, Metrics(aws.management), patient).ages(
        CALLED, mute={"db01"}
    )

    assert [] == slept
    assert [None] * 12 == [age for (host, _), age in ages.items() if host == "db01"]


def test_questions_go_by_batches_and_not_by_server(aws: Site, recorder: Kept) -> None:
    for name in CALLED:
        publish(aws, name, datetime.now(UTC))
    recorder.events.clear()
    arrival(aws).ages(CALLED)
    asked = [d["operation"] for k, d in recorder.events if k == "aws-call"]
    assert asked.count("GetMetricData") <= 10


def test_a_line_is_found_in_the_stream_of_its_server(aws: Site) -> None:
    logs = aws.management.logs
    logs.create_log_group(logGroupName="messages")
    now = datetime.now(UTC)
    for name in ("web01", "web02"):
        logs.create_log_stream(logGroupName="messages", logStreamName=name)
        line = f"Nov 23 closednet: closednet-probe dc1 run-1 {name}"
        logs.put_log_events(
            logGroupName="messages",
            logStreamName=name,
            logEvents=[{"timestamp": int(now.timestamp() * 1000), "message": line}],
        )
    found = LogArrival(LogEvents(aws.management), aws.waiting).streams(
        "messages",
        "closednet-probe dc1 run-1",
        ["web01", "web02", "db01"],
        now - timedelta(minutes=5),
    )
    assert found == {"web01": frozenset({"web01"}), "web02": frozenset({"web02"})}


def test_a_group_that_does_not_exist_has_no_events(aws: Site) -> None:
    events = LogEvents(aws.management)
    assert events.containing("nowhere", "x", datetime.now(UTC)) == ()
    assert events.retention_days("nowhere") is None


def test_how_long_a_group_keeps_events_is_read(aws: Site) -> None:
    aws.management.logs.create_log_group(logGroupName="messages")
    assert LogEvents(aws.management).retention_days("messages") == 0
    aws.management.logs.put_retention_policy(logGroupName="messages", retentionInDays=5)
    assert LogEvents(aws.management).retention_days("messages") == 5


def test_a_configuration_in_parameter_store_comes_and_goes(aws: Site) -> None:
    kind = AgentConfigParameters(aws.management)
    name = "AmazonCloudWatch-closednet-dc1-deb"
    first = AgentConfigParameter(name, '{"agent": {}}')
    receipt = Rollout((kind,), (first,)).apply()
    second = AgentConfigParameter(name, '{"agent": {"region": "x"}}')
    step = Rollout((kind,), (second,))
    step.apply()
    assert step.plan().changes == ()
    Rollout((kind,), (first,)).apply()
    step.undo(receipt)
    assert kind.find([second]) == {}


@pytest.mark.parametrize(("interval", "wanted"), [(1, 60), (60, 60), (90, 120)])
def test_periods_hold_at_least_one_point(interval: int, wanted: int) -> None:
    assert period(interval) == wanted
