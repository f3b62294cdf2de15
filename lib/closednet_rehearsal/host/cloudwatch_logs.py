"""
The log files that the stand-in CloudWatch agent follows.
"""

from __future__ import annotations

import glob
import os
import time

from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.host import cloudwatch_settings as settings
from closednet_rehearsal.host.aws import Client, ServiceError
from closednet_rehearsal.host.machine import now as clock


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

MOST_EVENTS: Final = 1000
MISSING: Final = "ResourceNotFoundException"
EXISTS: Final = "ResourceAlreadyExistsException"


class LogFile:
    """
    One entry of a collect_list; how far it was sent is kept over restarts.

    `sent` is when that was the last time.
    """

    def __init__(self, machine: Machine, client: Client, entry: dict[str, Any]) -> None:
        self._machine = machine
        self._client = client
        self._pattern = str(entry["file_path"])
        group = str(entry.get("log_group_name") or Path(self._pattern).stem)
        stream = str(entry.get("log_stream_name") or "{hostname}")
        self.group, self.stream = (self._filled(text) for text in (group, stream))
        self._retention = int(entry.get("retention_in_days", -1))
        self._ready = False
        name = self._pattern.replace("/", "_")
        self._state = machine.root / settings.HOME / "logs/state" / name
        self.sent = time.monotonic()

    def ship(self) -> int:
        """
        Send what is new; return how many events that was.

        Raises:
            ServiceError: CloudWatch Logs refused.
            Unreachable: There was no answer.
            NoCredentialsError: There is no usable profile.
        """
        file = self._newest()
        if file is None:
            return 0
        start = self._sent(file)
        with file.open("rb") as stream:
            stream.seek(start)
            whole = stream.read()
        complete = whole[: whole.rfind(b"\n") + 1]
        lines = [line for line in complete.splitlines() if line.strip()]
        for place in range(0, len(lines), MOST_EVENTS):
            self._put(lines[place : place + MOST_EVENTS])
        if complete:
            self._remember(file, start + len(complete))
            self.sent = time.monotonic()
        return len(lines)

    def _filled(self, text: str) -> str:
        known = {
            "hostname": self._machine.name,
            "local_hostname": self._machine.name,
            "ip_address": self._machine.address,
            "aws_region": self._client.region,
            "date": time.strftime("%Y-%m-%d"),
            "instance_id": "i-UNKNOWN",
            "account_id": "UNKNOWN-ACCOUNT",
        }
        for name, value in known.items():
            text = text.replace(f"{{{name}}}", value)
        return text

    def _newest(self) -> Path | None:
        pattern = os.fspath(self._machine.inside(self._pattern))
        found = [Path(name) for name in glob.glob(pattern)]  # noqa: PTH207 - absolute
        return max(found, key=lambda file: file.stat().st_mtime, default=None)

    def _put(self, lines: list[bytes]) -> None:
        if not self._ready:
            self._make_stream()
        now = int(clock() * 1000)
        self._client.json(
            "logs",
            "PutLogEvents",
            logGroupName=self.group,
            logStreamName=self.stream,
            logEvents=[
                {"timestamp": now, "message": line.decode("utf-8", "replace")}
                for line in lines
            ],
        )

    def _make_stream(self) -> None:
        names = {"logGroupName": self.group, "logStreamName": self.stream}
        try:
            self._client.json("logs", "CreateLogStream", **names)
        except ServiceError as error:
            if error.code == MISSING:
                self._make_group()
                self._client.json("logs", "CreateLogStream", **names)
            elif error.code != EXISTS:
                raise
        self._set_retention()
        self._ready = True

    def _make_group(self) -> None:
        try:
            self._client.json("logs", "CreateLogGroup", logGroupName=self.group)
        except ServiceError as error:
            if error.code != EXISTS:
                raise

    def _set_retention(self) -> None:
        if self._retention <= 0:
            return
        told = self._client.json(
            "logs", "DescribeLogGroups", logGroupNamePrefix=self.group
        )
        for group in told.get("logGroups", []):
            same = group.get("retentionInDays") == self._retention
            if group["logGroupName"] == self.group and same:
                return
        self._client.json(
            "logs",
            "PutRetentionPolicy",
            logGroupName=self.group,
            retentionInDays=self._retention,
        )

    def _sent(self, file: Path) -> int:
        try:
            name, offset = self._state.read_text().split("\n")[:2]
        except (OSError, ValueError):
            return 0
        # A file that shrank was rotated.
        is_same = name == os.fspath(file) and int(offset) <= file.stat().st_size
        return int(offset) if is_same else 0

    def _remember(self, file: Path, offset: int) -> None:
        self._state.parent.mkdir(parents=True, exist_ok=True)
        self._state.write_text(f"{file}\n{offset}\n")

    def forget_stream(self) -> None:
        """
        Make the stream anew next time: somebody deleted it.
        """
        self._ready = False
