"""
Spares moto from reading a whole query request anew for each member it may have.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from moto.core.parse import PROTOCOL_PARSERS, EC2QueryParser, QueryParser


if TYPE_CHECKING:
    from collections.abc import Mapping


class Members(dict[str, str]):
    """
    The parameters of a request, and every text that one of their names begins with.
    """

    def __init__(self, values: Mapping[str, str]) -> None:
        super().__init__(values.items())
        self.beginnings = {
            name[:length] for name in self for length in range(len(name) + 1)
        }


class _Quick(QueryParser):
    def parse(self, request_dict: Any) -> Any:
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
