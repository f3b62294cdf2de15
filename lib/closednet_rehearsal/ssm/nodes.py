"""
Managed nodes: who they are, whether they are online, and taking them away.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.settings import AGENT_VERSION
from closednet_rehearsal.ssm import dispatch
from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.executions import node_overview
from closednet_rehearsal.ssm.node_filters import choose
from closednet_rehearsal.ssm.pages import page
from closednet_rehearsal.ssm.targets import is_online
from closednet_rehearsal.ssm.trust import require_role


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context, Service
    from closednet_rehearsal.ssm.state import Node, Scope


REPORTED: Final = (
    "AgentVersion",
    "PlatformType",
    "PlatformName",
    "PlatformVersion",
    "IPAddress",
    "ComputerName",
)


def view(service: Service, scope: Scope, node: Node) -> JsonObject:
    """
    Return a node the way DescribeInstanceInformation tells it.
    """
    version = node.details.get("AgentVersion", "")
    return {
        **{key: node.details.get(key) for key in REPORTED},
        "InstanceId": node.node_id,
        "PingStatus": "Online" if is_online(service, node) else "ConnectionLost",
        "LastPingDateTime": node.last_ping,
        "IsLatestVersion": _numbers(version) >= _numbers(AGENT_VERSION),
        "ActivationId": node.activation_id,
        "IamRole": node.iam_role,
        "RegistrationDate": node.registered,
        "ResourceType": "ManagedInstance",
        "Name": node.name or None,
        "SourceId": node.node_id,
        "SourceType": "AWS::SSM::ManagedInstance",
        **node_overview(service, scope, node),
    }


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".") if part.isdigit())


def describe_instance_information(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List the managed nodes that match every filter, in order of registration.
    """
    legacy = request.get("InstanceInformationFilterList", [])
    filters = request.get("Filters", [])
    if legacy and filters:
        message = "Filters and InstanceInformationFilterList cannot be combined"
        raise SsmError("ValidationException", message)
    wanted = [(each["key"], each["valueSet"]) for each in legacy]
    wanted += [(each["Key"], each["Values"]) for each in filters]
    nodes, more = page(choose(ctx.service, ctx.scope, wanted), request)
    views = [view(ctx.service, ctx.scope, node) for node in nodes]
    return {"InstanceInformationList": views, **more}


def describe_instance_properties(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List the managed nodes with the properties that hybrid nodes have.
    """
    legacy = request.get("InstancePropertyFilterList", [])
    filters = request.get("FiltersWithOperator", [])
    wanted = [(each["key"], each["valueSet"]) for each in legacy]
    wanted += [(each["Key"], each["Values"]) for each in filters]
    if any(each.get("Operator", "Equal") != "Equal" for each in filters):
        message = "Only the operator Equal is rehearsed"
        raise SsmError("InvalidInstancePropertyFilterValue", message)
    nodes, more = page(choose(ctx.service, ctx.scope, wanted), request)
    properties = [
        {
            key: value
            for key, value in view(ctx.service, ctx.scope, node).items()
            if key != "IsLatestVersion"
        }
        for node in nodes
    ]
    return {"InstanceProperties": properties, **more}


def deregister_managed_instance(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Take a node away; what waits for it ends as undeliverable.
    """
    node = ctx.node(request["InstanceId"])
    dispatch.abandon(ctx.service, ctx.scope, node)
    del ctx.scope.nodes[node.node_id]
    for association in ctx.scope.associations.values():
        association.applied.discard(node.node_id)
    ctx.service.announce()
    return {}


def update_managed_instance_role(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Give a node another role; its next credentials come from that.
    """
    node = ctx.node(request["InstanceId"])
    require_role(ctx.service, ctx.scope.account, request["IamRole"])
    node.iam_role = request["IamRole"]
    return {}


def get_connection_status(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Say whether a node's agent holds its channel open.
    """
    node = ctx.scope.nodes.get(request["Target"])
    connected = node is not None and has_channel(ctx.service, node)
    status = "connected" if connected else "notconnected"
    return {"Target": request["Target"], "Status": status}


def has_channel(service: Service, node: Node) -> bool:
    """
    Say whether the agent holds a channel open or polls, or just did or pinged.
    """
    seen = max(node.last_poll or 0.0, node.last_ping or 0.0)
    is_held = node.polls > 0 or node.channel_ready is not None
    return is_held or service.now - seen < service.timings.channel_lost


OPERATIONS = {
    "DescribeInstanceInformation": describe_instance_information,
    "DescribeInstanceProperties": describe_instance_properties,
    "DeregisterManagedInstance": deregister_managed_instance,
    "UpdateManagedInstanceRole": update_managed_instance_role,
    "GetConnectionStatus": get_connection_status,
}
