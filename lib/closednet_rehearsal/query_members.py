"""
Spares moto from reading a whole query request anew for each member it may have, and
from guessing how each of its moments is written.
"""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime
from itertools import accumulate
from typing import TYPE_CHECKING, Any

from moto.core.parse import (
    PROTOCOL_PARSERS,
    EC2QueryParser,
    QueryParser,
    default_timestamp_parser,
)


if TYPE_CHECKING:
    from collections.abc import Mapping


class Members(dict[str, str]):
    """
    The parameters of a request, and what their names begin with, part by part.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values.items())
        self.beginnings = {
            beginning
            for name in self
            for beginning in accumulate(name.split("."), "{}.{}".format)
        }


def moment(text: str) -> datetime:
    """
    Return a moment as moto keeps it: in UTC, and without saying so.
    """
    with suppress(ValueError):
        found = datetime.fromisoformat(text)
        if found.tzinfo is not None:
            return found.astimezone(UTC).replace(tzinfo=None)
    guessed: datetime = default_timestamp_parser(text)
    return guessed


class _Quick(QueryParser):
    def parse(self, request_dict: Any) -> Any:
        self._timestamp_parser = moment
        plain: Any = super()
        return plain.parse(request_dict | {"values": Members(request_dict["values"])})

    def _gonna_recurse(self, query_params: Members, prefix: str) -> bool:
        # In spite of its name it tells whether there is nothing to go down to.
        return prefix != "" and prefix not in query_params.beginnings


class _QuickEC2(_Quick, EC2QueryParser):
    pass


def look_up_members() -> None:
    """
    Let moto's parsers of the query protocols look names up, for this process.
    """
    PROTOCOL_PARSERS["query"] = _Quick
    PROTOCOL_PARSERS["ec2"] = _QuickEC2
