"""
Which managed node is which server of the inventory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.matching import node_of, nodes_of


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.hosts.needs import Node
    from closednet.params.site import Host


def by_host(hosts: Iterable[Host], nodes: Iterable[Node]) -> dict[str, Node]:
    """
    Return the node of each server; of several the one that is online.
    """
    return node_of(hosts, nodes)


def several(hosts: Iterable[Host], nodes: Iterable[Node]) -> dict[str, tuple[str, ...]]:
    """
    Return the servers that AWS lists more than once, with their node ids.
    """
    return {
        name: tuple(sorted(node.node_id for node in listed))
        for name, listed in nodes_of(hosts, nodes).items()
        if len(listed) > 1
    }


def at_least(version: str, minimum: str) -> bool:
    """
    Tell whether a version such as 3.3.987.0 is `minimum` or newer.
    """
    return _numbers(version) >= _numbers(minimum)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())
