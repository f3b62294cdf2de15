"""
CloudWatch and its logs, as late as AWS's: what arrives is listed after a while.

`GetMetricData` answers at once for metrics that `ListMetrics` shows minutes later
(CloudWatch API reference, ListMetrics); log events take seconds to be searchable.
"""

from __future__ import annotations

from typing import Any, Final

from moto.cloudwatch import urls as cloudwatch_urls
from moto.cloudwatch.models import cloudwatch_backends
from moto.cloudwatch.responses import CloudWatchResponse
from moto.core.responses import ActionResult
from moto.logs import urls as logs_urls
from moto.logs.models import LogsBackend, logs_backends

from closednet_rehearsal.cloudwatch import RehearsalCloudWatchBackend
from closednet_rehearsal.paging import page
from closednet_rehearsal.settings import LONG_PAGE_SIZE
from closednet_rehearsal.stage import world


_MS: Final = 1000
_LONG_PAGE: Final = (LONG_PAGE_SIZE, LONG_PAGE_SIZE)


class LateCloudWatchBackend(RehearsalCloudWatchBackend):
    """
    The rehearsal's CloudWatch, whose new metrics are not listed yet.
    """

    def __init__(self, region_name: str, account_id: str) -> None:
        super().__init__(region_name, account_id)
        self.first_seen: dict[tuple[Any, ...], float] = {}

    def put_metric_data(
        self, namespace: str, metric_data: list[dict[str, Any]]
    ) -> None:
        super().put_metric_data(namespace, metric_data)
        for each in metric_data:
            pairs = ((d["Name"], d["Value"]) for d in each.get("Dimensions") or ())
            key = (namespace, each["MetricName"], *sorted(pairs))
            self.first_seen.setdefault(key, world().clock.now())

    def get_filtered_metrics(
        self, metric_name: str, namespace: str, dimensions: list[dict[str, str]]
    ) -> list[Any]:
        found = super().get_filtered_metrics(metric_name, namespace, dimensions)
        return [each for each in found if self._is_listed(each)]

    def _is_listed(self, metric: Any) -> bool:
        pairs = ((d.name, d.value) for d in metric.dimensions)
        seen = self.first_seen.get((metric.namespace, metric.name, *sorted(pairs)), 0.0)
        return seen + world().delays.metric_listed <= world().clock.now()


class PagedCloudWatchResponse(CloudWatchResponse):
    """
    moto's CloudWatch in pages.
    """

    def list_metrics(self) -> ActionResult:
        found = self.cloudwatch_backend.get_filtered_metrics(
            self._get_param("MetricName"),
            self._get_param("Namespace"),
            self._get_params().get("Dimensions", []),
        )
        some, more = page(found, self._get_param("NextToken"), *_LONG_PAGE)
        return ActionResult({"Metrics": some, "NextToken": more})

    def get_metric_data(self) -> ActionResult:
        params = self._get_params()
        queries = params.get("MetricDataQueries", [])
        if not all("MetricStat" in query for query in queries):
            answer: ActionResult = super().get_metric_data()
            return answer
        some, more = page(queries, params.get("NextToken"), *_LONG_PAGE)
        results = self.cloudwatch_backend.get_metric_data(
            start_time=params["StartTime"],
            end_time=params["EndTime"],
            queries=some,
            scan_by=params.get("ScanBy") or "TimestampDescending",
        )
        return ActionResult({"MetricDataResults": results, "NextToken": more})


class LateLogsBackend(LogsBackend):
    """
    moto's logs, whose new events are not found yet.
    """

    _url_module = property(lambda _: logs_urls)

    def put_log_events(
        self, log_group_name: str, log_stream_name: str, log_events: list[Any]
    ) -> Any:
        answer = super().put_log_events(log_group_name, log_stream_name, log_events)
        stream = self.groups[log_group_name].streams[log_stream_name]
        for event in stream.events[-len(log_events) :]:
            event.ingestion_time = int(world().clock.now() * _MS)
        return answer

    def filter_log_events(self, *args: Any, **kwargs: Any) -> Any:
        events, *others = super().filter_log_events(*args, **kwargs)
        until = (world().clock.now() - world().delays.log_event_visible) * _MS
        return [each for each in events if each["ingestionTime"] <= until], *others


def install() -> None:
    """
    Put both in moto's place.
    """
    vars(cloudwatch_backends)["backend"] = LateCloudWatchBackend
    dispatch = PagedCloudWatchResponse.dispatch
    cloudwatch_urls.url_paths.update(dict.fromkeys(cloudwatch_urls.url_paths, dispatch))
    vars(logs_backends)["backend"] = LateLogsBackend
