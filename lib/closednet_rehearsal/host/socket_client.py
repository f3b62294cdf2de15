"""
The client's side of a WebSocket, as far as an agent needs it.
"""

from __future__ import annotations

import base64
import os
import struct
import threading

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.wire import Unreachable


if TYPE_CHECKING:
    import socket


TEXT, BINARY, CLOSE, PING, PONG = 0x1, 0x2, 0x8, 0x9, 0xA
SHORT: Final = 125
MEDIUM: Final = 126


def upgrade_headers() -> dict[str, str]:
    """
    Return the headers that ask for a WebSocket.
    """
    return {
        "Connection": "Upgrade",
        "Upgrade": "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": base64.b64encode(os.urandom(16)).decode(),
    }


class SocketClient:
    """
    An open WebSocket; any thread may send, one receives.
    """

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._stream = connection.makefile("rb")
        self._sending = threading.Lock()

    def send(self, message: str | bytes) -> None:
        """
        Send a message.

        Raises:
            Unreachable: The connection is gone.
        """
        is_text = isinstance(message, str)
        raw = message.encode() if isinstance(message, str) else message
        self._write(TEXT if is_text else BINARY, raw)

    def ping(self) -> None:
        """
        Show that the client is still there.

        Raises:
            Unreachable: The connection is gone.
        """
        self._write(PING, b"keepalive")

    def receive(self) -> bytes:
        """
        Return the next message; pings are answered on the way.

        Raises:
            Unreachable: The other side has ended the connection.
        """
        while True:
            opcode, payload = self._frame()
            if opcode == CLOSE:
                code = int.from_bytes(payload[:2])
                raise Unreachable(f"websocket: close {code}")
            if opcode == PING:
                self._write(PONG, payload)
            elif opcode != PONG:
                return payload

    def close(self) -> None:
        """
        End the connection.
        """
        self._stream.close()
        self._connection.close()

    def _frame(self) -> tuple[int, bytes]:
        # The service sends every message in one frame.
        first, second = self._read(2)
        length = second
        if length >= MEDIUM:
            length = int.from_bytes(self._read(2 if length == MEDIUM else 8))
        return first & 0x0F, self._read(length)

    def _read(self, size: int) -> bytes:
        try:
            found = self._stream.read(size)
        except (OSError, ValueError) as error:
            raise Unreachable(f"websocket: {error}") from error
        if len(found) < size:
            raise Unreachable("websocket: unexpected EOF")
        return found

    def _write(self, opcode: int, payload: bytes) -> None:
        size, mask = len(payload), os.urandom(4)
        if size <= SHORT:
            head = struct.pack("!BB", 0x80 | opcode, 0x80 | size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", 0x80 | opcode, 0x80 | MEDIUM, size)
        else:
            head = struct.pack("!BBQ", 0x80 | opcode, 0x80 | MEDIUM + 1, size)
        repeated = (mask * (size // 4 + 1))[:size]
        number = int.from_bytes(payload) ^ int.from_bytes(repeated)
        try:
            with self._sending:
                self._connection.sendall(head + mask + number.to_bytes(size))
        except OSError as error:
            raise Unreachable(f"websocket: {error}") from error
