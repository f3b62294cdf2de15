"""
Small pages, so that code which forgets to ask for the next one is found out.

Things come and go by themselves. Were a list made anew for each page and cut by
position, one that goes would hide another that is there.
"""

from __future__ import annotations

import itertools

from typing import TYPE_CHECKING, Any, Final

from moto.core.responses import ActionResult

from closednet_rehearsal.errors import Refusal
from closednet_rehearsal.settings import PAGE_SIZE
from closednet_rehearsal.stage import world


if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


_LISTS: Final = 100


def page(
    items: Sequence[Any],
    token: str | None,
    limit: int | None = None,
    most: int = PAGE_SIZE,
) -> tuple[list[Any], str | None]:
    """
    Return one page of `items` and the token of the next page, if there is one.

    Whoever shows a token gets what the list held that was begun, whatever `items` are.
    """
    whole = list(items) if token is None else _rest(token)
    stop = min(limit or most, most)
    rest = whole[stop:]
    return whole[:stop], _kept(rest) if rest else None


def _kept(rest: list[Any]) -> str:
    lists = world().lists
    for old in itertools.islice(tuple(lists), max(0, len(lists) - _LISTS)):
        del lists[old]
    token = world().ids.uuid("page")
    lists[token] = rest
    return token


def _rest(token: str) -> list[Any]:
    try:
        return world().lists[token]
    except KeyError:
        raise Refusal("InvalidNextToken", f"The token '{token}' is invalid") from None


def paged(
    describe: Callable[[Any], ActionResult], *keys: str, ids: str = ""
) -> Callable[[Any], ActionResult]:
    """
    Page the answer of an EC2 describe call; asked for by id, it comes whole.

    Several `keys` are columns of one list.
    """

    def describe_page(response: Any) -> ActionResult:
        answer = describe(response)
        if ids and response._get_param(ids):  # noqa: SLF001 - moto's own accessor
            return answer
        shown: dict[str, Any] = dict(vars(answer)["_result"])
        rows = list(zip(*(shown[key] for key in keys), strict=True))
        token = response._get_param("NextToken")  # noqa: SLF001
        limit = response._get_int_param("MaxResults")  # noqa: SLF001
        some, shown["NextToken"] = page(rows, token, limit)
        for column, key in enumerate(keys):
            shown[key] = [row[column] for row in some]
        return ActionResult(shown)

    return describe_page


def marked(items: Sequence[Any], key: str, marker: str | None) -> ActionResult:
    """
    Return a page of one of IAM's lists under `key`.
    """
    some, more = page(items, marker)
    return ActionResult({key: some, "Marker": more, "IsTruncated": more is not None})
