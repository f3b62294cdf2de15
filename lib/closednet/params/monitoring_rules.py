"""
Rules between the parameters of the CloudWatch agent.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from closednet.errors import Problem
from closednet.params.fields import RETENTION_DAYS


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.params.site import SiteParams


def broken(params: SiteParams) -> Iterator[Problem]:
    """
    Yield what is wrong with log groups, groups of servers and counters.
    """
    yield from _retention(params)
    yield from _groups(params)
    yield from _counters(params)
    about = params.cloudwatch
    if about.config_tier != "standard" and about.config_store == "file":
        yield Problem("cloudwatch.config_tier", "is not used; config_store is file")


def _retention(params: SiteParams) -> Iterator[Problem]:
    wanted: dict[str, int] = {}
    days = [("output.retention_days", params.output.retention_days, "")]
    for place, log in params.cloudwatch.sources():
        days.append((f"{place}.retention_days", log.retention_days, log.log_group))
    for path, value, group in days:
        if value not in RETENTION_DAYS:
            near = min(RETENTION_DAYS, key=lambda d: abs(d - value))
            yield Problem(path, f"is {value}; CloudWatch Logs knows {near}, not that")
        if group and wanted.setdefault(group, value) != value:
            yield Problem(path, f"differs from another file of log group {group}")


def _groups(params: SiteParams) -> Iterator[Problem]:
    known = {group for host in params.hosts for group in host.groups}
    names = [group.name for group in params.cloudwatch.groups]
    for i, group in enumerate(params.cloudwatch.groups):
        path = f"cloudwatch.groups[{i}]"
        if group.name not in known:
            yield Problem(f"{path}.name", f"{group.name} is a group of no server")
        if group.name in names[:i]:
            yield Problem(f"{path}.name", f"{group.name} is given twice")
        if not group.instead:
            yield Problem(path, "says nothing that differs; leave it out")


def _counters(params: SiteParams) -> Iterator[Problem]:
    about = params.cloudwatch
    places = [("cloudwatch", about.windows)]
    places += [
        (f"cloudwatch.groups[{i}]", group.windows)
        for i, group in enumerate(about.groups)
        if group.windows is not None
    ]
    for place, windows in places:
        told = Counter(each.name.lower() for each in windows.counters)
        for i, each in enumerate(windows.counters):
            path = f"{place}.windows.counters[{i}]"
            if told[each.name.lower()] > 1:
                yield Problem(f"{path}.name", f"{each.name} is given twice")
            for counter in each.counters:
                if not counter.strip():
                    yield Problem(f"{path}.counters", "holds an empty name")
