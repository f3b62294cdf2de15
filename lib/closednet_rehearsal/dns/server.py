"""
Two DNS servers on loopback: the inbound endpoint and the one on premises.
"""

from __future__ import annotations

import asyncio
import threading

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Protocol

from closednet_rehearsal.dns.configs import LOCAL_FILE, ZONES_FILE
from closednet_rehearsal.dns.forwarding import Forwarder, ForwardZones
from closednet_rehearsal.dns.sockets import Dropped, Listener, listen, listen_on
from closednet_rehearsal.dns.wire import failure, respond
from closednet_rehearsal.settings import INBOUND_IPS
from closednet_rehearsal.way.site import SiteNetwork


if TYPE_CHECKING:
    import socket

    from collections.abc import Mapping
    from pathlib import Path

    from dns.message import Message

    from closednet_rehearsal.dns.answer import Answer
    from closednet_rehearsal.dns.sockets import Handler


Arrives = Callable[[str, str], bool]


def always(_: str, __: str) -> bool:
    """
    Say that every question to an address over a protocol arrives.
    """
    return True


class Resolver(Protocol):
    """
    What the inbound endpoint answers from: a `View`, or a double of one.
    """

    def resolve(self, qname: str, qtype: str) -> Answer:
        """
        Return the answer to one question.
        """

    def listens(self) -> bool:
        """
        Say whether an inbound endpoint is there to answer at all.
        """


@dataclass(frozen=True, slots=True)
class DnsAddresses:
    """
    Where the two servers listen, as `127.0.0.1:port` (UDP and TCP).
    """

    inbound: str
    forwarder: str
    inbounds: Mapping[str, str] = field(default_factory=dict)


class DnsServers:
    """
    Both servers in one thread with an event loop of its own.
    """

    def __init__(
        self,
        view: Resolver,
        work_dir: Path,
        site: SiteNetwork | None = None,
        arrives: Arrives = always,
    ) -> None:
        self._view = view
        self._site = site or SiteNetwork()
        self._arrives = arrives
        self._zones = ForwardZones(work_dir / ZONES_FILE, work_dir / LOCAL_FILE)
        self._loop = asyncio.new_event_loop()
        self._listeners: list[Listener] = []
        self._forwarder: Handler = self._no_forwarder
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="rehearsal-dns", daemon=True
        )

    def start(self) -> DnsAddresses:
        """
        Listen on free ports and return where.
        """
        self._thread.start()
        return asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()

    def stop(self) -> None:
        """
        Close every socket and end the thread.
        """
        asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def serve(self, udp: socket.socket, tcp: socket.socket, address: str) -> None:
        """
        Answer on two more sockets as the server of this address.
        """
        opening = self._open_on(udp, tcp, address)
        asyncio.run_coroutine_threadsafe(opening, self._loop).result()

    async def _open_on(
        self, udp: socket.socket, tcp: socket.socket, address: str
    ) -> None:
        inbound = partial(self._inbound, address)
        handler = inbound if address in INBOUND_IPS else self._forwarder
        self._listeners.append(await listen_on(handler, udp, tcp))

    async def _open(self) -> DnsAddresses:
        inbounds = {ip: await listen(partial(self._inbound, ip)) for ip in INBOUND_IPS}
        targets = {ip: listener.address for ip, listener in inbounds.items()}
        self._forwarder = Forwarder(self._zones, targets, self._site).answer
        forwarder = await listen(self._forwarder)
        self._listeners = [*inbounds.values(), forwarder]
        places = {ip: str(listener) for ip, listener in inbounds.items()}
        return DnsAddresses(places[INBOUND_IPS[0]], str(forwarder), places)

    async def _close(self) -> None:
        for listener in self._listeners:
            await listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _inbound(
        self, address: str, query: Message, protocol: str
    ) -> Message | None:
        if not self._view.listens():
            return None
        if not self._arrives(address, protocol):
            raise Dropped
        return respond(query, self._view.resolve)

    async def _no_forwarder(self, query: Message, _: str) -> Message:
        return failure(query)
