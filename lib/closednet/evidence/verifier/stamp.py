"""
RFC 3161 time stamps: what they say, and whether OpenSSL finds them good.
"""

from __future__ import annotations

import re
import tempfile

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from closednet.evidence.verifier.der import (
    CONTEXT_0,
    GENERALIZED_TIME,
    OBJECT_ID,
    OCTET_STRING,
    SEQUENCE,
    der_first,
    der_items,
    der_only,
)
from closednet.evidence.verifier.tools import run_tool


SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
TST_INFO = bytes.fromhex("2a864886f70d0109100104")
SHA256_ID = bytes.fromhex("608648016503040201")
GRANTED = (b"\0", b"\1")
TIME = re.compile(rb"(\d{14})(?:\.\d+)?Z")


@dataclass(frozen=True)
class StampedMoment:
    """
    What a time stamp says: of which digest, when.
    """

    digest: bytes
    at: datetime


def stamped_moment(response: bytes) -> StampedMoment:
    """
    Return what a TimeStampResp says; nothing of it is believed yet.

    Raises:
        ValueError: It is none, or the authority refused.
    """
    status, token = der_items(der_only(response, SEQUENCE))
    if der_first(status[1])[1] not in GRANTED:
        raise ValueError("the authority granted no time stamp")
    info = _token_info(token[1])
    parts = der_items(info)
    algorithm, digest = der_items(parts[2][1])
    hash_id = der_items(algorithm[1])[0]
    if hash_id != (OBJECT_ID, SHA256_ID) or digest[0] != OCTET_STRING:
        raise ValueError("the stamp is not over a SHA-256")
    found = TIME.fullmatch(parts[4][1])
    if parts[4][0] != GENERALIZED_TIME or found is None:
        raise ValueError("the stamp says no time")
    at = datetime.strptime(f"{found[1].decode()}+0000", "%Y%m%d%H%M%S%z")
    return StampedMoment(digest[1], at)


def stamp_problem(response: bytes, stamped: bytes, authority: Path) -> str:
    """
    Return why a time stamp of `stamped` is not good, or nothing.

    Certificates are judged as of the moment of the stamp, which may be years ago.

    Raises:
        NoToolError: OpenSSL is not installed here.
    """
    try:
        moment = stamped_moment(response)
    except (ValueError, IndexError) as err:
        return str(err)
    if moment.digest != sha256(stamped).digest():
        return "it is a time stamp of something else"
    with tempfile.TemporaryDirectory() as folder:
        token, data = Path(folder) / "token", Path(folder) / "data"
        token.write_bytes(response)
        data.write_bytes(stamped)
        code, out, said = run_tool(
            *("openssl", "ts", "-verify", "-in", str(token), "-data", str(data)),
            *("-CAfile", str(authority)),
            *("-attime", str(int(moment.at.timestamp()))),
        )
    is_good = code == 0 and b"Verification: OK" in out + said.encode()
    return "" if is_good else f"OpenSSL does not find it good: {said}"


def _token_info(content: bytes) -> bytes:
    """
    Return the TSTInfo inside a token (a CMS SignedData in its ContentInfo).
    """
    kind, wrapped = der_items(content)
    if kind != (OBJECT_ID, SIGNED_DATA) or wrapped[0] != CONTEXT_0:
        raise ValueError("no time-stamp token")
    inner_kind, inner = der_items(der_items(der_only(wrapped[1], SEQUENCE))[2][1])
    if inner_kind != (OBJECT_ID, TST_INFO) or inner[0] != CONTEXT_0:
        raise ValueError("no time-stamp token")
    return der_only(der_only(inner[1], OCTET_STRING), SEQUENCE)
