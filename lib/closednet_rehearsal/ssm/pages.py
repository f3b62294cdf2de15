"""
Small pages, so that a caller who forgets to turn them is found out.
"""

from __future__ import annotations

import base64
import binascii

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final, TypeVar

from closednet_rehearsal.settings import PAGE_SIZE
from closednet_rehearsal.ssm.errors import SsmError


if TYPE_CHECKING:
    from collections.abc import Sequence

    from closednet_rehearsal.ssm.seams import JsonObject


LATER: Final = 50
MARK: Final = "rehearsal-page:"
Item = TypeVar("Item")


def page(items: Sequence[Item], request: JsonObject) -> tuple[list[Item], JsonObject]:
    """
    Return one page of the items and the members that lead to the next one.

    The first page is short, so that everybody has to turn it; later ones are as long
    as was asked for, so that the calls of a large fleet are as many as AWS's.
    """
    start = _start(request.get("NextToken"))
    most = LATER if start else PAGE_SIZE
    end = start + min(request.get("MaxResults") or PAGE_SIZE, most)
    more = {"NextToken": _token(end)} if end < len(items) else {}
    return list(items[start:end]), more


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"{MARK}{start}".encode()).decode()


def _start(token: str | None) -> int:
    if not token:
        return 0
    try:
        text = base64.urlsafe_b64decode(token.encode()).decode()
        return int(text.removeprefix(MARK))
    except (binascii.Error, UnicodeDecodeError, ValueError) as error:
        raise SsmError(
            "InvalidNextToken", "The specified token is not valid"
        ) from error


def iso(moment: float) -> str:
    """
    Return a time as ISO 8601 with milliseconds, in UTC.
    """
    text = datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def from_iso(text: str) -> float:
    """
    Return the epoch seconds of an ISO 8601 time; UTC unless it says otherwise.
    """
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise SsmError("ValidationException", f"{text} is not a time") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()


def tag_list(tags: dict[str, str]) -> list[dict[str, str]]:
    """
    Return tags the way AWS lists them.
    """
    return [{"Key": key, "Value": value} for key, value in sorted(tags.items())]


def tag_map(tags: list[dict[str, str]] | None) -> dict[str, str]:
    """
    Return tags by key.
    """
    return {tag["Key"]: tag["Value"] for tag in tags or []}
