"""
The DNS server on premises: forwards the zones that its administrator set up.
"""

from __future__ import annotations

import asyncio
import json

from typing import TYPE_CHECKING, Final

import dns.asyncquery
import dns.exception
import dns.message
import dns.query

from closednet_rehearsal.dns.public import public_answer
from closednet_rehearsal.dns.state import is_below, normal
from closednet_rehearsal.dns.wire import UDP_PAYLOAD, failure, respond, skeleton


if TYPE_CHECKING:
    from pathlib import Path

    from dns.message import Message


TRY_S: Final = 0.4
TRIES: Final = 2


class ForwardZones:
    """
    The forwarded zones, read again whenever their file has changed.
    """

    def __init__(self, file: Path) -> None:
        self._file = file
        self._read_at: tuple[int, int] = (0, 0)
        self._zones: tuple[str, ...] = ()

    def covers(self, name: str) -> bool:
        """
        Say whether questions about `name` are forwarded.
        """
        return any(is_below(normal(name), zone) for zone in self.zones())

    def zones(self) -> tuple[str, ...]:
        """
        Return the forwarded zones as the file has them now.
        """
        try:
            stat = self._file.stat()
        except FileNotFoundError:
            return ()
        changed = (stat.st_mtime_ns, stat.st_ino)
        if changed != self._read_at:
            self._zones = tuple(map(normal, json.loads(self._file.read_text())))
            self._read_at = changed
        return self._zones


class Forwarder:
    """
    Asks the inbound endpoint about forwarded zones and the world otherwise.
    """

    def __init__(self, zones: ForwardZones, target: tuple[str, int]) -> None:
        self._zones = zones
        self._target = target

    async def answer(self, query: Message) -> Message | None:
        """
        Return the answer to one question; nothing is kept for the next one.
        """
        if len(query.question) != 1:
            return respond(query, public_answer)
        name = normal(query.question[0].name.to_text())
        if not self._zones.covers(name):
            return respond(query, lambda _, qtype: public_answer(name, qtype))
        return await self._forward(query)

    async def _forward(self, query: Message) -> Message:
        question = query.question[0]
        asked = dns.message.make_query(
            question.name, question.rdtype, question.rdclass, payload=UDP_PAYLOAD
        )
        for _ in range(TRIES):
            try:
                return _pass_on(query, await self._ask(asked))
            except (dns.exception.DNSException, OSError, EOFError):
                # No answer, or none that can be read: as a resolver would, again.
                await asyncio.sleep(0)
        return failure(query)

    async def _ask(self, asked: Message) -> Message:
        host, port = self._target
        answer, _ = await dns.asyncquery.udp_with_fallback(
            asked, host, timeout=TRY_S, port=port
        )
        return answer


def _pass_on(query: Message, answer: Message) -> Message:
    message = skeleton(query)
    message.set_rcode(answer.rcode())
    message.answer, message.authority = answer.answer, answer.authority
    return message
