"""
Service settings, of which the tier of managed nodes is the one that costs money.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.state import Setting


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject
    from closednet_rehearsal.ssm.service import Context, Service
    from closednet_rehearsal.ssm.state import Scope


TIER: Final = "/ssm/managed-instance/activation-tier"
STANDARD_TIER_NODES: Final = 1000
DEFAULTS: Final = {
    TIER: "standard",
    "/ssm/managed-instance/default-ec2-instance-management-role": "$None",
    "/ssm/parameter-store/default-parameter-tier": "Standard",
    "/ssm/parameter-store/high-throughput-enabled": "false",
    "/ssm/documents/console/public-sharing-permission": "Enable",
}
ALLOWED: Final = {
    TIER: ("standard", "advanced"),
    "/ssm/parameter-store/default-parameter-tier": (
        "Standard",
        "Advanced",
        "Intelligent-Tiering",
    ),
    "/ssm/parameter-store/high-throughput-enabled": ("true", "false"),
    "/ssm/documents/console/public-sharing-permission": ("Enable", "Disable"),
}


def effective(service: Service, scope: Scope, setting_id: str) -> str:
    """
    Return the value that holds now, which a pending update has not changed yet.
    """
    setting = scope.settings.get(setting_id)
    if setting is None:
        return DEFAULTS[setting_id]
    return setting.value if setting.settles <= service.now else setting.before


def get_service_setting(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Tell a setting's value and whether it is default, customised, or pending.
    """
    return {"ServiceSetting": _view(ctx, _known(ctx, request))}


def update_service_setting(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Change a setting; it is pending for a while.
    """
    setting_id, value = _known(ctx, request), request["SettingValue"]
    allowed = ALLOWED.get(setting_id)
    if allowed and value not in allowed:
        raise SsmError(
            "ValidationException",
            f"{value} is not a valid value of {setting_id}: {', '.join(allowed)}",
        )
    _change(ctx, setting_id, value, reset=False)
    return {}


def reset_service_setting(ctx: Context, request: JsonObject) -> JsonObject:
    """
    Give a setting its default value again.
    """
    setting_id = _known(ctx, request)
    if setting_id in ctx.scope.settings:
        _change(ctx, setting_id, DEFAULTS[setting_id], reset=True)
    return {"ServiceSetting": _view(ctx, setting_id)}


def _change(ctx: Context, setting_id: str, value: str, *, reset: bool) -> None:
    _refuse_pending(ctx, setting_id)
    crowded = len(ctx.scope.nodes) > STANDARD_TIER_NODES
    if setting_id == TIER and value == "standard" and crowded:
        raise SsmError(
            "ValidationException",
            f"More than {STANDARD_TIER_NODES} managed nodes need the advanced tier",
        )
    ctx.scope.settings[setting_id] = Setting(
        value=value,
        before=effective(ctx.service, ctx.scope, setting_id),
        modified=ctx.now,
        user=ctx.caller.principal,
        settles=ctx.now + ctx.service.world.delays.service_setting_pending,
        reset=reset,
    )


def _refuse_pending(ctx: Context, setting_id: str) -> None:
    setting = ctx.scope.settings.get(setting_id)
    if setting and setting.settles > ctx.now:
        raise SsmError("TooManyUpdates", f"An update of {setting_id} is pending")


def _known(ctx: Context, request: JsonObject) -> str:
    given: str = request["SettingId"]
    prefix = f"arn:aws:ssm:{ctx.scope.region}:{ctx.scope.account}:servicesetting"
    setting_id = given.removeprefix(prefix)
    if setting_id not in DEFAULTS:
        raise SsmError("ServiceSettingNotFound", f"Setting {given} was not found")
    return setting_id


def _view(ctx: Context, setting_id: str) -> JsonObject:
    setting = ctx.scope.settings.get(setting_id)
    where = f"{ctx.scope.region}:{ctx.scope.account}"
    return {
        "SettingId": setting_id,
        "SettingValue": setting.value if setting else DEFAULTS[setting_id],
        "LastModifiedDate": setting.modified if setting else 0.0,
        "LastModifiedUser": setting.user if setting else "System",
        "ARN": f"arn:aws:ssm:{where}:servicesetting{setting_id}",
        "Status": _status(setting, ctx.now),
    }


def _status(setting: Setting | None, now: float) -> str:
    if setting is None:
        return "Default"
    if setting.settles > now:
        return "PendingUpdate"
    return "Default" if setting.reset else "Customized"


OPERATIONS = {
    "GetServiceSetting": get_service_setting,
    "UpdateServiceSetting": update_service_setting,
    "ResetServiceSetting": reset_service_setting,
}
