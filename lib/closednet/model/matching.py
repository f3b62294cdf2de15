"""
Which managed node is which server of the inventory, for any number of both.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol, TypeVar


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.params.site import Host


class Listed(Protocol):
    """
    A managed node, as far as it can be told which server it is.
    """

    @property
    def node_id(self) -> str: ...

    @property
    def computer_name(self) -> str: ...

    @property
    def ip_address(self) -> str: ...

    @property
    def ping_status(self) -> str: ...


N = TypeVar("N", bound=Listed)


def nodes_of(hosts: Iterable[Host], nodes: Iterable[N]) -> dict[str, list[N]]:
    """
    Return the nodes that are each server: by name, or else by address.

    The first one counts: it is online, if any of them is.
    """
    listed = list(hosts)
    by_name = {host.name.lower(): host.name for host in listed}
    by_address = {host.address: host.name for host in listed}
    found: dict[str, list[N]] = {}
    for node in sorted(nodes, key=lambda n: (n.ping_status != "Online", n.node_id)):
        short = node.computer_name.partition(".")[0].lower()
        names = {by_name.get(short), by_address.get(node.ip_address)} - {None}
        for name in sorted(name for name in names if name is not None):
            found.setdefault(name, []).append(node)
    return found


def node_of(hosts: Iterable[Host], nodes: Iterable[N]) -> dict[str, N]:
    """
    Return the node of every server that has one.
    """
    return {name: listed[0] for name, listed in nodes_of(hosts, nodes).items()}
