"""
State Manager associations: create, update, delete, run once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm import executions
from closednet_rehearsal.ssm.association_views import association_view
from closednet_rehearsal.ssm.document_content import parse, resolve
from closednet_rehearsal.ssm.documents import find, find_version
from closednet_rehearsal.ssm.errors import SsmError, invalid_instance
from closednet_rehearsal.ssm.pages import tag_map
from closednet_rehearsal.ssm.runs import Association
from closednet_rehearsal.ssm.schedule import Rate, parse_schedule
from closednet_rehearsal.ssm.targets import check_targets


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context


OLD_SCHEMA: Final = "1."


def create_association(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Create an association and run it at once.

    AWS tells associations apart by id: the same name and targets twice are two
    associations; only the old form for one instance exists once.
    """
    _check(ctx, request)
    _refuse_second(ctx, request)
    name = str(request.get("AssociationName", request["Name"]))
    key = (ctx.scope.account, ctx.scope.region, name)
    association = Association(
        association_id=ctx.service.world.ids.uuid("association", *key),
        request={key: request[key] for key in request if key != "Tags"},
        created=ctx.now,
        updated=ctx.now,
        tags=tag_map(request.get("Tags")),
    )
    ctx.scope.associations[association.association_id] = association
    _begin(ctx, association)
    view = association_view(ctx.service, ctx.scope, association)
    return {"AssociationDescription": view}


def update_association(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Replace what an association says, and run it at once.

    As in AWS, optional members that the request leaves out are removed.
    """
    association = known(ctx, request["AssociationId"])
    latest = {str(association.version), "$LATEST"}
    if request.get("AssociationVersion", "$LATEST") not in latest:
        message = f"The latest version is {association.version}"
        raise SsmError("InvalidAssociationVersion", message)
    kept = ("Name", "Targets", "InstanceId")
    before = {k: v for k, v in association.request.items() if k in kept}
    dropped = ("AssociationId", "AssociationVersion")
    after = before | {k: v for k, v in request.items() if k not in dropped}
    _check(ctx, after)
    association.request = after
    association.version += 1
    association.updated = ctx.now
    association.applied.clear()
    _begin(ctx, association)
    view = association_view(ctx.service, ctx.scope, association)
    return {"AssociationDescription": view}


def _begin(ctx: Context, association: Association) -> None:
    if not association.request.get("ApplyOnlyAtCronInterval"):
        executions.run(ctx.service, ctx.scope, association)
    executions.plan_next(association, ctx.now)


def _check(ctx: Context, request: JsonObject) -> None:
    document = find(ctx.scope, request["Name"])
    if document.type not in {"Command", "Policy"}:
        message = f"Document type {document.type} cannot be associated here"
        raise SsmError("InvalidDocument", message)
    version = find_version(document, request.get("DocumentVersion"))
    content = parse(version.text, version.format)
    resolve(content, request.get("Parameters", {}))
    _check_addressed(ctx, request, str(content.get("schemaVersion", "")))
    if "ScheduleExpression" in request:
        schedule = parse_schedule(request["ScheduleExpression"])
        only_then = request.get("ApplyOnlyAtCronInterval", False)
        if only_then and isinstance(schedule, Rate):
            message = "ApplyOnlyAtCronInterval is not supported for rate expressions"
            raise SsmError("ValidationException", message)


def _check_addressed(ctx: Context, request: JsonObject, schema: str) -> None:
    node_id, targets = request.get("InstanceId"), request.get("Targets", [])
    if bool(node_id) == bool(targets):
        message = "Instance ID or targets must be specified"
        raise SsmError("InvalidTarget", message)
    if node_id and not schema.startswith(OLD_SCHEMA):
        message = "Documents of schema 2 and later need Targets, not InstanceId"
        raise SsmError("ValidationException", message)
    if node_id and node_id not in ctx.scope.nodes:
        raise invalid_instance(node_id, account=ctx.scope.account)
    check_targets(targets, "InvalidTarget")


def _refuse_second(ctx: Context, request: JsonObject) -> None:
    wanted = (request["Name"], request.get("InstanceId"))
    for other in ctx.scope.associations.values():
        if wanted[1] and wanted == (
            other.request["Name"],
            other.request.get("InstanceId"),
        ):
            message = f"Association of {wanted[0]} with {wanted[1]} already exists"
            raise SsmError("AssociationAlreadyExists", message)


def known(ctx: Context, association_id: str) -> Association:
    """
    Return an association of the caller, or refuse.
    """
    if association_id not in ctx.scope.associations:
        message = f"Association {association_id} does not exist"
        raise SsmError("AssociationDoesNotExist", message)
    return ctx.scope.associations[association_id]


def named(ctx: Context, request: JsonObject) -> Association:
    """
    Return the association that a request names by id, or by document and node.
    """
    if "AssociationId" in request:
        return known(ctx, request["AssociationId"])
    wanted = (request.get("Name"), request.get("InstanceId"))
    for association in ctx.scope.associations.values():
        said = association.request
        if all(wanted) and wanted == (said["Name"], said.get("InstanceId")):
            return association
    message = "The association that the request names does not exist"
    raise SsmError("AssociationDoesNotExist", message)


def delete_association(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Delete an association; what it did on the nodes stays.
    """
    del ctx.scope.associations[named(ctx, request).association_id]
    return {}


def describe_association(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Describe one association.
    """
    association = named(ctx, request)
    wanted = request.get("AssociationVersion", "$LATEST")
    if wanted not in {"$LATEST", str(association.version)}:
        message = f"The latest version is {association.version}"
        raise SsmError("InvalidAssociationVersion", message)
    view = association_view(ctx.service, ctx.scope, association)
    return {"AssociationDescription": view}


def start_associations_once(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Run associations now, beside their schedules.
    """
    chosen = [known(ctx, each) for each in request["AssociationIds"]]
    for association in chosen:
        executions.run(ctx.service, ctx.scope, association)
    return {}


OPERATIONS = {
    "CreateAssociation": create_association,
    "UpdateAssociation": update_association,
    "DeleteAssociation": delete_association,
    "DescribeAssociation": describe_association,
    "StartAssociationsOnce": start_associations_once,
}
