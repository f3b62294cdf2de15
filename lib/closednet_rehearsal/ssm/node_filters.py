"""
The filters by which managed nodes are listed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.errors import SsmError, invalid_instance
from closednet_rehearsal.ssm.executions import node_overview
from closednet_rehearsal.ssm.targets import is_online


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Node, Scope


KEYS: Final = frozenset(
    {
        "ActivationIds",
        "AgentVersion",
        "AssociationStatus",
        "IamRole",
        "InstanceIds",
        "PingStatus",
        "PlatformType",
        "PlatformTypes",
        "ResourceType",
        "SourceIds",
        "SourceTypes",
    }
)
ALLOWED: Final = {
    "PingStatus": {"Online", "ConnectionLost", "Inactive"},
    "PlatformType": {"Windows", "Linux", "MacOS"},
    "PlatformTypes": {"Windows", "Linux", "MacOS"},
    "ResourceType": {"EC2Instance", "ManagedInstance"},
}


def choose(
    service: Service, scope: Scope, wanted: list[tuple[str, list[str]]]
) -> list[Node]:
    """
    Return the nodes that match every filter; a filter's values are alternatives.
    """
    for key, values in wanted:
        _check(scope, key, values)
    by_tag = [key for key, _ in wanted if key.startswith("tag")]
    if by_tag and len(by_tag) != len(wanted):
        message = "Tag filters cannot be combined with other filters"
        raise SsmError("ValidationException", message)
    return [
        node
        for node in scope.nodes.values()
        if all(_matches(service, scope, node, key, values) for key, values in wanted)
    ]


def _check(scope: Scope, key: str, values: list[str]) -> None:
    if key not in KEYS and key != "tag-key" and not key.startswith("tag:"):
        raise SsmError("InvalidFilterKey", f"{key} is not a filter of managed nodes")
    if key == "InstanceIds":
        unknown = [value for value in values if value not in scope.nodes]
        if unknown:
            raise invalid_instance(*unknown, account=scope.account)
    bad = set(values) - ALLOWED.get(key, set(values))
    if bad:
        message = f"{', '.join(sorted(bad))} is not a value of {key}"
        raise SsmError("InvalidInstanceInformationFilterValue", message)


def _matches(
    service: Service, scope: Scope, node: Node, key: str, values: list[str]
) -> bool:
    if key == "tag-key":
        return bool(set(values) & set(node.tags))
    if key.startswith("tag:"):
        return node.tags.get(key.removeprefix("tag:")) in values
    return _facts(service, scope, node)[key] in values


def _facts(service: Service, scope: Scope, node: Node) -> dict[str, str | None]:
    online = is_online(service, node)
    platform = node.details.get("PlatformType")
    overview = node_overview(service, scope, node)
    return {
        "ActivationIds": node.activation_id,
        "AgentVersion": node.details.get("AgentVersion"),
        "AssociationStatus": overview.get("AssociationStatus"),
        "IamRole": node.iam_role,
        "InstanceIds": node.node_id,
        "PingStatus": "Online" if online else "ConnectionLost",
        "PlatformType": platform,
        "PlatformTypes": platform,
        "ResourceType": "ManagedInstance",
        "SourceIds": node.node_id,
        "SourceTypes": "AWS::SSM::ManagedInstance",
    }
