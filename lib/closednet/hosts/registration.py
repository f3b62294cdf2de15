"""
Registering servers with the hybrid activation, once each.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.errors import PreconditionError
from closednet.hosts.by_hand import carry
from closednet.hosts.facts import is_by_hand
from closednet.hosts.nodes import by_host
from closednet.hosts.scripts import render
from closednet.model.change import Found
from closednet.model.specs.hosts import Registration
from closednet.model.step import Actions, PlainKind, Work


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.facts import HostFacts
    from closednet.hosts.needs import Activations, Node, Nodes, StoredCode


MARK: Final = "registration"
REGISTER_S: Final = 300.0


@dataclass(frozen=True, slots=True)
class Registrations(PlainKind):
    """
    Registers servers as managed nodes.

    Whose a registration is follows from AWS's own list of this site's nodes and
    from the mark that is written on the server before it registers. One that is
    neither listed nor marked belongs to another account or Region: it is shown
    as found, differs, and is never overwritten.
    """

    site: str
    batch: Batch
    nodes: Nodes
    activations: Activations

    spec_type = Registration
    actions = Actions(
        "management",
        find=("ssm:DescribeInstanceInformation",),
        create=("ssm:GetParameter",),
        delete=("ssm:DeregisterManagedInstance",),
    )

    def find(self, wanted: Iterable[Registration]) -> Mapping[str, Found[Registration]]:
        """
        Return what the servers are registered as.
        """
        specs = list(wanted)
        facts = self.batch.facts.of(spec.host for spec in specs)
        hosts = self.batch.facts.fleet.hosts
        nodes = self.nodes.of_site(self.site)
        ids = frozenset(node.node_id for node in nodes)
        listed = by_host(hosts, nodes)
        found = {
            spec.key: self._of_facts(spec, facts[spec.host], ids)
            if spec.host in facts
            else self._of_list(spec, listed.get(spec.host))
            for spec in specs
        }
        return {key: one for key, one in found.items() if one is not None}

    def _of_facts(
        self, spec: Registration, facts: HostFacts, ours: frozenset[str]
    ) -> Found[Registration] | None:
        node = facts.node_id
        if not node.startswith("mi-"):
            return None
        owned = facts.is_marked(MARK, self.site) and facts.mark(MARK, "node") in {
            "",
            node,
        }
        if node in ours or owned:
            return Found(spec, node, owned)
        other = Registration(
            spec.host,
            facts.node_region,
            "another account, or another site of this one",
            f"unknown ({node}: have its owner clear it)",
        )
        return Found(other, node, owned=False)

    def _of_list(
        self, spec: Registration, node: Node | None
    ) -> Found[Registration] | None:
        return Found(spec, node.node_id, owned=False) if node else None

    def create(self, spec: Registration) -> str:
        """
        Put the registration on the list of this server.
        """
        stored = self._stored()
        script = render(
            "register",
            timeout_s=REGISTER_S,
            SITE=self.site,
            REGION=spec.region,
            ACTIVATION_ID=stored.activation_id,
        )
        self.batch.add(spec.host, script)
        return f"{spec.host}:registration"

    def update(self, old: Registration, new: Registration) -> str:
        """
        Register a server of ours under other terms.
        """
        return self.create(new)

    def delete(self, spec: Registration, resource_id: str) -> None:
        """
        Remove the node from AWS now, and put clearing the server on its list.
        """
        self.nodes.deregister(resource_id)
        self.batch.add(spec.host, render("unregister", NODE=resource_id))

    def settle(self, specs: Iterable[Registration]) -> None:
        """
        Register all servers on the list; the code travels on standard input.
        """
        self.batch.run("registering", {"CODE": self._stored().code})

    def settle_deleted(self, specs: Iterable[Registration]) -> None:
        """
        Clear all servers on the list.
        """
        self.batch.run("clearing the registration")

    def _stored(self) -> StoredCode:
        stored = self.activations.stored()
        if stored is None:
            raise PreconditionError(
                "there is no activation code in the secret store",
                missing=("activation/servers",),
                hint="run the activation step first",
            )
        return stored

    def by_hand(self, spec: Registration) -> Work | None:
        """
        Return the work of the server's administrator, where there is no SSH.
        """
        host = self.batch.facts.host(spec.host)
        return carry(host, "ssm-agent") if is_by_hand(host) else None
