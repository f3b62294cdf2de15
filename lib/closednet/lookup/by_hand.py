"""
DNS by hand: each question becomes a `dig`, its output the answer.
"""

from __future__ import annotations

import re

from typing import TYPE_CHECKING, Final

from closednet.errors import LookupFailed
from closednet.lookup.resolver import TIMEOUT_S, TRIES, Answer, Lookup
from closednet.model.desk import key_of


if TYPE_CHECKING:
    from closednet.model.desk import Desk
    from closednet.params.connection import Connection

NO_REPLY: Final = 9
_status: Final = re.compile(r"status: ([A-Z]+)")
_record: Final = re.compile(r"^\S+\s+(\d+)\s+IN\s+(\S+)\s+(\S+)\s*$", re.MULTILINE)


class LookupByHand(Lookup):
    """
    Asks people to ask the servers.
    """

    def __init__(self, connection: Connection, desk: Desk) -> None:
        super().__init__(connection)
        self._desk = desk

    def at(
        self, server: str, name: str, rdtype: str = "A", *, tcp: bool = False
    ) -> Answer:
        """
        Return what people were told by `server`.

        Raises:
            LookupFailed: The server did not answer at all.
        """
        host, port = self._way_to(server)
        way = " +tcp" if tcp else ""
        told = (
            f"dig @{host} -p {port} +tries={TRIES} +time={TIMEOUT_S:g}{way} +noall"
            f" +comments +answer {name} {rdtype} 2>&1"
        )
        key = key_of("dns", server, name, rdtype, tcp)
        answer = self._desk.ask(key, told, writes=False)
        protocol = "tcp" if tcp else "udp"
        if answer is None:
            return Answer(server, name, rdtype, "NOERROR", (), 0, protocol, 0)
        status = _status.search(answer.output)
        if answer.exit_code or status is None:
            raise LookupFailed(
                f"{server} did not answer for {name} over {protocol}",
                name=name,
                server=server,
                rcode="TIMEOUT",
                hint="check the route and the firewall to port 53 of this server,"
                " udp and tcp, and that it is running",
            )
        records = [r for r in _record.findall(answer.output) if r[1] == rdtype]
        ttl = min((int(seconds) for seconds, _, _ in records), default=0)
        addresses = tuple(sorted({value for _, _, value in records}))
        return Answer(server, name, rdtype, status[1], addresses, ttl, protocol, 0)
