"""
UDP and TCP on one port of the loopback interface.
"""

from __future__ import annotations

import asyncio
import errno

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from closednet_rehearsal.dns.wire import failure, parse_question, to_tcp, to_udp


if TYPE_CHECKING:
    import socket

    from dns.message import Message


# What answers a question that came over `udp` or `tcp`.
Handler = Callable[["Message", str], Awaitable["Message | None"]]

HOST: Final = "127.0.0.1"
PORT_TRIES: Final = 20
IDLE_S: Final = 5.0


class Dropped(Exception):  # noqa: N818 - what happened to the question
    """
    The question is lost on its way: the asker waits in vain.
    """


@dataclass(slots=True)
class Listener:
    """
    An open pair of sockets.
    """

    address: tuple[str, int]
    udp: asyncio.DatagramTransport
    tcp: asyncio.Server

    def __str__(self) -> str:
        return f"{self.address[0]}:{self.address[1]}"

    async def close(self) -> None:
        """
        Stop listening.
        """
        self.udp.close()
        self.tcp.close()
        await asyncio.sleep(0)


async def listen(handler: Handler) -> Listener:
    """
    Open UDP and TCP on the same free port; `handler` answers on both.
    """
    for _ in range(PORT_TRIES):
        loop = asyncio.get_running_loop()
        udp, _protocol = await loop.create_datagram_endpoint(
            lambda: _Datagrams(handler), local_addr=(HOST, 0)
        )
        port = udp.get_extra_info("sockname")[1]
        try:
            tcp = await asyncio.start_server(_stream(handler), HOST, port)
        except OSError as error:
            udp.close()
            if error.errno != errno.EADDRINUSE:
                raise
        else:
            return Listener((HOST, port), udp, tcp)
    raise OSError(errno.EADDRINUSE, "rehearsal: no port is free for both UDP and TCP")


async def listen_on(
    handler: Handler, udp: socket.socket, tcp: socket.socket
) -> Listener:
    """
    Answer on sockets that are bound already, such as those of another namespace.
    """
    loop = asyncio.get_running_loop()
    transport, _protocol = await loop.create_datagram_endpoint(
        lambda: _Datagrams(handler), sock=udp
    )
    address, port = udp.getsockname()
    server = await asyncio.start_server(_stream(handler), sock=tcp)
    return Listener((address, port), transport, server)


async def _answer(handler: Handler, query: Message, protocol: str) -> Message | None:
    try:
        return await handler(query, protocol)
    except Dropped:
        raise
    except Exception:  # noqa: BLE001 - a server must answer, whatever went wrong
        return failure(query)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._transport: asyncio.DatagramTransport | None = None
        self._tasks: set[asyncio.Task[None]] = set()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # What the loop passes is one in all but its base classes.
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = parse_question(data)
        if query is not None:
            task = asyncio.ensure_future(self._reply(query, addr))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _reply(self, query: Message, addr: tuple[str, int]) -> None:
        try:
            message = await _answer(self._handler, query, "udp")
        except Dropped:
            return
        if message is not None and self._transport is not None:
            self._transport.sendto(to_udp(message, query), addr)


def _stream(
    handler: Handler,
) -> Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]:
    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while await _serve_one(handler, reader, writer):
                pass
        except (OSError, EOFError, TimeoutError):
            # The asker has gone, or has nothing more to ask.
            return
        finally:
            writer.close()

    return serve


async def _serve_one(
    handler: Handler, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> bool:
    """
    Answer the next question of a connection; False ends the connection.
    """
    async with asyncio.timeout(IDLE_S):
        length = int.from_bytes(await reader.readexactly(2))
        query = parse_question(await reader.readexactly(length))
    try:
        message = None if query is None else await _answer(handler, query, "tcp")
    except Dropped:
        # Whoever asks gives up sooner than this, and so does whoever stops us.
        with suppress(asyncio.CancelledError):
            await asyncio.sleep(IDLE_S)
        return False
    if message is None:
        return False
    writer.write(to_tcp(message))
    await writer.drain()
    return True
