"""
The members of a request by their names in the service model, in every protocol.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from closednet_rehearsal import validation


if TYPE_CHECKING:
    from closednet_rehearsal.calls import Asked


def members_of(asked: Asked, environ: dict[str, Any], body: bytes) -> dict[str, Any]:
    """
    Return the members of a request; of one that cannot be read, none.

    Whoever answers the request refuses what cannot be read, in better words.
    """
    if asked.service == "s3":
        return _object(environ)
    if validation.has_model(asked):
        return validation.parsed(asked, environ)
    try:
        members = json.loads(body or b"{}")
    except ValueError:
        return {}
    return members if isinstance(members, dict) else {}


def _object(environ: dict[str, Any]) -> dict[str, Any]:
    path = unquote(str(environ.get("PATH_INFO", "/"))).lstrip("/")
    bucket, _, key = path.partition("/")
    members = {"Bucket": bucket, "Key": key, "ACL": environ.get("HTTP_X_AMZ_ACL", "")}
    return {name: value for name, value in members.items() if value}
