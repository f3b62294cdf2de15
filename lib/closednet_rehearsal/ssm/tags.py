"""
Tags of managed nodes, documents, and associations.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.executions import apply_to
from closednet_rehearsal.ssm.pages import tag_list, tag_map


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.runs import Association
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context
    from closednet_rehearsal.ssm.state import Document, Node


LARGEST: Final = 50


def add_tags_to_resource(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Add or overwrite tags; associations that now mean the node run on it.
    """
    resource = _resource(ctx, request)
    tags = resource.tags | tag_map(request["Tags"])
    if len(tags) > LARGEST:
        raise SsmError("TooManyTagsError", f"A resource has at most {LARGEST} tags")
    resource.tags = tags
    _retarget(ctx, request)
    return {}


def remove_tags_from_resource(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Remove tags by key; keys that are not there do not matter.
    """
    resource = _resource(ctx, request)
    gone = set(request["TagKeys"])
    resource.tags = {k: v for k, v in resource.tags.items() if k not in gone}
    return {}


def list_tags_for_resource(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List the tags of a resource.
    """
    return {"TagList": tag_list(_resource(ctx, request).tags)}


def _resource(ctx: Context, request: JsonObject) -> Node | Document | Association:
    kind, name = request["ResourceType"], request["ResourceId"]
    found: Node | Document | Association | None
    if kind == "ManagedInstance":
        found = ctx.scope.nodes.get(name)
    elif kind == "Document":
        found = ctx.scope.documents.get(name)
    elif kind == "Association":
        found = ctx.scope.associations.get(name)
    else:
        raise SsmError("InvalidResourceType", f"{kind} is not rehearsed")
    if found is None:
        raise SsmError("InvalidResourceId", f"{kind} {name} does not exist")
    return found


def _retarget(ctx: Context, request: JsonObject) -> None:
    if request["ResourceType"] == "ManagedInstance":
        apply_to(ctx.service, ctx.scope, ctx.scope.nodes[request["ResourceId"]])


OPERATIONS = {
    "AddTagsToResource": add_tags_to_resource,
    "RemoveTagsFromResource": remove_tags_from_resource,
    "ListTagsForResource": list_tags_for_resource,
}
