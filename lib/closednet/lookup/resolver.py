"""
Asks one DNS server one question, and keeps the whole answer.
"""

from __future__ import annotations

import time

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import dns.exception
import dns.flags
import dns.message
import dns.query
import dns.rcode
import dns.rdatatype

from closednet.errors import LookupFailed
from closednet.lookup.sight import TIMEOUT, Sight, read
from closednet.model import canonical
from closednet.recorder import NullRecorder


if TYPE_CHECKING:
    from closednet.params.connection import Connection
    from closednet.recorder import Recorder

PORT: Final = 53
TRIES: Final = 2
TIMEOUT_S: Final = 3.0
LESS: Final = 6


@dataclass(frozen=True, slots=True)
class Answer:
    """
    What a DNS server said; an empty `NOERROR` answer has no addresses.
    """

    server: str
    name: str
    rdtype: str
    rcode: str
    addresses: tuple[str, ...]
    ttl: int
    protocol: str
    duration_ms: int

    @property
    def is_nodata(self) -> bool:
        """
        Whether the name exists and has nothing of the type that was asked for.
        """
        return self.rcode == "NOERROR" and not self.addresses

    @property
    def outcome(self) -> str:
        """
        The addresses, or why there are none, in words that never vary.
        """
        if self.addresses:
            return ", ".join(self.addresses)
        return "NODATA" if self.rcode == "NOERROR" else self.rcode


class Lookup:
    """
    Asks servers by the address that the site knows them by.
    """

    def __init__(
        self,
        connection: Connection,
        recorder: Recorder | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
    ) -> None:
        self._tunnels = connection.tunnels
        self._recorder = recorder or NullRecorder()
        self._timeout_s = timeout_s
        self._silent: set[tuple[str, bool]] = set()

    def at(
        self, server: str, name: str, rdtype: str = "A", *, tcp: bool = False
    ) -> Answer:
        """
        Return the answer of `server`, whatever it says.

        Raises:
            LookupFailed: The server did not answer at all.
        """
        start = time.perf_counter()
        query = dns.message.make_query(name, rdtype, use_edns=0)
        response, used_tcp, rcode = self._ask(server, query, tcp=tcp)
        ttl, addresses = (0, ()) if response is None else _read(response, rdtype)
        answer = Answer(
            server=server,
            name=name,
            rdtype=rdtype,
            rcode=rcode,
            addresses=addresses,
            ttl=ttl,
            protocol="tcp" if used_tcp else "udp",
            duration_ms=round((time.perf_counter() - start) * 1000),
        )
        self._recorder.record("dns-question", answer=canonical.to_json(answer))
        if response is None:
            raise LookupFailed(
                f"{server} did not answer for {name} over {answer.protocol}",
                name=name,
                server=server,
                rcode=rcode,
                hint="check the route and the firewall to port 53 of this server,"
                " udp and tcp, and that it is running",
            )
        return answer

    def see(
        self,
        server: str,
        name: str,
        rdtype: str = "A",
        *,
        tcp: bool = False,
        unchecked: bool = False,
    ) -> Sight:
        """
        Return all that the answer of `server` shows, or that there was none.

        `unchecked` asks the server to leave validation to us.
        """
        query = dns.message.make_query(name, rdtype, use_edns=0)
        if unchecked:
            query.flags |= dns.flags.CD
        response, _, _ = self._ask(server, query, tcp=tcp)
        sight = read(name, rdtype, response, unchecked=unchecked)
        how = f"{rdtype} over {'tcp' if tcp else 'udp'}"
        self._recorder.record(
            "dns-question", server=server, how=how, answer=canonical.to_json(sight)
        )
        return sight

    def _ask(
        self, server: str, query: dns.message.QueryMessage, *, tcp: bool
    ) -> tuple[dns.message.Message | None, bool, str]:
        """
        Ask twice with patience; a server that was silent then, once and briefly.

        A packet that is lost on the way is lost for every name: nobody should wait
        minutes for the same answer. SERVFAIL may be of the moment: it counts if it
        is said again.
        """
        known = (server, tcp) in self._silent
        timeout_s = self._timeout_s / LESS if known else self._timeout_s
        said: tuple[dns.message.Message, bool] | None = None
        for _ in range(1 if known else TRIES):
            try:
                said = self._once(server, query, timeout_s, tcp=tcp)
            except (OSError, EOFError, dns.exception.DNSException):
                continue
            if said[0].rcode() != dns.rcode.SERVFAIL:
                break
        if said is None:
            self._silent.add((server, tcp))
            return None, tcp, TIMEOUT
        self._silent.discard((server, tcp))
        return *said, _rcode(said[0])

    def _once(
        self,
        server: str,
        query: dns.message.QueryMessage,
        timeout_s: float,
        *,
        tcp: bool,
    ) -> tuple[dns.message.Message, bool]:
        host, port = self._way_to(server)
        if tcp:
            return dns.query.tcp(query, host, timeout_s, port), True
        return dns.query.udp_with_fallback(query, host, timeout_s, port)

    def _way_to(self, server: str) -> tuple[str, int]:
        way = self._tunnels.get(f"{server}:{PORT}", f"{server}:{PORT}")
        host, _, port = way.rpartition(":")
        return host, int(port)


def _rcode(response: dns.message.Message) -> str:
    return dns.rcode.to_text(response.rcode())


def _read(response: dns.message.Message, rdtype: str) -> tuple[int, tuple[str, ...]]:
    wanted = dns.rdatatype.from_text(rdtype)
    sets = [rrset for rrset in response.answer if rrset.rdtype == wanted]
    texts = {item.to_text() for rrset in sets for item in rrset}
    return min((rrset.ttl for rrset in sets), default=0), tuple(sorted(texts))
