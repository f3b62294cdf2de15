"""
Hybrid activations: CreateActivation, DescribeActivations, DeleteActivation.
"""

from __future__ import annotations

import base64

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.pages import page, tag_list, tag_map
from closednet_rehearsal.ssm.state import Activation
from closednet_rehearsal.ssm.trust import require_role


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context


DAY_S: Final = 86_400
LONGEST_S: Final = 30 * DAY_S
CODE_LENGTH: Final = 20


def create_activation(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Create an activation; its code is told once, here.
    """
    require_role(ctx.service, ctx.scope.account, request["IamRole"])
    description = request.get("Description", "")
    key = (ctx.scope.account, ctx.scope.region, description)
    ids = ctx.service.world.ids
    digest = bytes.fromhex(ids.digest("activation-code", *key))
    activation = Activation(
        activation_id=ids.uuid("activation", *key),
        code=base64.b64encode(digest).decode()[:CODE_LENGTH],
        iam_role=request["IamRole"],
        description=description,
        default_instance_name=request.get("DefaultInstanceName", ""),
        limit=request.get("RegistrationLimit", 1),
        created=ctx.now,
        expires=_expiry(ctx, request),
        tags=tag_map(request.get("Tags")),
    )
    ctx.scope.activations[activation.activation_id] = activation
    return {
        "ActivationId": activation.activation_id,
        "ActivationCode": activation.code,
    }


def _expiry(ctx: Context, request: JsonObject) -> float:
    given = request.get("ExpirationDate")
    if given is None:
        return ctx.now + DAY_S
    expires = float(given)
    if expires <= ctx.now:
        raise SsmError("InvalidParameters", "ExpirationDate is in the past")
    if expires > ctx.now + LONGEST_S:
        raise SsmError("InvalidParameters", "ExpirationDate is more than 30 days ahead")
    return expires


def describe_activations(ctx: Context, request: JsonObject) -> JsonObject:
    """
    List the activations that match every filter, oldest first.
    """
    filters = request.get("Filters", [])
    found = [
        activation
        for activation in ctx.scope.activations.values()
        if all(_matches(activation, each) for each in filters)
    ]
    shown, more = page(found, request)
    views = [view(activation, ctx.now) for activation in shown]
    return {"ActivationList": views, **more}


def _matches(activation: Activation, wanted: JsonObject) -> bool:
    values = {
        "ActivationIds": activation.activation_id,
        "DefaultInstanceName": activation.default_instance_name,
        "IamRole": activation.iam_role,
    }
    if wanted.get("FilterKey") not in values:
        raise SsmError("InvalidFilter", f"{wanted.get('FilterKey')} is not a filter")
    return values[wanted["FilterKey"]] in wanted.get("FilterValues", [])


def view(activation: Activation, now: float) -> JsonObject:
    """
    Return an activation the way AWS describes it, without its code.
    """
    return {
        "ActivationId": activation.activation_id,
        "Description": activation.description or None,
        "DefaultInstanceName": activation.default_instance_name or None,
        "IamRole": activation.iam_role,
        "RegistrationLimit": activation.limit,
        "RegistrationsCount": activation.registrations,
        "ExpirationDate": activation.expires,
        "Expired": activation.expires <= now,
        "CreatedDate": activation.created,
        "Tags": tag_list(activation.tags),
    }


def delete_activation(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Delete an activation; nodes registered with it stay.
    """
    activation_id = request["ActivationId"]
    if ctx.scope.activations.pop(activation_id, None) is None:
        raise SsmError("InvalidActivation", f"Activation {activation_id} was not found")
    return {}


OPERATIONS = {
    "CreateActivation": create_activation,
    "DescribeActivations": describe_activations,
    "DeleteActivation": delete_activation,
}
