"""
Step 80: what the agents send really arrives in CloudWatch; changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final, NamedTuple, Self

from closednet.aws.arrival import LogArrival, MetricArrival
from closednet.aws.commands import Commands
from closednet.aws.log_events import LogEvents
from closednet.aws.metrics import Metrics, Points
from closednet.aws.nodes import ManagedNodes
from closednet.hosts import arrival_checks
from closednet.hosts.results import LINE, raise_for_failures
from closednet.hosts.run_command import RunCommand
from closednet.hosts.scripts import render
from closednet.hosts.ssm_agent_service import Explain, nothing_known
from closednet.model.causes import Diagnosis
from closednet.model.cloudwatch_config import (
    SYSTEM_LOGS,
    expected_stream,
)
from closednet.model.cloudwatch_wishes import PROFILES
from closednet.model.report import Check, Report
from closednet.steps.ailments import Ailments


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from closednet.hosts.connector import Fleet
    from closednet.model.change import Spec
    from closednet.model.step import AnyKind
    from closednet.params.monitoring import LogFile
    from closednet.params.site import Host, SiteParams
    from closednet.site import Site


PLOTTED: Final = timedelta(hours=1)
CLOCKS_DIFFER: Final = timedelta(minutes=5)
UNNAMED_RUN: Final = "by-hand"


@dataclass(frozen=True, slots=True)
class Series:
    """
    The points of one metric of one server, for plotting.
    """

    host: str
    metric: str
    points: tuple[tuple[datetime, float], ...]


class Probed(NamedTuple):
    """
    How servers call themselves, and which of them run no CloudWatch agent.
    """

    called: dict[str, str]
    mute: frozenset[str]


@dataclass(frozen=True, slots=True)
class CloudWatchVerificationStep:
    """
    Writes a probe line on every server, then looks for it and for the metrics.
    """

    params: SiteParams
    fleet: Fleet
    command: RunCommand
    events: LogEvents
    logs: LogArrival
    metrics: Metrics
    arrival: MetricArrival
    run_id: str
    explain: Explain = nothing_known

    name: ClassVar[str] = "cloudwatch-verification"

    @classmethod
    def of(cls, site: Site) -> Self:
        """
        Return the step for `site`.
        """
        params, account = site.params, site.management
        commands = Commands(account, params.output, site.waiting, site.recorder)
        events, metrics = LogEvents(account), Metrics(account)
        return cls(
            params=params,
            fleet=site.fleet,
            command=RunCommand(
                params.site, params.hosts, ManagedNodes(account), commands
            ),
            events=events,
            logs=LogArrival(events, site.waiting),
            metrics=metrics,
            arrival=MetricArrival(params, metrics, site.waiting),
            run_id=site.run_id or UNNAMED_RUN,
            explain=partial(
                Ailments.of(site).of_cloudwatch,
                profile=PROFILES[params.cloudwatch.credentials],
            ),
        )

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        Nothing is changed here.
        """
        return ()

    def desired(self) -> tuple[Spec, ...]:
        """
        Nothing is desired here.
        """
        return ()

    def verify(self) -> Report:
        """
        Follow one line and every metric from the servers into CloudWatch.
        """
        since = datetime.now(UTC) - CLOCKS_DIFFER
        probed = self._probe()
        checks = (
            *self._log_checks(probed, since),
            *self._retention_checks(),
            *self._metric_checks(probed),
        )
        return Report(self.name, self._explained(checks))

    def _explained(self, checks: Iterable[Check]) -> tuple[Check, ...]:
        """
        Ask the servers whose data did not arrive what ails their agents.
        """
        listed = tuple(checks)
        names = {host.name for host in self.params.hosts}
        failing = {c.subject for c in listed if not c.passed} & names
        found = self.explain(sorted(failing)) if failing else {}
        return tuple(
            check
            if check.passed
            else check.explained(found.get(check.subject, Diagnosis()))
            for check in listed
        )

    def series(self) -> tuple[Series, ...]:
        """
        Return the last hour of all metrics of the site's servers, for plotting.
        """
        about = self.params.cloudwatch
        names = {host.name for host in self.params.hosts}
        known = [
            metric
            for metric in self.metrics.listed(about.namespace)
            if _short(metric.dimension("host")) in names
        ]
        points = self.metrics.points(known, about.interval_s, PLOTTED)
        return tuple(_series(item) for item in points)

    def _probe(self) -> Probed:
        """
        Write a line to every system log.

        Over SSH where that is allowed: a verification that needs no call of AWS.
        """
        script = render("probe", SITE=self.params.site, RUN=self.run_id)
        hosts = [host for host in self.params.hosts if host.os != "windows"]
        reached = [host for host in hosts if host.connector == "ssh"]
        carried = [host.name for host in hosts if host.connector != "ssh"]
        said = raise_for_failures("probe", self.fleet.run_all(script, reached))
        outputs = {name: result.stdout for name, result in said.items()}
        if carried:
            sent = self.command.shell(script, carried)
            outputs |= {name: result.output for name, result in sent.items()}
        lines = {name: dict(LINE.findall(output)) for name, output in outputs.items()}
        called = {host.name: host.name for host in self.params.hosts}
        called |= {name: said.get("hostname", name) for name, said in lines.items()}
        mute = {name for name, said in lines.items() if said.get("delivers") == "no"}
        return Probed(called, frozenset(mute))

    def _log_checks(self, probed: Probed, since: datetime) -> Iterator[Check]:
        text = f"closednet-probe {self.params.site} {self.run_id}"
        called = probed.called
        for group, sent in self._system_logs().items():
            names = {called[h.name] for h, _ in sent if h.name not in probed.mute}
            seen = self.logs.streams(group, text, names, since)
            for host, file in sent:
                name = called[host.name]
                yield arrival_checks.probe(
                    host.name,
                    group,
                    expected_stream(file, name, host.address),
                    seen.get(name, frozenset()),
                )

    def _system_logs(self) -> dict[str, list[tuple[Host, LogFile]]]:
        """
        Return which servers send their system log into which log group.
        """
        found: dict[str, list[tuple[Host, LogFile]]] = {}
        for host in self.params.hosts:
            for file in self.params.cloudwatch.of(host.groups).logs:
                if host.os != "windows" and file.file_path in SYSTEM_LOGS:
                    found.setdefault(file.log_group, []).append((host, file))
        return found

    def _retention_checks(self) -> Iterator[Check]:
        for group, days in self.params.cloudwatch.retention().items():
            found = self.events.retention_days(group)
            yield arrival_checks.retention(group, days, found)

    def _metric_checks(self, probed: Probed) -> Iterator[Check]:
        ages = self.arrival.ages(probed.called, mute=probed.mute)
        for host in self.params.hosts:
            of_host = {name: age for (h, name), age in ages.items() if h == host.name}
            limit_s = self.arrival.limit_s(host.name)
            yield arrival_checks.metrics(host.name, of_host, limit_s)


def _short(hostname: str) -> str:
    return hostname.partition(".")[0]


def _series(item: Points) -> Series:
    devices = [
        value
        for name, value in item.metric.dimensions
        if name in {"cpu", "path", "name", "interface"}
    ]
    return Series(
        _short(item.metric.dimension("host")),
        " ".join([item.metric.name, *devices]),
        tuple(zip(item.times, item.values, strict=True)),
    )
