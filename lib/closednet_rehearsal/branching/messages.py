"""
How the processes talk: one JSON object a line over a Unix socket.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any, Final


if TYPE_CHECKING:
    import socket


CHUNK: Final = 65536


def send(connection: socket.socket, **message: Any) -> None:
    """
    Send one message.
    """
    connection.sendall(json.dumps(message).encode() + b"\n")


def receive(connection: socket.socket) -> dict[str, Any] | None:
    """
    Return the next message, or None once the other side is gone.

    Nobody sends a second message before the first was answered.
    """
    line = b""
    while not line.endswith(b"\n"):
        try:
            chunk = connection.recv(CHUNK)
        except ConnectionResetError:
            return None
        if not chunk:
            return None
        line += chunk
    message: dict[str, Any] = json.loads(line)
    return message
