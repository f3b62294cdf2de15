"""
Small pages, so that code which forgets to ask for the next one is found out.
"""

from __future__ import annotations

import base64
import binascii
import itertools

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.settings import PAGE_SIZE
from closednet_rehearsal.stage import world


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_PREFIX: Final = "rehearsal-page:"
_LISTS: Final = 100


def page(
    items: Sequence[Any],
    token: str | None,
    limit: int | None = None,
    most: int = PAGE_SIZE,
) -> tuple[list[Any], str | None]:
    """
    Return one page of `items` and the token of the next page, if there is one.
    """
    start = _offset(token)
    stop = start + min(limit or most, most)
    return list(items[start:stop]), _token(stop) if stop < len(items) else None


def _token(offset: int) -> str:
    return base64.urlsafe_b64encode(f"{_PREFIX}{offset}".encode()).decode()


def _offset(token: str | None) -> int:
    if token is None:
        return 0
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
        return int(text.removeprefix(_PREFIX))
    except (ValueError, binascii.Error):
        raise Refusal("InvalidNextToken", f"The token '{token}' is invalid") from None


def paged(
    describe: Callable[[Any], ActionResult], *keys: str, ids: str = ""
) -> Callable[[Any], ActionResult]:
    """
    Page the answer of an EC2 describe call; asked for by id, it comes whole.

    EC2's things come and go by themselves. Were a list made anew for each page, one
    that goes would hide another that is there.
    """

    def describe_page(response: Any) -> ActionResult:
        token = response._get_param("NextToken")  # noqa: SLF001 - moto's own accessor
        if token:
            answer = _rest(token)
        else:
            result = describe(response)
            if ids and response._get_param(ids):  # noqa: SLF001
                return result
            answer = dict(vars(result)["_result"])
        limit = response._get_int_param("MaxResults") or PAGE_SIZE  # noqa: SLF001
        stop = min(limit, PAGE_SIZE)
        shown = {key: list(answer[key])[:stop] for key in keys}
        rest = {key: list(answer[key])[stop:] for key in keys}
        more = _kept({**answer, **rest}) if any(rest.values()) else None
        return ActionResult({**answer, **shown, "NextToken": more})

    return describe_page


def _kept(rest: dict[str, Any]) -> str:
    lists = world().lists
    for old in itertools.islice(tuple(lists), max(0, len(lists) - _LISTS)):
        del lists[old]
    token = world().ids.uuid("page")
    lists[token] = rest
    return token


def _rest(token: str) -> dict[str, Any]:
    try:
        return world().lists[token]
    except KeyError:
        raise Refusal("InvalidNextToken", f"The token '{token}' is invalid") from None


def marked(items: Sequence[Any], key: str, marker: str | None) -> ActionResult:
    """
    Return a page of one of IAM's lists under `key`.
    """
    some, more = page(items, marker)
    return ActionResult({key: some, "Marker": more, "IsTruncated": more is not None})
