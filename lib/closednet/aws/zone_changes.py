"""
Waiting for changes of Route 53.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.aws.account import Account


class Changes:
    """
    Changes of Route 53 that are still on their way to its servers.
    """

    def __init__(self, account: Account) -> None:
        self._account = account
        self._pending: list[str] = []

    def remember(self, info: Mapping[str, Any]) -> None:
        """
        Keep a change to wait for.
        """
        self._pending.append(str(info["Id"]).removeprefix("/change/"))

    def wait(self) -> None:
        """
        Wait until every remembered change has reached all servers.
        """
        while self._pending:
            change = self._pending[-1]
            self._account.waiting.until(
                partial(self._arrived, change),
                what=f"INSYNC of Route 53 change {change}",
            )
            self._pending.pop()

    def _arrived(self, change: str) -> bool | None:
        with self._account.call("route53:GetChange", change):
            answer = self._account.route53.get_change(Id=change)
        return answer["ChangeInfo"]["Status"] == "INSYNC" or None
