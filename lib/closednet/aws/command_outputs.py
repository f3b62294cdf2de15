"""
What nodes wrote where a command told them to: in the bucket, in the log group.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.aws.buckets import Buckets
from closednet.aws.log_groups import log_events


if TYPE_CHECKING:
    from closednet.aws.account import Account
    from closednet.aws.command_results import CommandOutcome
    from closednet.params.management import Output


class CommandOutputs:
    """
    Reads the output of commands back, by node id.
    """

    def __init__(self, account: Account, output: Output) -> None:
        self._account = account
        self._output = output
        self._buckets = Buckets(account)

    def in_s3(self, outcome: CommandOutcome) -> dict[str, str]:
        """
        Return what each node wrote to the output bucket.

        An object is read once for each entity tag: equal ones hold the same bytes.
        """
        found: dict[str, str] = {}
        read: dict[str, str] = {}
        for command_id in outcome.command_ids:
            prefix = f"{self._output.prefix}/{command_id}/"
            for key, tag in self._buckets.tags(self._output.bucket, prefix).items():
                if not key.endswith("/stdout"):
                    continue
                if tag not in read:
                    read[tag] = self._buckets.text(self._output.bucket, key)
                node_id = key.removeprefix(prefix).partition("/")[0]
                found[node_id] = found.get(node_id, "") + read[tag]
        return found

    def in_logs(self, outcome: CommandOutcome) -> dict[str, str]:
        """
        Return what each node wrote to the command log group.
        """
        group = self._output.command_log_group
        found: dict[str, str] = {}
        for command_id in outcome.command_ids:
            for stream, message in log_events(self._account, group, f"{command_id}/"):
                node_id = stream.split("/")[1]
                if stream.endswith("/stdout"):
                    found[node_id] = found.get(node_id, "") + message + "\n"
        return found
