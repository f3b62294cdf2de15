"""
The server's side of a WebSocket (RFC 6455) over asyncio's streams.

No extension and no subprotocol is negotiated: SSM Agent asks for none.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import struct

from dataclasses import dataclass
from hashlib import sha1
from typing import TYPE_CHECKING, Final, NamedTuple


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import Environ


GUID: Final = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
VERSION: Final = "13"
NONCE_BYTES: Final = 16
CONTINUED, TEXT, BINARY, CLOSE, PING, PONG = 0x0, 0x1, 0x2, 0x8, 0x9, 0xA
KNOWN: Final = frozenset({CONTINUED, TEXT, BINARY, CLOSE, PING, PONG})
FINAL, RESERVED, OPCODE = 0x80, 0x70, 0x0F
MASKED, LENGTH = 0x80, 0x7F
SHORT, MEDIUM = 125, 126
LARGEST: Final = 1 << 20
NORMAL, PROTOCOL_ERROR, NOT_TEXT, REFUSED, TOO_BIG = 1000, 1002, 1007, 1008, 1009


class ViolationError(Exception):
    """
    The other side broke the protocol; `code` goes into the closing frame.
    """

    def __init__(self, code: int, message: str) -> None:
        super().__init__(message)
        self.code = code


class _Frame(NamedTuple):
    final: bool
    opcode: int
    payload: bytes


def accept(environ: Environ) -> list[tuple[str, str]] | None:
    """
    Return the headers that accept an upgrade, or None: that is no handshake.
    """
    key = str(environ.get("HTTP_SEC_WEBSOCKET_KEY", ""))
    try:
        nonce = base64.b64decode(key, validate=True)
    except binascii.Error:
        return None
    upgrade = environ.get("HTTP_UPGRADE", "").lower() == "websocket"
    connection = environ.get("HTTP_CONNECTION", "").lower().split(",")
    asked = upgrade and "upgrade" in {word.strip() for word in connection}
    version = environ.get("HTTP_SEC_WEBSOCKET_VERSION")
    if not asked or version != VERSION or len(nonce) != NONCE_BYTES:
        return None
    digest = sha1(f"{key}{GUID}".encode(), usedforsecurity=False).digest()
    return [
        ("Upgrade", "websocket"),
        ("Connection", "Upgrade"),
        ("Sec-WebSocket-Accept", base64.b64encode(digest).decode()),
    ]


@dataclass(slots=True)
class WebSocket:
    """
    An open connection; `idle_s` is how long the other side may be silent.
    """

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle_s: float
    closing: bool = False

    async def receive(self) -> str | bytes | None:
        """
        Return the next message, None when the other side closes; answer pings.

        Raises:
            ViolationError: What came is not a WebSocket's.
            EOFError: The connection has ended.
            TimeoutError: Nothing came for too long, not even a ping.
        """
        first, parts = 0, b""
        while True:
            final, opcode, payload = await self._frame()
            if opcode == CLOSE:
                self.close(NORMAL)
                return None
            if opcode == PING:
                self._write(PONG, payload)
            if opcode >= CLOSE:
                continue
            if (opcode == CONTINUED) != bool(first):
                raise ViolationError(PROTOCOL_ERROR, "a message inside another")
            first, parts = first or opcode, parts + payload
            if len(parts) > LARGEST:
                raise ViolationError(TOO_BIG, "the message is too long")
            if final:
                return _decoded(parts) if first == TEXT else parts

    def send(self, message: str | bytes) -> None:
        """
        Send a message as one frame, without waiting.
        """
        if isinstance(message, str):
            self._write(TEXT, message.encode())
        else:
            self._write(BINARY, message)

    def close(self, code: int) -> None:
        """
        Send a closing frame, once, and end the connection behind it.
        """
        if not self.closing:
            self._write(CLOSE, struct.pack("!H", code))
            self.closing = True
            self.writer.close()

    def _write(self, opcode: int, payload: bytes) -> None:
        if self.closing:
            return
        size = len(payload)
        if size <= SHORT:
            head = struct.pack("!BB", FINAL | opcode, size)
        elif size < 1 << 16:
            head = struct.pack("!BBH", FINAL | opcode, MEDIUM, size)
        else:
            head = struct.pack("!BBQ", FINAL | opcode, MEDIUM + 1, size)
        self.writer.write(head + payload)

    async def _frame(self) -> _Frame:
        async with asyncio.timeout(self.idle_s):
            first, second = await self.reader.readexactly(2)
            length = await self._length(second & LENGTH)
            final, opcode = bool(first & FINAL), first & OPCODE
            _check(first, second, length)
            mask = await self.reader.readexactly(4)
            return _Frame(final, opcode, _xor(await self._read(length), mask))

    async def _length(self, length: int) -> int:
        if length <= SHORT:
            return length
        size = 2 if length == MEDIUM else 8
        return int.from_bytes(await self.reader.readexactly(size))

    async def _read(self, length: int) -> bytes:
        if length > LARGEST:
            raise ViolationError(TOO_BIG, "the frame is too long")
        return await self.reader.readexactly(length)


def _check(first: int, second: int, length: int) -> None:
    opcode = first & OPCODE
    if first & RESERVED or opcode not in KNOWN:
        raise ViolationError(PROTOCOL_ERROR, "an extension that nobody offered")
    if not second & MASKED:
        raise ViolationError(PROTOCOL_ERROR, "clients mask their frames")
    if opcode >= CLOSE and (length > SHORT or not first & FINAL):
        raise ViolationError(PROTOCOL_ERROR, "a control frame in pieces")


def _xor(payload: bytes, mask: bytes) -> bytes:
    size = len(payload)
    repeated = (mask * (size // len(mask) + 1))[:size]
    number = int.from_bytes(payload) ^ int.from_bytes(repeated)
    return number.to_bytes(size)


def _decoded(raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError as error:
        raise ViolationError(NOT_TEXT, "the text is not UTF-8") from error
