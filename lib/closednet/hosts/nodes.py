"""
Which managed node is which server of the inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.hosts.needs import Node
    from closednet.params.site import Host


def is_of(node: Node, host: Host) -> bool:
    """
    Tell whether a node is this server: by its name, or else by its address.
    """
    short = node.computer_name.partition(".")[0].lower()
    return short == host.name.lower() or node.ip_address == host.address


def by_host(hosts: Iterable[Host], nodes: Iterable[Node]) -> dict[str, Node]:
    """
    Return the node of each server; of several the one that is online.
    """
    ranked = sorted(
        nodes, key=lambda node: (node.ping_status == "Online", node.node_id)
    )
    return {host.name: node for node in ranked for host in hosts if is_of(node, host)}


def several(hosts: Iterable[Host], nodes: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    """
    Return the servers that AWS lists more than once, with their node ids.
    """
    listed = list(nodes)
    found = {
        host.name: tuple(sorted(n.node_id for n in listed if is_of(n, host)))
        for host in hosts
    }
    return {name: ids for name, ids in found.items() if len(ids) > 1}


def at_least(version: str, minimum: str) -> bool:
    """
    Tell whether a version such as 3.3.987.0 is `minimum` or newer.
    """
    return _numbers(version) >= _numbers(minimum)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
