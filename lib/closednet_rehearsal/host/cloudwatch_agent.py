"""
The stand-in CloudWatch agent: a daemon that publishes metrics and log lines.
"""

from __future__ import annotations

import os
import signal
import threading
import time

from functools import partial
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.host import cloudwatch_settings as settings
from closednet_rehearsal.host.aws import Client, ServiceError
from closednet_rehearsal.host.cloudwatch_logs import MISSING, LogFile
from closednet_rehearsal.host.cloudwatch_rules import files
from closednet_rehearsal.host.cloudwatch_values import Point, measure
from closednet_rehearsal.host.machine import now as clock
from closednet_rehearsal.host.wire import Unreachable


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.host.machine import Machine

INTERVAL_S: Final = 60.0
TAIL_S: Final = 0.2
# Where nothing was written for so long, it looks less often.
QUIET_S: Final = 20.0
TAIL_SELDOM_S: Final = 1.0
RETRY_S: Final = 30.0
MOST_POINTS: Final = 150
QUERY_VERSION: Final = "2010-08-01"
NAMESPACE: Final = "CWAgent"
STALE: Final = frozenset(
    {"ExpiredToken", "ExpiredTokenException", "InvalidClientTokenId"}
    | {"UnrecognizedClientException"}
)


def main(machine: Machine, _: str, __: list[str]) -> int:
    """
    Run until the service manager ends it.
    """
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    folder = machine.root / settings.FOLDER
    config = settings.merged(folder, fresh=False, kept=True)
    agent = CloudWatchAgent(machine, config)
    threading.Thread(target=agent.follow_logs, daemon=True).start()
    agent.publish_metrics()
    return 0


class CloudWatchAgent:
    """
    What a configuration asks for, done again and again.
    """

    def __init__(self, machine: Machine, config: dict[str, Any]) -> None:
        self._machine = machine
        self._config = config
        self._log = machine.root / settings.LOG
        used = settings.profile(machine)
        about = config.get("agent", {})
        region = str(about.get("region") or settings.profile_region(used))
        self._provider = settings.Provider(machine, used)
        overrides = {
            "monitoring": config.get("metrics", {}).get("endpoint_override", ""),
            "logs": config.get("logs", {}).get("endpoint_override", ""),
        }
        names = {k: v.removeprefix("https://") for k, v in overrides.items()}
        self._client = Client(machine, region, self._provider, names)
        self._host = () if about.get("omit_hostname") else (("host", machine.name),)
        self._usual = float(about.get("metrics_collection_interval", INTERVAL_S))
        self._note("I!", f"[agent] Starting, region {region}, profile {used.name}")

    def publish_metrics(self) -> None:
        """
        Publish every plug-in's metrics at its own interval, the first time at once.

        What was taken in is not repeated within the server's pace, however fast time goes.
        """
        metrics = self._config.get("metrics", {})
        plugins: dict[str, dict[str, Any]] = metrics.get("metrics_collected", {})
        namespace = str(metrics.get("namespace", NAMESPACE))
        due = dict.fromkeys(plugins, 0.0)
        while True:
            now = time.monotonic()
            ready = [name for name in plugins if due[name] <= now]
            points = [
                point
                for name in ready
                for point in measure(self._machine, name, plugins[name], clock())
            ]
            batches = [
                points[place : place + MOST_POINTS]
                for place in range(0, len(points), MOST_POINTS)
            ]
            taken = [
                self._try("cloudwatch", partial(self._put, namespace, batch))
                for batch in batches
            ]
            least = self._machine.pace_s if all(taken) else 0.0
            for name in ready:
                interval = plugins[name].get("metrics_collection_interval")
                usual = float(interval or self._usual) / self._machine.speed
                due[name] = now + max(usual, least)
            later = min(due.values(), default=now + RETRY_S)
            time.sleep(max(later - time.monotonic(), 0.01))

    def follow_logs(self) -> None:
        """
        Send new lines of every collected file as they come.
        """
        followed = [
            LogFile(self._machine, self._client, entry) for entry in files(self._config)
        ]
        while followed:
            for file in followed:
                if not self._try("cloudwatchlogs", file.ship):
                    file.forget_stream()
                    self._machine.pause(RETRY_S)
            sent = max(file.sent for file in followed)
            is_quiet = time.monotonic() - sent > QUIET_S
            time.sleep(TAIL_SELDOM_S if is_quiet else TAIL_S)

    def _put(self, namespace: str, points: list[Point]) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(clock()))
        members: dict[str, Any] = {"Action": "PutMetricData", "Namespace": namespace}
        for number, point in enumerate(points, 1):
            start = f"MetricData.member.{number}"
            members[f"{start}.MetricName"] = point.name
            members[f"{start}.Value"] = point.value
            members[f"{start}.Unit"] = point.unit
            members[f"{start}.Timestamp"] = stamp
            dimensions = sorted((*self._host, *point.dimensions))
            for place, (name, value) in enumerate(dimensions, 1):
                members[f"{start}.Dimensions.member.{place}.Name"] = name
                members[f"{start}.Dimensions.member.{place}.Value"] = value
        self._client.query("monitoring", QUERY_VERSION, members)

    def _try(self, output: str, act: Callable[[], object]) -> bool:
        try:
            act()
        except ServiceError as error:
            if error.code in STALE:
                self._provider.forget()
            word = "creating stream" if error.code == MISSING else "sending"
            self._note(
                "E!", f"[outputs.{output}] Aws error received when {word}: {error}"
            )
        except (Unreachable, settings.NoCredentialsError) as error:
            text = "RequestError: send request failed\ncaused by:"
            self._note("E!", f"[outputs.{output}] {text} {error}")
        else:
            return True
        return False

    def _note(self, level: str, message: str) -> None:
        stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("a") as file:
            file.write(f"{stamp} {level} {message}\n")
