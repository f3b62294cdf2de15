"""
Run Command: send a document to nodes and collect what each of them answered.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final

from closednet.aws.command_results import CommandOutcome, NodeResult, node_result
from closednet.aws.tolerance import Tolerating
from closednet.errors import AdapterError, AwsError


if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

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
            command_id = self._send(request | {"InstanceIds": batch}, batch)
            ids.append(command_id)
            results += self._answers(command_id, batch, timeout_s)
        self._tell(document, comment, results)
        return CommandOutcome(tuple(ids), tuple(results))

    def earlier(
        self, document: str, comment: str, node_ids: Collection[str]
    ) -> CommandOutcome | None:
        """
        Return the newest answers of the last day to this comment, if every node gave one.
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
        known.sort(key=lambda command: command["RequestedDateTime"], reverse=True)
        results: dict[str, NodeResult] = {}
        asked: list[str] = []
        for command in known:
            if results.keys() >= set(node_ids):
                break
            asked.append(command["CommandId"])
            for raw in self._invocations(asked[-1]):
                results.setdefault(raw["InstanceId"], node_result(raw))
        if not results or not results.keys() >= set(node_ids):
            return None
        return CommandOutcome(tuple(asked), tuple(results[n] for n in node_ids))

    def run_on_tag(
        self,
        document: str,
        parameters: Mapping[str, Sequence[str]],
        node_ids: Sequence[str],
        tag: tuple[str, str],
        *,
        comment: str,
        max_concurrency: int,
        timeout_s: float,
    ) -> CommandOutcome:
        """
        Send one command to all nodes with a tag, however many, whatever some answer.
        """
        name, value = tag
        request = {
            "DocumentName": document,
            "Parameters": {key: list(values) for key, values in parameters.items()},
            "Comment": comment[:LONGEST_COMMENT],
            "TimeoutSeconds": max(SHORTEST_TIMEOUT_S, int(timeout_s)),
            "MaxConcurrency": str(max_concurrency),
            "MaxErrors": "100%",
            "Targets": [{"Key": f"tag:{name}", "Values": [value]}],
            **self._destinations(),
        }
        command_id = self._send(request, [f"{name}={value}"])
        results = self._answers(command_id, list(node_ids), timeout_s)
        self._tell(document, comment, results)
        return CommandOutcome((command_id,), tuple(results))

    def _destinations(self) -> dict[str, Any]:
        return {
            "OutputS3BucketName": self._output.bucket,
            "OutputS3KeyPrefix": self._output.prefix,
            "CloudWatchOutputConfig": {
                "CloudWatchLogGroupName": self._output.command_log_group,
                "CloudWatchOutputEnabled": True,
            },
        }

    def _send(self, request: dict[str, Any], to: list[str]) -> str:
        subject = f"{request['DocumentName']} to {', '.join(to[:3])}"
        with self._account.call("ssm:SendCommand", subject):
            raw = self._account.ssm.send_command(**request)
        return raw["Command"]["CommandId"]

    def _answers(
        self, command_id: str, node_ids: list[str], timeout_s: float
    ) -> list[NodeResult]:
        latest: dict[str, NodeResult] = {}

        def all_final() -> bool | None:
            if len(node_ids) > MOST_NODES and not self._is_over(command_id):
                return None
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

    def _is_over(self, command_id: str) -> bool:
        """
        Ask for the sum alone: the answers of many nodes take many pages.
        """
        with self._account.call("ssm:ListCommands", command_id):
            raw = self._account.ssm.list_commands(CommandId=command_id)
        found = raw["Commands"]
        return bool(found) and found[0]["Status"] not in {"Pending", "InProgress"}

    def _invocations(self, command_id: str) -> list[Any]:
        call = self._account.call("ssm:ListCommandInvocations", command_id)
        # Right after SendCommand the command may not be known everywhere.
        with Tolerating("InvalidCommandId", "InvocationDoesNotExist"), call:
            pages = self._account.ssm.get_paginator("list_command_invocations")
            return [
                raw
                for page in pages.paginate(
                    CommandId=command_id,
                    Details=True,
                    PaginationConfig={"PageSize": MOST_NODES},
                )
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
