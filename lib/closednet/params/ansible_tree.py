"""
The groups of an Ansible inventory, and which variables override which.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closednet.params.ansible_patterns import expanded


if TYPE_CHECKING:
    from closednet.params.listed import Reading


@dataclass(slots=True)
class Group:
    """
    A group: its variables, its servers with the line they stand in, its children.
    """

    variables: dict[str, Any] = field(default_factory=dict)
    hosts: dict[str, int] = field(default_factory=dict)
    children: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Tree:
    """
    A whole inventory before it is flattened.
    """

    groups: dict[str, Group] = field(default_factory=dict)
    variables: dict[str, dict[str, Any]] = field(default_factory=dict)

    def group(self, name: str) -> Group:
        """
        Return the group of this name, which may be new.
        """
        return self.groups.setdefault(name, Group())

    def add_host(self, group: str, pattern: str, line: int, found: Any) -> None:
        """
        Put the servers of a pattern into a group, with variables of their own.
        """
        for name in expanded(pattern):
            self.group(group).hosts.setdefault(name, line)
            self.variables.setdefault(name, {}).update(found or {})


def depths_of(tree: Tree, reading: Reading) -> dict[str, int]:
    """
    Return how deep each group lies: what stands deeper overrides what is above.
    """
    depths = dict.fromkeys(tree.groups, 1) | {"all": 0}
    for _ in range(len(tree.groups) + 1):
        moved = False
        for name, group in tree.groups.items():
            for child in group.children:
                if child in depths and depths[child] <= depths[name]:
                    depths[child], moved = depths[name] + 1, True
        if not moved:
            return depths
    reading.complain("has groups that are children of themselves")
    return depths


def groups_of(tree: Tree, host: str) -> set[str]:
    """
    Return all groups of a server, however far above.
    """
    found = {name for name, group in tree.groups.items() if host in group.hosts}
    while more := {
        name
        for name, group in tree.groups.items()
        if name not in found and found & set(group.children)
    }:
        found |= more
    return found | {"all"}
