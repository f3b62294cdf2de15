"""
The DNS server on premises: forwards the zones that its administrator set up.
"""

from __future__ import annotations

import asyncio
import json

from typing import TYPE_CHECKING, Any, Final

import dns.asyncquery
import dns.exception
import dns.message
import dns.query

from closednet_rehearsal.dns.answer import Answer, Record, found, refused
from closednet_rehearsal.dns.public import public_answer
from closednet_rehearsal.dns.sockets import Dropped
from closednet_rehearsal.dns.spoiling import spoiled
from closednet_rehearsal.dns.state import is_below, normal
from closednet_rehearsal.dns.wire import UDP_PAYLOAD, failure, respond, skeleton


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from dns.message import Message

    from closednet_rehearsal.way.site import SiteNetwork


TRY_S: Final = 0.4
TRIES: Final = 2
LOCAL_TTL: Final = 5


class Watched:
    """
    JSON in a file, read again whenever the file has changed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at: tuple[int, int] = (0, 0)
        self._data: Any = None

    def data(self) -> Any:
        """
        Return what the file holds now, or None if there is none.
        """
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return None
        changed = (stat.st_mtime_ns, stat.st_ino)
        if changed != self._read_at:
            self._data = json.loads(self._file.read_text())
            self._read_at = changed
        return self._data


class ForwardZones:
    """
    The forwarded zones, and the names that the server answers itself.
    """

    def __init__(self, zones: Path, local: Path) -> None:
        self._zones = Watched(zones)
        self._local = Watched(local)

    def covers(self, name: str) -> bool:
        """
        Say whether questions about `name` are forwarded.
        """
        return any(is_below(normal(name), zone) for zone in self.zones())

    def zones(self) -> tuple[str, ...]:
        """
        Return the forwarded zones as the file has them now.
        """
        return tuple(map(normal, self._zones.data() or ()))

    def local(self, name: str) -> tuple[str, ...]:
        """
        Return the addresses that the server itself has for a name, the closest ones.
        """
        names: dict[str, list[str]] = self._local.data() or {}
        above = [each for each in names if is_below(normal(name), each)]
        return tuple(names[max(above, key=len)]) if above else ()


class Forwarder:
    """
    Asks the inbound endpoint about forwarded zones and the world otherwise.
    """

    def __init__(
        self,
        zones: ForwardZones,
        targets: Mapping[str, tuple[str, int]],
        site: SiteNetwork,
    ) -> None:
        self._zones = zones
        self._targets = targets
        self._site = site

    async def answer(self, query: Message, protocol: str = "udp") -> Message | None:
        """
        Return the answer to one question; nothing is kept for the next one.
        """
        manners = self._site.dns
        if manners.silent or (manners.deaf_over_tcp and protocol == "tcp"):
            raise Dropped
        if len(query.question) != 1:
            return respond(query, public_answer)
        name = normal(query.question[0].name.to_text())
        local = self._zones.local(name)
        if local:
            return respond(query, lambda _, qtype: _own(local, name, qtype))
        if not self._zones.covers(name) or manners.public:
            return respond(query, lambda _, qtype: public_answer(name, qtype))
        if manners.refuses:
            return respond(query, lambda *_: refused())
        if name in manners.kept:
            records = (Record("A", manners.kept[name]),)
            return respond(
                query, lambda _, qtype: found(records if qtype == "A" else (), name)
            )
        return spoiled(manners, query, await self._forward(query))

    async def _forward(self, query: Message) -> Message:
        question = query.question[0]
        asked = dns.message.make_query(
            question.name, question.rdtype, question.rdclass, payload=UDP_PAYLOAD
        )
        wanted = self._site.dns.targets or tuple(self._targets)
        for target in wanted * (TRIES // len(wanted) or 1):
            try:
                return _pass_on(query, await self._ask(asked, target))
            except (dns.exception.DNSException, OSError, EOFError):
                # No answer, or none that can be read: as a resolver would, again.
                await asyncio.sleep(0)
        return failure(query)

    async def _ask(self, asked: Message, target: str) -> Message:
        if target not in self._targets:
            # Nobody has this address: as lost as any packet.
            await asyncio.sleep(TRY_S)
            raise dns.exception.Timeout
        host, port = self._targets[target]
        answer, _ = await dns.asyncquery.udp_with_fallback(
            asked, host, timeout=TRY_S, port=port
        )
        return answer


def _own(addresses: tuple[str, ...], name: str, qtype: str) -> Answer:
    records = (Record("A", addresses, LOCAL_TTL),) if qtype.upper() == "A" else ()
    return found(records, name)


def _pass_on(query: Message, answer: Message) -> Message:
    message = skeleton(query)
    message.set_rcode(answer.rcode())
    message.answer, message.authority = answer.answer, answer.authority
    return message
