"""
Run Command: send a document to nodes and collect what each of them answered.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.buckets import Buckets
from closednet.aws.command_results import CommandOutcome, NodeResult, node_result
from closednet.aws.log_groups import log_events
from closednet.aws.tolerance import Tolerating
from closednet.errors import AdapterError, AwsError


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from closednet.aws.account import Account
    from closednet.params.management import Output
    from closednet.recorder import Recorder
    from closednet.waiting import Waiting


MOST_NODES: Final = 50
REMEMBERED: Final = timedelta(days=1)
SHORTEST_TIMEOUT_S: Final = 30
LONGEST_COMMENT: Final = 100
FINAL: Final = frozenset({"Success", "Cancelled", "TimedOut", "Failed"})
UNANSWERED: Final = "NoAnswer"
UNSENT: Final = NodeResult("", "NotSent", -1, "", "too many nodes failed before")


class Commands:
    """
    Sends commands in the management account.
    """

    def __init__(
        self, account: Account, output: Output, waiting: Waiting, recorder: Recorder
    ) -> None:
        self._account = account
        self._output = output
        self._waiting = waiting
        self._recorder = recorder

    def run(
        self,
        document: str,
        parameters: Mapping[str, Sequence[str]],
        node_ids: Sequence[str],
        *,
        comment: str,
        max_concurrency: int = 10,
        max_errors: int = 0,
        timeout_s: float = 600,
        output: bool = True,
    ) -> CommandOutcome:
        """
        Send `document` to the nodes and wait until all of them answered.

        A node that does not answer in time has the status that it had last; it never
        hides what the others answered. `output`: also into the bucket and log group.
        """
        request: dict[str, Any] = {
            "DocumentName": document,
            "Parameters": {name: list(values) for name, values in parameters.items()},
            "Comment": comment[:LONGEST_COMMENT],
            "TimeoutSeconds": max(SHORTEST_TIMEOUT_S, int(timeout_s)),
            "MaxConcurrency": str(max_concurrency),
        }
        if output:
            request |= self._destinations()
        ids: list[str] = []
        results: list[NodeResult] = []
        for at in range(0, len(node_ids), MOST_NODES):
            batch = list(node_ids[at : at + MOST_NODES])
            # MaxErrors holds for one command: over all of them it is counted here.
            left = max_errors - sum(not result.succeeded for result in results)
            if left < 0:
                results += [replace(UNSENT, node_id=node_id) for node_id in batch]
                continue
            request["MaxErrors"] = str(left)
            command_id = self._send(request, batch)
            ids.append(command_id)
            results += self._answers(command_id, batch, timeout_s)
        self._tell(document, comment, results)
        return CommandOutcome(tuple(ids), tuple(results))

    def earlier(self, document: str, comment: str) -> CommandOutcome | None:
        """
        Return the newest command of the last day with this comment, if there is one.
        """
        since = datetime.now(UTC) - REMEMBERED
        filters = [
            {"key": "DocumentName", "value": document},
            {"key": "InvokedAfter", "value": since.strftime("%Y-%m-%dT%H:%M:%SZ")},
        ]
        with self._account.call("ssm:ListCommands", document):
            pages = self._account.ssm.get_paginator("list_commands").paginate(
                Filters=filters  # type: ignore[arg-type]  # the stubs want literals
            )
            known = [c for p in pages for c in p["Commands"] if c["Comment"] == comment]
        if not known:
            return None
        newest = max(known, key=lambda command: command["RequestedDateTime"])
        command_id = newest["CommandId"]
        results = [node_result(raw) for raw in self._invocations(command_id)]
        return CommandOutcome((command_id,), tuple(results))

    def output_in_s3(self, outcome: CommandOutcome) -> dict[str, str]:
        """
        Return what each node wrote to the output bucket, by node id.
        """
        buckets = Buckets(self._account)
        found: dict[str, str] = {}
        for command_id in outcome.command_ids:
            prefix = f"{self._output.prefix}/{command_id}/"
            for key in buckets.keys(self._output.bucket, prefix):
                node_id = key.removeprefix(prefix).partition("/")[0]
                if key.endswith("/stdout"):
                    text = buckets.text(self._output.bucket, key)
                    found[node_id] = found.get(node_id, "") + text
        return found

    def output_in_logs(self, outcome: CommandOutcome) -> dict[str, str]:
        """
        Return what each node wrote to the command log group, by node id.
        """
        group = self._output.command_log_group
        found: dict[str, str] = {}
        for command_id in outcome.command_ids:
            for stream, message in log_events(self._account, group, f"{command_id}/"):
                node_id = stream.split("/")[1]
                if stream.endswith("/stdout"):
                    found[node_id] = found.get(node_id, "") + message + "\n"
        return found

    def _destinations(self) -> dict[str, Any]:
        return {
            "OutputS3BucketName": self._output.bucket,
            "OutputS3KeyPrefix": self._output.prefix,
            "CloudWatchOutputConfig": {
                "CloudWatchLogGroupName": self._output.command_log_group,
                "CloudWatchOutputEnabled": True,
            },
        }

    def _send(self, request: dict[str, Any], node_ids: list[str]) -> str:
        subject = f"{request['DocumentName']} to {', '.join(node_ids[:3])}"
        with self._account.call("ssm:SendCommand", subject):
            raw = self._account.ssm.send_command(InstanceIds=node_ids, **request)
        return raw["Command"]["CommandId"]

    def _answers(
        self, command_id: str, node_ids: list[str], timeout_s: float
    ) -> list[NodeResult]:
        latest: dict[str, NodeResult] = {}

        def all_final() -> bool | None:
            invocations = self._invocations(command_id)
            latest.update({raw["InstanceId"]: node_result(raw) for raw in invocations})
            final = [raw for raw in invocations if raw["Status"] in FINAL]
            return True if len(final) >= len(node_ids) else None

        patience = min(timeout_s, self._waiting.timeout_s)
        try:
            replace(self._waiting, timeout_s=patience).until(
                all_final, what=f"command {command_id}"
            )
        except AdapterError as err:
            if isinstance(err, AwsError):
                raise
            self._recorder.record("command-unanswered", command=command_id)
        silent = NodeResult("", UNANSWERED, -1, "", "no answer in time")
        return [latest.get(n, replace(silent, node_id=n)) for n in node_ids]

    def _invocations(self, command_id: str) -> list[Any]:
        call = self._account.call("ssm:ListCommandInvocations", command_id)
        # Right after SendCommand the command may not be known everywhere.
        with Tolerating("InvalidCommandId", "InvocationDoesNotExist"), call:
            pages = self._account.ssm.get_paginator("list_command_invocations")
            return [
                raw
                for page in pages.paginate(CommandId=command_id, Details=True)
                for raw in page["CommandInvocations"]
            ]
        return []

    def _tell(self, document: str, comment: str, results: list[NodeResult]) -> None:
        self._recorder.record(
            "command",
            document=document,
            comment=comment,
            results={result.node_id: result.status for result in results},
        )
