"""
Scripts that are collected one by one and then run on all servers together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.hosts.inventory import FactsSource
    from closednet.hosts.quarantine import Quarantine
    from closednet.hosts.results import CommandResult
    from closednet.hosts.scripts import Script
    from closednet.redact import Secret


@dataclass(frozen=True, slots=True)
class Batch:
    """
    At most one script a server, started together with an error budget.

    Kinds collect in `create` and run in `settle`: a rollout over many servers
    goes in parallel, and one failed server does not hide another.
    """

    facts: FactsSource
    _scripts: dict[str, Script] = field(default_factory=dict)

    @property
    def quarantine(self) -> Quarantine:
        """
        The servers that failed and are not touched any more.
        """
        return self.facts.quarantine

    def add(self, host: str, script: Script) -> None:
        """
        Put a script on the list.
        """
        self._scripts[host] = script

    def run(
        self, what: str, secrets: Mapping[str, Secret] | None = None
    ) -> dict[str, CommandResult]:
        """
        Run everything on the list, except on servers in quarantine.

        Raises:
            HostError: More servers failed than the budget allows; all are named.
        """
        good = set(self.quarantine.healthy(self._scripts))
        scripts = {name: s for name, s in self._scripts.items() if name in good}
        self._scripts.clear()
        if not scripts:
            return {}
        self.facts.forget()
        results = self.facts.fleet.run_each(scripts, secrets, self.quarantine.left)
        return self.quarantine.sifted(what, results)
