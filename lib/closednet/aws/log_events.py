"""
Log events that have arrived in CloudWatch Logs.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from closednet.aws.tolerance import Tolerating


if TYPE_CHECKING:
    from datetime import datetime

    from closednet.aws.account import Account


@dataclass(frozen=True, slots=True)
class LogEvent:
    """
    One line of a log stream.
    """

    stream: str
    message: str


class LogEvents:
    """
    Finds events in log groups.
    """

    def __init__(self, account: Account) -> None:
        self._account = account

    def containing(
        self, group: str, text: str, since: datetime
    ) -> tuple[LogEvent, ...]:
        """
        Return the events of all streams that contain `text`.

        A group that does not exist has none. Pages may be empty in between.
        """
        call = self._account.call("logs:FilterLogEvents", group)
        with Tolerating("ResourceNotFoundException"), call:
            pages = self._account.logs.get_paginator("filter_log_events")
            return tuple(
                LogEvent(str(raw["logStreamName"]), str(raw["message"]))
                for page in pages.paginate(
                    logGroupName=group,
                    startTime=int(since.timestamp() * 1000),
                    filterPattern=f'"{text}"',
                )
                for raw in page.get("events", ())
            )
        return ()

    def retention_days(self, group: str) -> int | None:
        """
        Return after how many days events go; 0 is never, None is no such group.
        """
        with self._account.call("logs:DescribeLogGroups", group):
            pages = self._account.logs.get_paginator("describe_log_groups")
            for page in pages.paginate(logGroupNamePrefix=group):
                for raw in page["logGroups"]:
                    if raw["logGroupName"] == group:
                        return int(raw.get("retentionInDays", 0))
        return None
