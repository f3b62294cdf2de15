"""
The open control channels: jobs go out as they come in, replies come back.

All channels live in one thread with an event loop of its own. What waits for a
node lies in its inbox until the agent has acknowledged or answered it, so an agent
whose channel breaks finds it there when it polls ec2messages, or opens another.
"""

from __future__ import annotations

import asyncio
import json
import threading

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.ssm import jobs, websocket
from closednet_rehearsal.ssm.agent_messages import unpack
from closednet_rehearsal.ssm.messages import ready
from closednet_rehearsal.ssm.settling import settle
from closednet_rehearsal.ssm.websocket import ViolationError, WebSocket


if TYPE_CHECKING:
    import socket

    from closednet_rehearsal.ssm.service import Service
    from closednet_rehearsal.ssm.state import Node, Scope


TICK_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Opening:
    """
    Whose channel was opened, and from when on its agent takes jobs.
    """

    scope: Scope
    node: Node
    ready: float


@dataclass(frozen=True, slots=True)
class Channel:
    """
    One agent's channel.
    """

    opening: Opening
    socket: WebSocket

    @property
    def node(self) -> Node:
        """
        The node whose agent is at the other end.
        """
        return self.opening.node


class Channels:
    """
    Keeps the channels of all nodes; at most one each, the newest.
    """

    def __init__(self, service: Service) -> None:
        self._service = service
        self._open: dict[str, Channel] = {}
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._news = asyncio.Event()

    def adopt(self, opening: Opening, connection: socket.socket, head: bytes) -> None:
        """
        Take a connection over; `head` is the answer that upgrades it.
        """
        with self._service.world.lock:
            if self._service.closed:
                connection.close()
                return
            loop = self._loop or self._start()
        coroutine = self._serve(opening, connection, head)
        asyncio.run_coroutine_threadsafe(coroutine, loop)

    def wake(self) -> None:
        """
        Look for messages that are due.
        """
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._news.set)

    def close(self) -> None:
        """
        Close every channel and end the thread.
        """
        if self._loop is None or self._thread is None:
            return
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()
        self._loop = None

    def _start(self) -> asyncio.AbstractEventLoop:
        self._loop = loop = asyncio.new_event_loop()
        # An event belongs to the loop in which it is first waited for.
        self._news = asyncio.Event()
        self._thread = threading.Thread(
            target=loop.run_forever, name="rehearsal-channels", daemon=True
        )
        self._thread.start()
        if self.wake not in self._service.watchers:
            self._service.watchers.append(self.wake)
        asyncio.run_coroutine_threadsafe(self._pump(), loop)
        return loop

    async def _end(self) -> None:
        for channel in list(self._open.values()):
            channel.socket.close(websocket.NORMAL)
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _serve(
        self, opening: Opening, connection: socket.socket, head: bytes
    ) -> None:
        reader, writer = await asyncio.open_connection(sock=connection)
        writer.write(head)
        idle = self._service.timings.channel_idle
        channel = Channel(opening, WebSocket(reader, writer, idle))
        try:
            await self._listen(channel)
        except ViolationError as violation:
            channel.socket.close(violation.code)
        except (OSError, EOFError, TimeoutError):
            # The agent has gone, or is silent: it will open another channel.
            pass
        finally:
            self._forget(channel)
            writer.close()
            with suppress(OSError):
                await writer.wait_closed()

    async def _listen(self, channel: Channel) -> None:
        _check_opening(channel.node, await channel.socket.receive())
        self._remember(channel)
        while (frame := await channel.socket.receive()) is not None:
            if isinstance(frame, bytes):
                self._take(channel, frame)

    def _remember(self, channel: Channel) -> None:
        before = self._open.get(channel.node.node_id)
        if before is not None:
            before.socket.close(websocket.NORMAL)
        self._open[channel.node.node_id] = channel
        with self._service.world.lock:
            channel.node.channel_ready = channel.opening.ready
        self._news.set()

    def _forget(self, channel: Channel) -> None:
        if self._open.get(channel.node.node_id) is channel:
            del self._open[channel.node.node_id]
            with self._service.arrivals:
                channel.node.channel_ready = None
                channel.node.last_poll = self._service.now
                self._service.announce()

    async def _pump(self) -> None:
        while True:
            with suppress(TimeoutError):
                async with asyncio.timeout(TICK_S if self._open else None):
                    await self._news.wait()
            self._news.clear()
            with self._service.world.lock:
                settle(self._service)
                for channel in list(self._open.values()):
                    self._hand_out(channel)

    def _hand_out(self, channel: Channel) -> None:
        if channel.opening.scope.nodes.get(channel.node.node_id) is not channel.node:
            channel.socket.close(websocket.REFUSED)
            return
        service = self._service
        # An agent drops jobs until its document processor is up, unacknowledged.
        if service.now < channel.opening.ready:
            return
        for message in ready(service, channel.node):
            message.visible_at = service.now + service.timings.channel_resend
            channel.socket.send(jobs.job(service, channel.node, message).pack())

    def _take(self, channel: Channel, frame: bytes) -> None:
        try:
            message = unpack(frame)
        except ValueError as error:
            raise ViolationError(websocket.PROTOCOL_ERROR, str(error)) from error
        with self._service.world.lock:
            answer = jobs.take(
                self._service, channel.opening.scope, channel.node, message
            )
        if answer is not None:
            channel.socket.send(answer.pack())


def _check_opening(node: Node, frame: str | bytes | None) -> None:
    try:
        opening = json.loads(frame or "{}")
    except ValueError:
        opening = {}
    given = opening.get("TokenValue") if isinstance(opening, dict) else None
    token, node.channel_token = node.channel_token, ""
    if not token or given != token:
        raise ViolationError(websocket.REFUSED, "the channel's token is another")
