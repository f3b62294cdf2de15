"""
TLS in front of the one HTTP port: whoever connects gets an endpoint's certificate.

Bytes pass unchanged in both directions, so WebSockets and chunked bodies do too.
"""

from __future__ import annotations

import asyncio
import socket
import ssl
import struct
import threading

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.site.certificates import server_context


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.site.doors import Doors


HANDSHAKE_S: Final = 10.0
CHUNK: Final = 1 << 16
RESET: Final = struct.pack("ii", 1, 0)


class TlsListeners:
    """
    Listening sockets in a thread with an event loop of its own.

    Args:
        doors: Knows the endpoints.
        backend: Host and port of the plain HTTP server.
    """

    def __init__(self, doors: Doors, backend: tuple[str, int]) -> None:
        self._doors = doors
        self._backend = backend
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(
            target=self._loop.run_forever, name="rehearsal-tls", daemon=True
        )
        self._thread.start()

    def by_address(self, listener: socket.socket) -> None:
        """
        Serve a socket on which the address dialled says which endpoint is meant.
        """
        self._add(listener, lambda connection: self._doors.at(_local(connection)))

    def by_name(self, listener: socket.socket) -> None:
        """
        Serve a socket on which the name in the handshake says which is meant.
        """
        context = server_context()
        context.sni_callback = self._on_name
        self._add(listener, lambda _: context)

    def stop(self) -> None:
        """
        Close everything and end the thread.
        """
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _on_name(
        self, connection: ssl.SSLObject | ssl.SSLSocket, name: str | None, _: object
    ) -> int | None:
        context = self._doors.named(name) if name else None
        if context is None:
            return ssl.ALERT_DESCRIPTION_UNRECOGNIZED_NAME
        connection.context = context
        return None

    def _add(
        self,
        listener: socket.socket,
        choose: Callable[[socket.socket], ssl.SSLContext | None],
    ) -> None:
        listener.setblocking(False)
        coroutine = self._accept(listener, choose)
        asyncio.run_coroutine_threadsafe(coroutine, self._loop)

    async def _accept(
        self,
        listener: socket.socket,
        choose: Callable[[socket.socket], ssl.SSLContext | None],
    ) -> None:
        with listener:
            while True:
                connection, _ = await self._loop.sock_accept(listener)
                context = choose(connection)
                if context is None:
                    # Nobody lives here: nothing that could be read is answered.
                    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
                    connection.close()
                    continue
                task = self._loop.create_task(self._serve(connection, context))
                self._tasks.add(task)
                task.add_done_callback(self._tasks.discard)

    async def _serve(self, connection: socket.socket, context: ssl.SSLContext) -> None:
        reader = asyncio.StreamReader()
        protocol = asyncio.StreamReaderProtocol(reader)
        try:
            transport, _ = await self._loop.connect_accepted_socket(
                lambda: protocol,
                connection,
                ssl=context,
                ssl_handshake_timeout=HANDSHAKE_S,
            )
        except (OSError, asyncio.IncompleteReadError):
            # The other side did not like our certificate, or was not serious.
            connection.close()
            return
        writer = asyncio.StreamWriter(transport, protocol, reader, self._loop)
        try:
            inner, outer = await asyncio.open_connection(*self._backend)
        except OSError:
            await _close(writer)
            return
        await _join(reader, outer, inner, writer)

    async def _end(self) -> None:
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)


def _local(connection: socket.socket) -> str:
    return str(connection.getsockname()[0])


async def _join(
    reader: asyncio.StreamReader,
    outer: asyncio.StreamWriter,
    inner: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
) -> None:
    """
    Carry bytes until one side ends, and then end the other.
    """
    roads = [
        asyncio.ensure_future(_carry(reader, outer)),
        asyncio.ensure_future(_carry(inner, writer)),
    ]
    try:
        await asyncio.wait(roads, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for road in roads:
            road.cancel()
        await asyncio.gather(*roads, return_exceptions=True)
        await _close(outer)
        await _close(writer)


async def _carry(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    with suppress(OSError):
        while data := await source.read(CHUNK):
            sink.write(data)
            await sink.drain()


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(OSError):
        await writer.wait_closed()
