"""
Run Command for kinds: every node's failure becomes one error with all names.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.errors import HostError
from closednet.hosts.nodes import by_host
from closednet.model.cloudwatch_wishes import CLOUDWATCH, PACKAGE


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from closednet.hosts.needs import Commands, NodeResult, Nodes
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
    max_errors: int = 0

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

        Raises:
            HostError: A server is not online, or failed; all of them are named.
        """
        ids = self.ids(names)
        offline = sorted(set(names) - set(ids))
        if offline:
            raise HostError(
                f"not online as managed nodes: {', '.join(offline)}",
                host=", ".join(offline),
                hint="prove the ssm-agent step first",
            )
        outcome = self.commands.run(
            document,
            parameters,
            sorted(ids.values()),
            comment=f"closednet {self.site}",
            max_concurrency=self.max_concurrency,
            max_errors=self.max_errors,
            timeout_s=NORMAL_S,
        )
        by_id = {result.node_id: result for result in outcome.results}
        _raise_for_failures(document, ids, by_id)
        return {name: by_id[node_id] for name, node_id in ids.items()}

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


def _raise_for_failures(
    document: str, ids: Mapping[str, str], by_id: Mapping[str, NodeResult]
) -> None:
    failed = {
        name: f"{result.status}: {_words(result)}" if result else "no result"
        for name, node_id in sorted(ids.items())
        if (result := by_id.get(node_id)) is None or result.status != "Success"
    }
    if failed:
        raise HostError(
            f"{document} failed on {len(failed)} of {len(ids)} servers:\n  - "
            + "\n  - ".join(f"{name}: {words}" for name, words in failed.items()),
            host=", ".join(failed),
            hint="its output is in the output bucket; a failed download means that"
            " the S3 endpoint's policy or its wildcard name is missing",
        )


def _words(result: NodeResult) -> str:
    lines = (result.error or result.output).strip().splitlines()
    return lines[-1] if lines else "no output"
