"""
Waiting until what the servers send is seen in CloudWatch, all servers at once.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Final

from closednet.aws.metrics import Metric, period
from closednet.errors import AdapterError, AwsError
from closednet.model.cloudwatch_config import expected_metrics


if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping

    from closednet.aws.log_events import LogEvents
    from closednet.aws.metrics import Metrics
    from closednet.params.site import SiteParams
    from closednet.waiting import Waiting


INTERVALS: Final = 3
Place = tuple[str, str]
Ages = dict[Place, float | None]


@dataclass(frozen=True, slots=True)
class LogArrival:
    """
    Looks for lines that several servers wrote at the same time.
    """

    events: LogEvents
    waiting: Waiting

    def streams(
        self, group: str, text: str, names: Iterable[str], since: datetime
    ) -> dict[str, frozenset[str]]:
        """
        Return the streams in which `text` and a name came out, by that name.

        Waits until every name came out, or for as long as the site is patient.
        """
        wanted = set(names)
        seen: dict[str, frozenset[str]] = {}

        def all_there() -> bool | None:
            for event in self.events.containing(group, text, since):
                words = event.message.rpartition(text)[2].split()
                name = words[0] if words else ""
                seen[name] = seen.get(name, frozenset()) | {event.stream}
            return True if wanted <= set(seen) else None

        _patiently(self.waiting, all_there, f"the probe lines in {group}")
        return seen


@dataclass(frozen=True)
class MetricArrival:
    """
    Looks for the newest point of every metric that every server must deliver.
    """

    params: SiteParams
    metrics: Metrics
    waiting: Waiting

    def limit_s(self, name: str) -> int:
        """
        Return the age from which a point of this server is stale.
        """
        return INTERVALS * self._intervals[name]

    @cached_property
    def _intervals(self) -> dict[str, int]:
        about = self.params.cloudwatch
        return {h.name: about.of(h.groups).interval_s for h in self.params.hosts}

    def ages(self, hostnames: Mapping[str, str], *, mute: Collection[str] = ()) -> Ages:
        """
        Return the newest point's age by server and metric; None is no point.

        Waits until all are fresh, or for as long as the site is patient; what is
        fresh is not asked for again. A server that is `mute` is not waited for.
        """
        about = self.params.cloudwatch
        ages: Ages = {
            (host.name, metric.name): None
            for host in self.params.hosts
            for metric in expected_metrics(about, host)
        }

        def all_fresh() -> bool | None:
            late = {place for place, age in ages.items() if self._is_late(place, age)}
            ages.update(self._newest(late, hostnames))
            awaited = (item for item in ages.items() if item[0][0] not in mute)
            return None if any(self._is_late(*item) for item in awaited) else True

        _patiently(self.waiting, all_fresh, "fresh points of every metric")
        return ages

    def _is_late(self, place: Place, age: float | None) -> bool:
        return age is None or age > self.limit_s(place[0])

    def _newest(self, late: set[Place], hostnames: Mapping[str, str]) -> Ages:
        places = self._places(late, hostnames)
        newest: Ages = {}
        for interval_s in sorted(set(self._intervals.values())):
            asked = [
                m for m, at in places.items() if self._intervals[at[0]] == interval_s
            ]
            span = timedelta(seconds=INTERVALS * interval_s + period(interval_s))
            for points in self.metrics.points(asked, interval_s, span):
                age = points.age_s(datetime.now(UTC))
                if age is not None:
                    place = places[points.metric]
                    newest[place] = min(age, newest.get(place) or age)
        return newest

    def _places(
        self, late: set[Place], hostnames: Mapping[str, str]
    ) -> dict[Metric, Place]:
        """
        Return the metrics to ask for; disks and cards are listed by AWS.
        """
        about = self.params.cloudwatch
        places: dict[Metric, Place] = {}
        unknown: dict[Place, Place] = {}
        for host in self.params.hosts:
            called = hostnames.get(host.name, host.name)
            for expected in expected_metrics(about, host):
                place = (host.name, expected.name)
                if place in late and expected.dimensions is None:
                    unknown[called, expected.name] = place
                elif place in late:
                    dimensions = (("host", called), *(expected.dimensions or ()))
                    exact = tuple(sorted(dimensions))
                    places[Metric(about.namespace, expected.name, exact)] = place
        listed = self.metrics.listed(about.namespace) if unknown else ()
        for metric in listed:
            found = unknown.get((metric.dimension("host"), metric.name))
            if found:
                places[metric] = found
        return places


def _patiently(waiting: Waiting, probe: Callable[[], bool | None], what: str) -> None:
    """
    Wait for as long as the site is patient; what is missing then is a finding.
    """
    try:
        waiting.until(probe, what=what)
    except AwsError:
        raise
    except AdapterError:
        return
