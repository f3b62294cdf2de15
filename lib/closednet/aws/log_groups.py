"""
Log groups with their retention, and what was written into them.

Log groups are ours by tag.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from closednet.aws.tolerance import Tolerating
from closednet.model import naming
from closednet.model.change import Found
from closednet.model.specs.management import LogGroup
from closednet.model.step import OWNER, Actions, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.aws.account import Account
    from closednet.recorder import Recorder


def keeps(days: int, wanted: int) -> bool:
    """
    Tell whether a group of others keeps events as long; 0 days are for ever.
    """
    return not days or (bool(wanted) and days >= wanted)


class LogGroups(PlainKind):
    """
    Kind of the log groups; a rollback keeps them unless told otherwise.
    """

    spec_type = LogGroup
    actions = Actions(
        account="management",
        find=("logs:DescribeLogGroups", "logs:ListTagsForResource"),
        create=("logs:CreateLogGroup", "logs:PutRetentionPolicy", "logs:TagResource"),
        update=("logs:PutRetentionPolicy", "logs:DeleteRetentionPolicy"),
        delete=("logs:DeleteLogGroup",),
    )

    def __init__(
        self, account: Account, recorder: Recorder, *, delete_events: bool
    ) -> None:
        self._account = account
        self._recorder = recorder
        self._delete_events = delete_events

    def find(self, wanted: Iterable[LogGroup]) -> dict[str, Found[LogGroup]]:
        """
        Return the log groups that exist under the wanted names.
        """
        found: dict[str, Found[LogGroup]] = {}
        for spec in wanted:
            raw = self._described(spec.name)
            if raw is not None:
                arn = raw["arn"].removesuffix(":*")
                with self._account.call("logs:ListTagsForResource", spec.name):
                    tags = self._account.logs.list_tags_for_resource(resourceArn=arn)
                owned = naming.is_ours(tags.get("tags", {}), self._account.site)
                seen = LogGroup(spec.name, raw.get("retentionInDays", 0))
                if not owned and keeps(seen.retention_days, spec.retention_days):
                    seen = spec
                # Ours without retention is what an interrupted run left half made.
                if seen.retention_days or not (owned and spec.retention_days):
                    found[spec.key] = Found(seen, arn, owned)
        return found

    def by_owner(self, found: Found[LogGroup], wanted: LogGroup) -> Work:
        """
        Return what the owner of an unsuitable log group has to change.
        """
        return Work(
            OWNER,
            f"{wanted.key} ({found.resource_id}): keep its events for"
            f" {wanted.retention_days} days or longer",
        )

    def create(self, spec: LogGroup) -> str:
        """
        Make the log group and set its retention.
        """
        call = self._account.call("logs:CreateLogGroup", spec.name)
        # It was not found whole: one that exists is ours, half made.
        with Tolerating("ResourceAlreadyExistsException"), call:
            self._account.logs.create_log_group(
                logGroupName=spec.name,
                tags=naming.tags(self._account.site, spec.key),
            )
        if spec.retention_days:
            self._retain(spec)
        owner = f"{self._account.region}:{self._account.id}"
        return f"arn:{self._account.partition}:logs:{owner}:log-group:{spec.name}"

    def update(self, old: LogGroup, new: LogGroup) -> str:
        """
        Set the retention.
        """
        if new.retention_days:
            self._retain(new)
        else:
            with self._account.call("logs:DeleteRetentionPolicy", new.name):
                self._account.logs.delete_retention_policy(logGroupName=new.name)
        return new.name

    def delete(self, spec: LogGroup, resource_id: str) -> None:
        """
        Delete the group with its events if the parameters say so; else say it stays.
        """
        if not self._delete_events:
            self._recorder.record(
                "kept",
                resource="log-group",
                id=resource_id,
                reason="its events are evidence: rollout.delete_logs_on_rollback is"
                " false",
            )
            return
        call = self._account.call("logs:DeleteLogGroup", spec.name)
        with Tolerating("ResourceNotFoundException"), call:
            self._account.logs.delete_log_group(logGroupName=spec.name)

    def irreversible(self, spec: LogGroup) -> str:
        """
        Events are lost with their group, or the group stays.
        """
        if self._delete_events:
            return f"a rollback deletes the events in {spec.name} for good"
        return f"a rollback keeps {spec.name} and its events"

    def _described(self, name: str) -> dict[str, Any] | None:
        with self._account.call("logs:DescribeLogGroups", name):
            pages = self._account.logs.get_paginator("describe_log_groups")
            for page in pages.paginate(logGroupNamePrefix=name):
                for raw in page["logGroups"]:
                    if raw["logGroupName"] == name:
                        return dict(raw)
        return None

    def _retain(self, spec: LogGroup) -> None:
        with self._account.call("logs:PutRetentionPolicy", spec.name):
            self._account.logs.put_retention_policy(
                logGroupName=spec.name, retentionInDays=spec.retention_days
            )


def log_events(
    account: Account, group: str, stream_prefix: str = ""
) -> tuple[tuple[str, str], ...]:
    """
    Return stream and message of the events of a group; a missing group has none.
    """
    narrowed: Any = {"logStreamNamePrefix": stream_prefix} if stream_prefix else {}
    with (
        Tolerating("ResourceNotFoundException"),
        account.call("logs:FilterLogEvents", group),
    ):
        pages = account.logs.get_paginator("filter_log_events")
        return tuple(
            (event["logStreamName"], event["message"])
            for page in pages.paginate(logGroupName=group, **narrowed)
            for event in page["events"]
        )
    return ()
