"""
Registering servers with the hybrid activation, once each.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from closednet.errors import HostError, PreconditionError
from closednet.hosts.activation_causes import refused
from closednet.hosts.kind import HostKind
from closednet.hosts.nodes import by_host
from closednet.hosts.scripts import render
from closednet.model.change import Found
from closednet.model.specs.hosts import Registration
from closednet.model.step import Actions


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.hosts.batch import Batch
    from closednet.hosts.facts import HostFacts
    from closednet.hosts.needs import Activations, Node, Nodes, StoredCode
    from closednet.hosts.scripts import Script
    from closednet.params.site import Host
    from closednet.redact import Secret


Setup = Callable[["Host"], "dict[str, str]"]
MARK: Final = "registration"
REGISTER_S: Final = 300.0


def no_setup(_host: Host) -> dict[str, str]:
    """
    Know nothing of a setup CLI: no server is registered by one.
    """
    return {}


class Registrations(HostKind[Registration]):
    """
    Registers servers as managed nodes.

    Whose a registration is follows from AWS's own list of this site's nodes and
    from the mark that is written on the server before it registers. One that is
    neither listed nor marked belongs to another account or Region: it is shown
    as found, differs, and is never overwritten.
    """

    spec_type = Registration
    actions = Actions(
        "management",
        find=("ssm:DescribeInstanceInformation",),
        create=("ssm:GetParameter",),
        delete=("ssm:DeregisterManagedInstance",),
    )
    doing = "registering"
    undoing = "clearing the registration"
    handover = "ssm-agent"

    def __init__(
        self,
        site: str,
        batch: Batch,
        nodes: Nodes,
        activations: Activations,
        setup: Setup = no_setup,
    ) -> None:
        super().__init__(site, batch)
        self._setup = setup
        self._nodes = nodes
        self._activations = activations
        self._code: StoredCode | None = None

    def find(self, wanted: Iterable[Registration]) -> Mapping[str, Found[Registration]]:
        """
        Return what the servers are registered as.
        """
        specs = list(wanted)
        facts = self._facts.of(spec.host for spec in specs)
        hosts = self._facts.fleet.hosts
        nodes = self._nodes.of_site(self._site)
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
        owned = facts.is_marked(MARK, self._site) and facts.mark(MARK, "node") in {
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

    def script(self, spec: Registration) -> Script:
        """
        Return the registration; on a registered server it does nothing.
        """
        about = {
            "SITE": self._site,
            "REGION": spec.region,
            "ACTIVATION_ID": self._stored().activation_id,
        }
        if spec.by == "agent":
            return render("register", timeout_s=REGISTER_S, **about)
        about |= self._setup(self._facts.host(spec.host))
        return render("register-by-setup-cli", timeout_s=REGISTER_S, **about)

    def secrets(self, specs: Iterable[Registration]) -> Mapping[str, Secret]:
        """
        Return the activation code.
        """
        return {"CODE": self._stored().code}

    def undo_script(self, spec: Registration, resource_id: str) -> Script:
        """
        Return the clearing of the server.
        """
        return render("unregister", NODE=resource_id)

    def delete(self, spec: Registration, resource_id: str) -> None:
        """
        Remove the node from AWS now, and put clearing the server on its list.
        """
        self._nodes.deregister(resource_id)
        super().delete(spec, resource_id)

    def settle(self, specs: Iterable[Registration]) -> None:
        """
        Register all on the list; the next wave has another activation.

        A refusal is explained by AWS's list of activations.

        Raises:
            HostError: A server was not registered.
        """
        try:
            super().settle(specs)
        except HostError as err:
            raise self._explained(err) from err
        self._code = None

    def _explained(self, err: HostError) -> HostError:
        if not err.left_open:
            return err
        stored = self._stored()
        found = refused(
            err.left_open,
            stored.activation_id,
            self._activations.listed(stored.activation_id),
        )
        hint = found.text if found.named else err.hint
        told = HostError(err.message, host=err.host, hint=hint)
        return told.because((*err.causes, *found.causes), found.left_open)

    def _stored(self) -> StoredCode:
        stored = self._code = self._code or self._activations.stored()
        if stored is None:
            raise PreconditionError(
                "there is no activation code in the secret store",
                missing=("activation/servers",),
                hint="run the activation step first",
            )
        return stored
