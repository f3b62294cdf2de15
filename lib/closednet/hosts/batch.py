"""
Scripts that are collected one by one and then run on all servers together.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closednet.hosts.results import raise_for_failures


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet.hosts.inventory import FactsSource
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
    max_errors: int = 0
    _scripts: dict[str, Script] = field(default_factory=dict)

    def add(self, host: str, script: Script) -> None:
        """
        Put a script on the list.
        """
        self._scripts[host] = script

    def run(
        self, what: str, secrets: Mapping[str, Secret] | None = None
    ) -> dict[str, CommandResult]:
        """
        Run everything on the list.

        Raises:
            HostError: One or more servers failed; all of them are named.
        """
        scripts = dict(self._scripts)
        self._scripts.clear()
        if not scripts:
            return {}
        self.facts.forget()
        fleet = self.facts.fleet
        return raise_for_failures(
            what, fleet.run_each(scripts, secrets, self.max_errors)
        )
