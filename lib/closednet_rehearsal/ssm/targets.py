"""
Which managed nodes a request means: ids, tags, or `InstanceIds=*`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet_rehearsal.ssm.errors import SsmError, invalid_instance


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Node, Scope


def is_online(service: Service, node: Node) -> bool:
    """
    Say whether the node's agent has pinged recently.
    """
    if node.last_ping is None:
        return False
    return service.now - node.last_ping < service.world.delays.node_connection_lost


def named_nodes(service: Service, scope: Scope, node_ids: list[str]) -> list[Node]:
    """
    Return nodes named by id; all must be online.
    """
    if len(set(node_ids)) != len(node_ids):
        raise SsmError("DuplicateInstanceId", "An instance id is given twice")
    bad = [
        node_id
        for node_id in node_ids
        if node_id not in scope.nodes or not is_online(service, scope.nodes[node_id])
    ]
    if bad:
        raise invalid_instance(*bad, account=scope.account)
    return [scope.nodes[node_id] for node_id in node_ids]


def targeted_nodes(scope: Scope, targets: list[JsonObject]) -> list[Node]:
    """
    Return the nodes that match every target, whether they are online or not.
    """
    return [
        node
        for node in scope.nodes.values()
        if targets and all(matches(node, target) for target in targets)
    ]


def matches(node: Node, target: JsonObject) -> bool:
    """
    Say whether one target, such as `tag:site`, means this node.
    """
    key, values = target.get("Key", ""), target.get("Values", [])
    if key == "InstanceIds":
        return "*" in values or node.node_id in values
    if key == "tag-key":
        return bool(set(values) & set(node.tags))
    return node.tags.get(key.removeprefix("tag:")) in values


def check_targets(targets: list[JsonObject], code: str) -> None:
    """
    Refuse targets of a kind that this service does not resolve.
    """
    for target in targets:
        key = target.get("Key", "")
        if not key.startswith("tag:") and key not in {"InstanceIds", "tag-key"}:
            raise SsmError(code, f"{key!r} is not a key of targets")
        if not target.get("Values"):
            raise SsmError(code, f"{key!r} has no values")
