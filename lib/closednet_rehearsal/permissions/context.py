"""
The condition keys of a request: who asks, by which way, with which tags, on what.
"""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from closednet_rehearsal.permissions.actions import tags_of
from closednet_rehearsal.settings import ACCOUNTS, ORGANISATION


if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from closednet_rehearsal.permissions.actions import Call, Need
    from closednet_rehearsal.permissions.patterns import Context
    from closednet_rehearsal.permissions.principals import Caller

    Tags = Callable[[str], Mapping[str, str]]
    Keys = dict[str, tuple[str, ...]]

_TAGGED: Final = ("aws:resourcetag/", "ssm:resourcetag/", "ec2:resourcetag/")


def of_caller(caller: Caller, role_arn: str, now: float) -> Keys:
    """
    Return what holds for everything that this caller does now.
    """
    moment = datetime.fromtimestamp(now, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    keys: Keys = {
        "aws:currenttime": (moment,),
        "aws:epochtime": (str(int(now)),),
        # The rehearsal speaks plain HTTP on loopback where AWS would speak TLS.
        "aws:securetransport": ("true",),
    }
    if not caller.keyed:
        return keys | {"aws:principaltype": ("Anonymous",)}
    kind = "AssumedRole" if caller.role_name else "User"
    keys |= {
        "aws:principalaccount": (caller.account,),
        "aws:principalarn": (role_arn or caller.principal,),
        "aws:principaltype": (kind,),
    }
    if caller.account in ACCOUNTS:
        keys["aws:principalorgid"] = (ORGANISATION,)
    if caller.user_name:
        keys["aws:username"] = (caller.user_name,)
    return keys


def of_way(endpoint: Any | None, source: str) -> Keys:
    """
    Return by which way a request came: through an endpoint, or over the internet.
    """
    if endpoint is None:
        return {"aws:sourceip": (source,)} if source else {}
    keys: Keys = {"aws:sourcevpce": (endpoint.id,), "aws:sourcevpc": (endpoint.vpc_id,)}
    return keys | ({"aws:vpcsourceip": (source,)} if source else {})


def of_call(call: Call) -> Keys:
    """
    Return what a request says about itself.
    """
    tags = tags_of(call.members)
    keys: Keys = {f"aws:requesttag/{k.lower()}": (v,) for k, v in tags.items()}
    if tags:
        keys["aws:tagkeys"] = tuple(tags)
    return keys | {"aws:requestedregion": (call.region,)}


def of_need(
    common: Mapping[str, tuple[str, ...]], need: Need, owner: str, tags: Tags
) -> Context:
    """
    Return the whole context of one need; tags are looked up when they are asked for.
    """
    own = {key: (value,) for key, value in need.keys}
    if owner:
        own["aws:resourceaccount"] = (owner,)
    if owner in ACCOUNTS:
        own["aws:resourceorgid"] = (ORGANISATION,)

    @cache
    def held() -> dict[str, str]:
        return {key.lower(): value for key, value in tags(need.resource).items()}

    def context(key: str) -> tuple[str, ...] | None:
        if key in own:
            return own[key]
        if key.startswith(_TAGGED):
            value = held().get(key.partition("/")[2])
            return None if value is None else (value,)
        return common.get(key)

    return context
