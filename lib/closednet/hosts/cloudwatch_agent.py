"""
The CloudWatch agent's package on the servers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet.hosts.by_hand import carry
from closednet.hosts.scripts import render
from closednet.model.change import Found
from closednet.model.specs.hosts import CloudWatchAgentPackage
from closednet.model.step import Actions, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.hosts.inventory import FactsSource
    from closednet.hosts.run_command import RunCommand


MARK: Final = "cloudwatch-package"
SENDING: Final = (
    "ssm:DescribeInstanceInformation",
    "ssm:ListCommandInvocations",
    "ssm:SendCommand",
)


class CloudWatchAgentPackages(PlainKind):
    """
    Installs the agent with one Run Command for all servers that lack it.

    A mark on the server, written by a command before, says that it was us.
    """

    spec_type = CloudWatchAgentPackage
    actions = Actions("management", find=SENDING, create=SENDING, delete=SENDING)

    def __init__(self, site: str, facts: FactsSource, command: RunCommand) -> None:
        self._site = site
        self._facts = facts
        self._command = command
        self._queued: list[str] = []

    def find(
        self, wanted: Iterable[CloudWatchAgentPackage]
    ) -> Mapping[str, Found[CloudWatchAgentPackage]]:
        """
        Return the servers that have the agent; being first, it asks anew.
        """
        specs = list(wanted)
        self._facts.begin()
        facts = self._facts.of(spec.host for spec in specs)
        return {
            spec.key: Found(
                spec,
                f"{spec.host}:amazon-cloudwatch-agent",
                facts[spec.host].is_marked(MARK, self._site),
            )
            for spec in specs
            if spec.host in facts and facts[spec.host].cloudwatch_installed
        }

    def remaining(
        self, wanted: Iterable[CloudWatchAgentPackage]
    ) -> Mapping[str, Found[CloudWatchAgentPackage]]:
        """
        Return the servers that have the agent, once every one was asked.

        Raises:
            HostError: One did not answer: what is not seen is not gone.
        """
        specs = list(wanted)
        found = self.find(specs)
        self._facts.quarantine.raise_for(spec.host for spec in specs)
        return found

    def create(self, spec: CloudWatchAgentPackage) -> str:
        """
        Put the server on the command's list.
        """
        self._queued.append(spec.host)
        return f"{spec.host}:amazon-cloudwatch-agent"

    def update(self, old: CloudWatchAgentPackage, new: CloudWatchAgentPackage) -> str:
        """
        Install again; packages of one name do not differ.
        """
        return self.create(new)

    def delete(self, spec: CloudWatchAgentPackage, resource_id: str) -> None:
        """
        Put the server on the command's list.
        """
        self._queued.append(spec.host)

    def settle(self, specs: Iterable[CloudWatchAgentPackage]) -> None:
        """
        Send the command to all servers on the list and wait for every result.
        """
        names = self._taken()
        self._command.shell(render("mark-cloudwatch-package", SITE=self._site), names)
        self._command.package("Install", names)

    def settle_deleted(self, specs: Iterable[CloudWatchAgentPackage]) -> None:
        """
        Uninstall on all servers on the list.
        """
        names = self._taken()
        self._command.package("Uninstall", names)
        self._command.shell(render("unmark-cloudwatch-package"), names)

    def by_hand(self, spec: CloudWatchAgentPackage) -> Work | None:
        """
        Return the work of a Windows server's administrator.
        """
        host = self._facts.host(spec.host)
        return carry(host, "cloudwatch-agent") if host.os == "windows" else None

    def _taken(self) -> list[str]:
        names = self._facts.quarantine.healthy(self._queued)
        self._queued.clear()
        self._facts.forget()
        return names
