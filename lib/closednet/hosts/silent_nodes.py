"""
Managed nodes that are no server: what a registration leaves whose answer was lost.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from closednet.hosts.inventory import FactsSource
    from closednet.hosts.needs import Nodes


def retire(site: str, nodes: Nodes, facts: FactsSource) -> None:
    """
    Remove the nodes of a site that never spoke and that no server knows.

    An agent whose registration was answered to nobody registers once more; the
    first node stays in the list, and on the bill, for ever. Where nothing is known
    of a server nothing is removed: the silent node may be that server.
    """
    silent = {
        node.node_id
        for node in nodes.of_site(site)
        if not node.computer_name and not node.ip_address
    }
    names = [host.name for host in facts.fleet.hosts]
    known = facts.of(names) if silent else {}
    if set(known) < set(names):
        return
    for node_id in sorted(silent - {fact.node_id for fact in known.values()}):
        facts.fleet.recorder.record(
            "orphan",
            resource="managed-node",
            id=node_id,
            action="deregistered",
            reason="it never reported, and no server knows itself by this id",
        )
        nodes.deregister(node_id)
