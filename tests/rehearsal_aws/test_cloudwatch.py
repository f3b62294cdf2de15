"""
Metrics: listed once each, and plotted from their own data alone.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from tests.rehearsal_aws.conftest import Aws

SPACE = "Tests/Metrics"
HOSTS = ("web01", "web02")


def _dimensions(host: str) -> list[dict[str, str]]:
    return [{"Name": "host", "Value": host}, {"Name": "cpu", "Value": "cpu-total"}]


def _client(aws: Aws) -> Any:
    client = aws.client("cloudwatch")
    for value in (1.0, 3.0):
        for host in HOSTS:
            client.put_metric_data(
                Namespace=SPACE,
                MetricData=[
                    {
                        "MetricName": "mem_used_percent",
                        "Dimensions": _dimensions(host),
                        "Value": value * (1 if host == "web01" else 10),
                    }
                ],
            )
    return client


def test_a_metric_is_listed_once_however_much_it_was_written(management: Aws) -> None:
    client = _client(management)

    listed = client.list_metrics(Namespace=SPACE)["Metrics"]
    one = client.list_metrics(
        Namespace=SPACE, Dimensions=[{"Name": "host", "Value": "web02"}]
    )["Metrics"]

    assert len(HOSTS) == len(listed)
    assert [_dimensions("web02")] == [metric["Dimensions"] for metric in one]
    assert [] == client.list_metrics(Namespace="Tests/Others")["Metrics"]


def test_the_data_of_one_metric_are_not_those_of_another(management: Aws) -> None:
    client = _client(management)
    now = datetime.now(UTC)
    asked = [
        {
            "Id": host,
            "MetricStat": {
                "Metric": {
                    "Namespace": SPACE,
                    "MetricName": "mem_used_percent",
                    # The order of dimensions says nothing.
                    "Dimensions": _dimensions(host)[::-1],
                },
                "Period": 3600,
                "Stat": "Maximum",
            },
        }
        for host in HOSTS
    ]

    results = client.get_metric_data(
        MetricDataQueries=asked,
        StartTime=now - timedelta(minutes=30),
        EndTime=now + timedelta(minutes=5),
    )["MetricDataResults"]

    assert {"web01": [3.0], "web02": [30.0]} == {r["Id"]: r["Values"] for r in results}
