"""
Metrics that have arrived in CloudWatch, and how fresh they are.

`get_metric_data` answers minutes before a new metric is listed, so metrics whose
dimensions are known are asked for directly; only the others are listed first.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from closednet.aws.account import Account


QUERIES: Final = 500
MINUTE: Final = 60


@dataclass(frozen=True, slots=True, order=True)
class Metric:
    """
    One metric by its exact name and dimensions.
    """

    namespace: str
    name: str
    dimensions: tuple[tuple[str, str], ...]

    def dimension(self, name: str) -> str:
        """
        Return the value of a dimension, or "".
        """
        return dict(self.dimensions).get(name, "")


@dataclass(frozen=True, slots=True)
class Points:
    """
    The points of one metric, oldest first.
    """

    metric: Metric
    times: tuple[datetime, ...]
    values: tuple[float, ...]

    def age_s(self, now: datetime) -> float | None:
        """
        Return how old the newest point is, or None if there is none.
        """
        return (now - self.times[-1]).total_seconds() if self.times else None


def period(interval_s: int) -> int:
    """
    Return the shortest period in which every full period has a point.
    """
    return -(-interval_s // MINUTE) * MINUTE


class Metrics:
    """
    Reads the metrics of a namespace.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def listed(self, namespace: str) -> tuple[Metric, ...]:
        """
        Return all metrics of the namespace that AWS lists as recently active.
        """
        with self._account.call("cloudwatch:ListMetrics", namespace):
            pages = self._account.cloudwatch.get_paginator("list_metrics")
            found = {
                Metric(namespace, str(raw["MetricName"]), _dimensions(raw))
                for page in pages.paginate(Namespace=namespace, RecentlyActive="PT3H")
                for raw in page["Metrics"]
            }
            return tuple(sorted(found))

    def points(
        self, metrics: Iterable[Metric], interval_s: int, span: timedelta
    ) -> tuple[Points, ...]:
        """
        Return the points of all metrics in the time before now, by batches.
        """
        end = datetime.now(UTC)
        return tuple(
            points
            for batch in _batches(list(metrics))
            for points in self._batch(batch, period(interval_s), end - span, end)
        )

    def _batch(
        self, metrics: Sequence[Metric], period_s: int, start: datetime, end: datetime
    ) -> Iterator[Points]:
        queries: list[Any] = [
            _query(f"m{n}", metric, period_s) for n, metric in enumerate(metrics)
        ]
        seen: dict[str, dict[datetime, float]] = {}
        with self._account.call("cloudwatch:GetMetricData"):
            pages = self._account.cloudwatch.get_paginator("get_metric_data")
            for page in pages.paginate(
                MetricDataQueries=queries,
                StartTime=start,
                EndTime=end + timedelta(seconds=period_s),
                ScanBy="TimestampAscending",
            ):
                for raw in page["MetricDataResults"]:
                    points = seen.setdefault(str(raw["Id"]), {})
                    points.update(zip(raw["Timestamps"], raw["Values"], strict=True))
        for n, metric in enumerate(metrics):
            ordered = sorted(seen.get(f"m{n}", {}).items())
            yield Points(
                metric,
                tuple(time for time, _ in ordered),
                tuple(value for _, value in ordered),
            )


def _query(query_id: str, metric: Metric, period_s: int) -> dict[str, Any]:
    return {
        "Id": query_id,
        "MetricStat": {
            "Metric": {
                "Namespace": metric.namespace,
                "MetricName": metric.name,
                "Dimensions": [
                    {"Name": name, "Value": value} for name, value in metric.dimensions
                ],
            },
            "Period": period_s,
            "Stat": "Average",
        },
        "ReturnData": True,
    }


def _dimensions(raw: Any) -> tuple[tuple[str, str], ...]:
    return tuple(sorted((d["Name"], d["Value"]) for d in raw.get("Dimensions", ())))


def _batches(metrics: list[Metric]) -> Iterator[list[Metric]]:
    for at in range(0, len(metrics), QUERIES):
        yield metrics[at : at + QUERIES]
