"""
Five thousand servers in memory: what plan and verification cost closednet itself.

The step of the SSM Agent is the real one, with its engine; servers answer its two
reading scripts at once, and AWS's list of nodes is counted in pages of fifty. Servers
that run real scripts are processes, of which a machine holds a thousand.
"""

from __future__ import annotations

import resource
import time

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, cast

from closednet import engine
from closednet.hosts.batch import Batch
from closednet.hosts.connector import Fleet
from closednet.hosts.inventory import FactsSource
from closednet.hosts.quarantine import Quarantine
from closednet.hosts.results import CommandResult
from closednet.hosts.ssm_agent import Source
from closednet.model.plan import Scope
from closednet.params.connection import Connection
from closednet.params.load import load
from closednet.params.site import Host
from closednet.steps.ssm_agent import SsmAgentStep
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence
    from pathlib import Path

    from closednet.hosts.scripts import Script
    from closednet.params.site import SiteParams
    from closednet.redact import Secret

SERVERS: Final = 5000
PAGE: Final = 50
PHASES: Final = ("planned", "planned again", "verified")
OCTET: Final = 250
MB: Final = 1024


@dataclass(frozen=True, slots=True)
class Node:
    """
    A managed node.
    """

    node_id: str
    computer_name: str
    ip_address: str
    iam_role: str
    agent_version: str
    ping_status: str = "Online"
    activation_id: str = "a"


@dataclass(frozen=True, slots=True)
class Servers(Fleet):
    """
    Servers that are all registered, or all untouched.
    """

    region: str = ""
    version: str = ""
    endpoint: str = ""
    registered: list[bool] = field(default_factory=lambda: [False])

    def run(
        self, script: Script, host: Host, secrets: Mapping[str, Secret] | None = None
    ) -> CommandResult:
        """
        Answer a reading script.

        Raises:
            ValueError: It would write.
        """
        del secrets
        if script.name == "reach":
            name = f"ssm.{self.region}.amazonaws.com"
            text = f"closednet: reach=ssm {name} {self.endpoint} answers\n"
            return CommandResult(host.name, 0, text, "")
        if script.name != "facts":
            raise ValueError(f"{script.name} is not to be run here")
        node_id = node_of(host) if self.registered[0] else ""
        said = {
            "hostname": host.name,
            "machine_id": host.name,
            "epoch": str(int(time.time())),
            "ssm_version": self.version if node_id else "",
            "ssm_active": "yes" if node_id else "no",
            "node_id": node_id,
            "node_region": self.region if node_id else "",
            "mark_registration": f"site=dc node={node_id}" if node_id else "",
            "complete": "yes",
        }
        text = "".join(f"closednet: {k}={v}\n" for k, v in said.items())
        return CommandResult(host.name, 0, text, "", ended_at=time.time())


@dataclass
class Nodes:
    """
    AWS's list of them; every page is counted.
    """

    servers: Servers
    role: str
    pages: int = 0

    def of_site(self, site: str) -> Sequence[Node]:
        """
        Return all nodes.
        """
        del site
        return self._listed(self.servers.hosts)

    def all_by_id(self, ids: Iterable[str]) -> Sequence[Node]:
        """
        Return the nodes with these ids.
        """
        wanted = set(ids)
        return self._listed([h for h in self.servers.hosts if node_of(h) in wanted])

    def deregister(self, node_id: str) -> None:
        """
        Never happens here.
        """
        raise AssertionError(node_id)

    def _listed(self, hosts: Sequence[Host]) -> list[Node]:
        if not self.servers.registered[0]:
            self.pages += 1
            return []
        self.pages += max(1, -(-len(hosts) // PAGE))
        version = self.servers.version
        return [Node(node_of(h), h.name, h.address, self.role, version) for h in hosts]


def node_of(host: Host) -> str:
    """
    Return the id under which a server is registered.
    """
    return f"mi-{int(host.name[3:]):017x}"


def measure(params_file: Path, count: int = SERVERS) -> dict[str, Any]:
    """
    Return seconds, pages and memory of planning and verifying so many servers.

    Raises:
        SystemExit: The figures would be those of something else.
    """
    params = _params(load(params_file), count)
    servers = Servers(
        params.hosts,
        Connection(),
        max_concurrency=16,
        region=params.region,
        version=params.ssm_agent.minimum_version,
        endpoint=str(params.network.subnets[0].inbound_ip),
    )
    nodes = Nodes(servers, params.activation.role_name)
    told: dict[str, Any] = {"servers": count}

    def measured(name: str, work: Callable[[], Any]) -> Any:
        nodes.pages, began = 0, time.monotonic()
        result = work()
        seconds = round(time.monotonic() - began, 2)
        told[name] = {"seconds": seconds, "pages": nodes.pages}
        return result

    first, second, third = PHASES
    changes = measured(first, lambda: _plan(_step(params, servers, nodes)))
    servers.registered[0] = True
    left = measured(second, lambda: _plan(_step(params, servers, nodes)))
    report = measured(third, _step(params, servers, nodes).verify)
    told["changes"] = changes
    told["memory_mb"] = round(
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / MB, 1
    )
    if left or report.failures:
        failed = [check.claim for check in report.failures][:3]
        raise SystemExit(f"{left} changes are left, and {failed} failed")
    return told


def told(many: Mapping[str, Any]) -> str:
    """
    Say what was measured.
    """
    parts = [
        f"{name} in {many[name]['seconds']} s and {many[name]['pages']} pages of nodes"
        for name in PHASES
    ]
    return (
        f"{many['servers']:,} servers in memory, {many['changes']:,} changes:"
        f" {'; '.join(parts)}; {many['memory_mb']} MB"
    )


def _plan(step: SsmAgentStep) -> int:
    scope = Scope("dc", step.params.region, "1", "1", "digest")
    return len(engine.plan(step, engine.inspect(step), scope).changes)


def _params(params: SiteParams, count: int) -> SiteParams:
    hosts = [
        Host(
            name=f"srv{n:05}",
            address=f"10.{1 + n // OCTET**2}.{n // OCTET % OCTET}.{n % OCTET + 1}",
            os="ubuntu",
        )
        for n in range(count)
    ]
    return params.model_copy(update={"hosts": tuple(hosts)})


def _step(params: SiteParams, servers: Servers, nodes: Nodes) -> SsmAgentStep:
    return SsmAgentStep(
        params=params,
        source=Source(params.site, params.region, lambda: "*.vpce", lambda: "key"),
        batch=Batch(FactsSource(servers, quarantine=Quarantine(0))),
        nodes=nodes,
        activations=cast("Any", None),
        waves=cast("Any", None),
        waiting=Waiting(poll_s=1, timeout_s=3),
    )
