"""
Run Command for kinds: every node's failure becomes one error with all names.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from closednet.errors import HostError
from closednet.hosts.nodes import by_host
from closednet.hosts.quarantine import Quarantine
from closednet.model.cloudwatch_wishes import CLOUDWATCH, PACKAGE


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from closednet.hosts.needs import Commands, NodeResult, Nodes
    from closednet.hosts.results import Results
    from closednet.hosts.scripts import Script
    from closednet.params.site import Host


SHELL: Final = "AWS-RunShellScript"
NORMAL_S: Final = 600


@dataclass(frozen=True, slots=True)
class RunCommand:
    """
    Sends one document to many servers at once, through Systems Manager.
    """

    site: str
    hosts: tuple[Host, ...]
    nodes: Nodes
    commands: Commands
    max_concurrency: int = 10
    quarantine: Quarantine = field(default_factory=Quarantine)

    def ids(self, names: Iterable[str]) -> dict[str, str]:
        """
        Return the node ids of those servers that are online, by server name.
        """
        wanted = set(names)
        listed = by_host(self.hosts, self.nodes.of_site(self.site))
        return {
            name: node.node_id
            for name, node in listed.items()
            if name in wanted and node.ping_status == "Online"
        }

    def send(
        self, document: str, parameters: Mapping[str, Sequence[str]], names: list[str]
    ) -> dict[str, NodeResult]:
        """
        Run a document on all named servers and return the results by name.

        Servers in quarantine are left alone.

        Raises:
            HostError: More are offline, or failed, than the budget allows.
        """
        wanted = self.quarantine.healthy(names)
        ids = self.ids(wanted)
        offline = {name: _offline(name) for name in wanted if name not in ids}
        self.quarantine.sifted(document, dict(offline), len(wanted))
        if not ids:
            return {}
        outcome = self.commands.run(
            document,
            parameters,
            sorted(ids.values()),
            comment=f"closednet {self.site}",
            max_concurrency=self.max_concurrency,
            max_errors=self.quarantine.left,
            timeout_s=NORMAL_S,
        )
        by_id = {result.node_id: result for result in outcome.results}
        failed = _failures(document, ids, by_id)
        self.quarantine.sifted(document, failed, len(ids))
        return {name: by_id[ids[name]] for name in ids if name not in failed}

    def shell(self, script: Script, names: list[str]) -> dict[str, NodeResult]:
        """
        Run a script on all named servers; no secret may stand in it.
        """
        return self.send(SHELL, {"commands": [script.text]}, names)

    def package(self, action: str, names: list[str]) -> dict[str, NodeResult]:
        """
        Install or uninstall the CloudWatch agent's package.
        """
        parameters = {"action": [action], "name": [CLOUDWATCH]}
        return self.send(PACKAGE, parameters, names)


def _offline(name: str) -> HostError:
    return HostError(
        f"{name}: not online as a managed node",
        host=name,
        hint="prove the ssm-agent step first",
    )


def _failures(
    document: str, ids: Mapping[str, str], by_id: Mapping[str, NodeResult]
) -> Results:
    found: Results = {}
    for name, node_id in sorted(ids.items()):
        result = by_id.get(node_id)
        if result is None or result.status != "Success":
            words = f"{result.status}: {_words(result)}" if result else "no result"
            found[name] = HostError(
                f"{name}: {document} ended with {words}",
                host=name,
                hint="its output is in the output bucket; a failed download means that"
                " the S3 endpoint's policy or its wildcard name is missing",
            )
    return found


def _words(result: NodeResult) -> str:
    lines = (result.error or result.output).strip().splitlines()
    return lines[-1] if lines else "no output"
