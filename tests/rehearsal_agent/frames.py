"""
The binary messages of a control channel, field by field as they are described.
"""

from __future__ import annotations

import hashlib
import json
import time
import uuid

from dataclasses import dataclass
from typing import Any


FIXED = 116


@dataclass(frozen=True)
class Frame:
    """
    A message that was read.
    """

    kind: str
    message_id: str
    body: dict[str, Any]


def pack(kind: str, body: dict[str, Any], message_id: uuid.UUID | None = None) -> bytes:
    """
    Return a message's bytes.
    """
    payload = json.dumps(body).encode()
    raw = (message_id or uuid.uuid4()).bytes
    return b"".join(
        (
            FIXED.to_bytes(4, "big"),
            kind.encode() + b" " * (32 - len(kind)),
            (1).to_bytes(4, "big"),
            int(time.time() * 1000).to_bytes(8, "big"),
            (0).to_bytes(8, "big", signed=True),
            (0).to_bytes(8, "big"),
            raw[8:16] + raw[0:8],
            hashlib.sha256(payload).digest(),
            (0).to_bytes(4, "big"),
            len(payload).to_bytes(4, "big"),
            payload,
        )
    )


def unpack(raw: bytes) -> Frame:
    """
    Return a message and check every field that has only one right value.
    """
    header = int.from_bytes(raw[0:4], "big")
    assert FIXED == header
    assert 1 == int.from_bytes(raw[36:40], "big")
    size = int.from_bytes(raw[header : header + 4], "big")
    payload = raw[header + 4 :]
    assert size == len(payload)
    assert hashlib.sha256(payload).digest() == raw[80:112]
    swapped = raw[64:80]
    return Frame(
        raw[4:36].decode().strip(" \0"),
        str(uuid.UUID(bytes=swapped[8:] + swapped[:8])),
        json.loads(payload),
    )
