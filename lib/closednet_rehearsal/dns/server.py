"""
Two DNS servers on loopback: the inbound endpoint and the one on premises.
"""

from __future__ import annotations

import asyncio
import threading

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from closednet_rehearsal.dns.configs import LOCAL_FILE, ZONES_FILE
from closednet_rehearsal.dns.forwarding import Forwarder, ForwardZones
from closednet_rehearsal.dns.sockets import Listener, listen, listen_on
from closednet_rehearsal.dns.wire import respond


if TYPE_CHECKING:
    import socket

    from pathlib import Path

    from dns.message import Message

    from closednet_rehearsal.dns.answer import Answer
    from closednet_rehearsal.dns.sockets import Handler


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


class DnsServers:
    """
    Both servers in one thread with an event loop of its own.
    """

    def __init__(self, view: Resolver, work_dir: Path) -> None:
        self._view = view
        self._zones = ForwardZones(work_dir / ZONES_FILE, work_dir / LOCAL_FILE)
        self._loop = asyncio.new_event_loop()
        self._listeners: list[Listener] = []
        self._handlers: list[Handler] = []
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

    def serve(self, udp: socket.socket, tcp: socket.socket, *, forwards: bool) -> None:
        """
        Answer on two more sockets, as the forwarder or as the inbound endpoint.
        """
        place = 1 if forwards else 0
        opening = self._open_on(place, udp, tcp)
        asyncio.run_coroutine_threadsafe(opening, self._loop).result()

    async def _open_on(
        self, place: int, udp: socket.socket, tcp: socket.socket
    ) -> None:
        self._listeners.append(await listen_on(self._handlers[place], udp, tcp))

    async def _open(self) -> DnsAddresses:
        inbound = await listen(self._inbound)
        forward = Forwarder(self._zones, inbound.address).answer
        forwarder = await listen(forward)
        self._listeners = [inbound, forwarder]
        self._handlers = [self._inbound, forward]
        return DnsAddresses(str(inbound), str(forwarder))

    async def _close(self) -> None:
        for listener in self._listeners:
            await listener.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _inbound(self, query: Message) -> Message | None:
        return respond(query, self._view.resolve) if self._view.listens() else None
