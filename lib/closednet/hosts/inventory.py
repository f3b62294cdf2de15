"""
The servers of a site as sources of facts, near ones and those done by hand.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closednet.errors import HostError
from closednet.hosts.facts import HostFacts, parse
from closednet.hosts.quarantine import Quarantine
from closednet.hosts.scripts import render


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from pathlib import Path

    from closednet.hosts.connector import Fleet
    from closednet.params.site import Host


def is_by_hand(host: Host) -> bool:
    """
    Tell whether a person carries scripts to this server.
    """
    return host.connector == "script" or host.os == "windows"


def nothing_handed_back(host: str) -> str:  # noqa: ARG001 - the signature's
    """
    Return no output for any server.
    """
    return ""


@dataclass(frozen=True, slots=True)
class HandedBack:
    """
    The outputs of carried scripts, as people put them into the handover folder.
    """

    folder: Path

    def __call__(self, host: str) -> str:
        file = self.folder / f"{host}.txt"
        return file.read_text("utf-8") if file.is_file() else ""


@dataclass(frozen=True, slots=True)
class FactsSource:
    """
    Asks the servers for facts; by-hand ones answer with handed back output.

    Answers are kept until something is written to a server or `forget` is called.
    """

    fleet: Fleet
    handed_back: Callable[[str], str] = nothing_handed_back
    quarantine: Quarantine = field(default_factory=Quarantine)
    _known: dict[str, HostFacts] = field(default_factory=dict)
    _hosts: dict[str, Host] = field(default_factory=dict)

    def forget(self) -> None:
        """
        Ask anew next time.
        """
        self._known.clear()

    def begin(self) -> None:
        """
        Ask anew, servers in quarantine too.
        """
        self.forget()
        self.quarantine.release()

    def host(self, name: str) -> Host:
        """
        Return the server of this name.
        """
        if not self._hosts:
            self._hosts.update({host.name: host for host in self.fleet.hosts})
        return self._hosts[name]

    def of(self, names: Iterable[str]) -> dict[str, HostFacts]:
        """
        Return facts by server name; by hand, or in quarantine, one may have none.

        Raises:
            HostError: More did not answer than the budget allows; all are named.
        """
        wanted = dict.fromkeys(names)
        unknown = [name for name in wanted if name not in self._known]
        missing = [self.host(name) for name in self.quarantine.healthy(unknown)]
        self._ask([host for host in missing if not is_by_hand(host)])
        for host in missing:
            output = self.handed_back(host.name) if is_by_hand(host) else ""
            if output:
                self._known[host.name] = parse(host.name, output)
        return {name: self._known[name] for name in wanted if name in self._known}

    def _ask(self, hosts: list[Host]) -> None:
        facts: dict[str, HostFacts] = {}
        results = self.fleet.run_all(render("facts"), hosts)
        for name, result in results.items():
            try:
                if not isinstance(result, HostError):
                    facts[name] = parse(name, result.stdout, now=result.ended_at)
            except HostError as err:
                results[name] = err
        self.quarantine.sifted("facts", results)
        self._known.update(facts)
