"""
Messages on a control channel: a fixed binary header, and JSON behind it.

Numbers are big endian; the two halves of the message's UUID change places.
"""

from __future__ import annotations

import json
import struct

from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Final
from uuid import UUID


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.seams import JsonObject


HEADER: Final = struct.Struct(">I32sIQqQ16s32sII")
# The length that the header gives of itself leaves out the payload's length.
HEADER_LENGTH: Final = HEADER.size - 4
SCHEMA: Final = 1
OUTPUT: Final = 1

JOB: Final = "agent_job"
JOB_ACK: Final = "agent_job_ack"
JOB_REPLY: Final = "agent_job_reply"
JOB_REPLY_ACK: Final = "agent_job_reply_ack"


@dataclass(frozen=True, slots=True)
class AgentMessage:
    """
    One message; `created` is in seconds since the epoch.
    """

    kind: str
    message_id: UUID
    body: JsonObject
    created: float

    def pack(self) -> bytes:
        """
        Return the message as it travels.
        """
        payload = json.dumps(self.body).encode()
        header = HEADER.pack(
            HEADER_LENGTH,
            self.kind.encode().ljust(32),
            SCHEMA,
            int(1000 * self.created),
            0,
            0,
            _swapped(self.message_id.bytes),
            sha256(payload).digest(),
            OUTPUT,
            len(payload),
        )
        return header + payload


def unpack(raw: bytes) -> AgentMessage:
    """
    Return the message in a frame.

    Raises:
        ValueError: The frame is no message, or its digest is wrong.
    """
    if len(raw) < HEADER.size:
        raise ValueError("the frame is shorter than a header")
    length, kind, _, created, _, _, uuid, digest, _, size = HEADER.unpack_from(raw)
    start = length + 4
    payload = raw[start : start + size]
    if start < HEADER.size or len(payload) != size:
        raise ValueError("the payload is not as long as the header says")
    if sha256(payload).digest() != digest:
        raise ValueError("the payload's digest is another")
    if not payload.lstrip().startswith(b"{"):
        raise ValueError("the payload is not an object")
    name = kind.strip(b" \0").decode("ascii")
    return AgentMessage(
        name, UUID(bytes=_swapped(uuid)), json.loads(payload), created / 1000
    )


def _swapped(uuid: bytes) -> bytes:
    return uuid[8:] + uuid[:8]
