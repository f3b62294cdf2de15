"""
Lowers the page size that a list request asks for, before moto reads it.
"""

from __future__ import annotations

import json

from functools import cache
from typing import TYPE_CHECKING, Any, Final
from urllib.parse import parse_qsl, urlencode

from botocore.exceptions import UnknownServiceError
from moto.core.utils import get_pagination_model

from closednet_rehearsal.settings import LONG_PAGE_SIZE, PAGE_SIZE


if TYPE_CHECKING:
    from collections.abc import Mapping

    from closednet_rehearsal.calls import Asked


# EC2 and Route 53 page by themselves; Systems Manager too.
_OTHERS: Final = frozenset({"ec2", "ssm", "ec2messages"})
_LISTS: Final = ("List", "Describe", "Filter")
_LONG: Final = frozenset({"FilterLogEvents"})
_QUERY_NAMES: Final = {"MaxItems": "maxitems", "MaxKeys": "max-keys"}


@cache
def _limit_key(service: str, operation: str) -> str | None:
    if service in _OTHERS or not operation.startswith(_LISTS):
        return None
    try:
        model = get_pagination_model(service)
    except (UnknownServiceError, ValueError):
        return None
    key = model.get(operation, {}).get("limit_key")
    return None if key is None else str(key)


def cap(asked: Asked, environ: Any, body: bytes) -> bytes:
    """
    Return the body with a page size of at most ours; a query string is changed.
    """
    key = _limit_key(asked.service, asked.operation)
    if key is None:
        return body
    most = LONG_PAGE_SIZE if asked.operation in _LONG else PAGE_SIZE
    if asked.protocol in {"rest-xml", "s3"}:
        query = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        name = _QUERY_NAMES.get(key, key)
        environ["QUERY_STRING"] = urlencode(query | {name: _smaller(query, name, most)})
        return body
    if asked.protocol == "query":
        form = dict(parse_qsl(body.decode(), keep_blank_values=True))
        return urlencode(form | {key: _smaller(form, key, most)}).encode()
    members = json.loads(body or b"{}")
    return json.dumps(members | {key: _smaller(members, key, most)}).encode()


def _smaller(asked: Mapping[str, Any], key: str, most: int) -> int:
    return min(int(asked.get(key, most)), most)
