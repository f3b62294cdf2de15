"""
When an OpenPGP key ends: just enough of RFC 9580 to read that from its file.
"""

from __future__ import annotations

import base64
import binascii

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from collections.abc import Iterator

SIGNATURE, PUBLIC_KEY = 2, 6
V4: Final = 4
KEY_EXPIRES: Final = 9
# Signatures over the key itself and over its names.
SELF: Final = frozenset({0x10, 0x11, 0x12, 0x13, 0x1F})
LONG, LONGEST = 192, 255
NEW_FORMAT: Final = 0x40


def ends(text: str) -> datetime | None:
    """
    Return when the first key of an armoured file ends; None if it does not say.
    """
    made: datetime | None = None
    lifetime = 0
    try:
        for tag, body in _packets(_dearmoured(text)):
            if tag == PUBLIC_KEY and made is not None:
                break
            if tag == PUBLIC_KEY and body[0] == V4:
                made = datetime.fromtimestamp(int.from_bytes(body[1:5]), UTC)
            elif tag == SIGNATURE and body[0] == V4 and body[1] in SELF:
                lifetime = _lifetime(body) or lifetime
    except (IndexError, ValueError, binascii.Error):
        return None
    return made + timedelta(seconds=lifetime) if made and lifetime else None


def _dearmoured(text: str) -> bytes:
    _, _, inner = text.partition("-----BEGIN PGP PUBLIC KEY BLOCK-----")
    inner = inner.partition("-----END")[0].replace("\r", "")
    _, _, lines = inner.partition("\n\n")
    coded = "".join(line for line in lines.split("\n") if not line.startswith("="))
    return base64.b64decode(coded)


def _packets(raw: bytes) -> Iterator[tuple[int, bytes]]:
    at = 0
    while at < len(raw):
        head = raw[at]
        if head & NEW_FORMAT:
            tag, (size, skip) = head & 0x3F, _new_length(raw, at + 1)
        else:
            tag, skip = (head >> 2) & 0xF, (1, 2, 4, 0)[head & 3]
            size = int.from_bytes(raw[at + 1 : at + 1 + skip])
        begin = at + 1 + skip
        yield tag, raw[begin : begin + size]
        at = begin + size


def _new_length(raw: bytes, at: int) -> tuple[int, int]:
    """
    Return a length and how many bytes it takes.
    """
    first = raw[at]
    if first < LONG:
        return first, 1
    if first < LONGEST:
        return ((first - LONG) << 8) + raw[at + 1] + LONG, 2
    return int.from_bytes(raw[at + 1 : at + 5]), 5


def _lifetime(signature: bytes) -> int:
    """
    Return for how many seconds a self-signature says that its key is good, or 0.
    """
    hashed = signature[6 : 6 + int.from_bytes(signature[4:6])]
    at = 0
    while at < len(hashed):
        size, skip = _new_length(hashed, at)
        body = hashed[at + skip : at + skip + size]
        if body and body[0] & 0x7F == KEY_EXPIRES:
            return int.from_bytes(body[1:5])
        at += skip + size
    return 0
