"""
The signatures over a manifest: a DSSE envelope, and who made it.
"""

from __future__ import annotations

import base64
import binascii

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet.evidence.verifier.keys import UnknownKindError, key_id, signature_holds
from closednet.evidence.verifier.place import ENVELOPE
from closednet.evidence.verifier.sshsig import (
    ssh_holds_or_ask,
    ssh_key_id,
    ssh_key_of,
)
from closednet.evidence.verifier.strict import is_spelled, parse_object, readable
from closednet.evidence.verifier.tools import NoToolError


if TYPE_CHECKING:
    from closednet.evidence.verifier.findings import Findings

PAYLOAD_TYPE = "application/vnd.in-toto+json"
SSH_NAMESPACE = "evidence@closednet"
# `key` signs with a key in PEM or KMS, `ssh` with OpenSSH's own format.
SCHEMES = ("key", "ssh")


@dataclass(frozen=True)
class Signature:
    """
    One signature of an envelope.
    """

    keyid: str
    scheme: str
    public_key: bytes
    sig: bytes


def signed_bytes(payload: bytes) -> bytes:
    """
    Return what is signed: DSSE's pre-authentication encoding (PAE) of the payload.
    """
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def envelope_text(payload: bytes, signatures: list[Signature]) -> str:
    """
    Return the envelope as it lies in the archive.
    """
    return readable(
        {
            "payloadType": PAYLOAD_TYPE,
            "payload": base64.b64encode(payload).decode(),
            "signatures": [
                {
                    "keyid": one.keyid,
                    "scheme": one.scheme,
                    "public_key": base64.b64encode(one.public_key).decode(),
                    "sig": base64.b64encode(one.sig).decode(),
                }
                for one in signatures
            ],
        }
    )


def check_envelope(
    raw: bytes, payload: bytes, findings: Findings
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """
    Judge every signature; return the ids of the keys named, and of those that did.
    """
    signatures = _signatures(raw, payload)
    if signatures is None:
        findings.problems.append(f"{ENVELOPE}: is no envelope of this manifest")
        return (), ()
    message = signed_bytes(payload)
    named = tuple(one.keyid for one in signatures)
    return named, tuple(
        one.keyid for one in signatures if _is_good(one, message, findings)
    )


def _is_good(one: Signature, message: bytes, findings: Findings) -> bool:
    who = f"{ENVELOPE}: the signature by {one.keyid}"
    try:
        holds = _own_key_id(one) == one.keyid and _holds_by_key(one, message)
    except (UnknownKindError, NoToolError) as err:
        findings.unchecked.append(f"{who}: {err}")
        return False
    if not holds:
        findings.problems.append(f"{who} does not hold")
    return holds


def _own_key_id(one: Signature) -> str:
    if one.scheme == "key":
        return key_id(one.public_key)
    return ssh_key_id(one.public_key)


def _holds_by_key(one: Signature, message: bytes) -> bool:
    if one.scheme == "key":
        return signature_holds(one.public_key, message, one.sig)
    try:
        if ssh_key_of(one.sig) != one.public_key:
            return False
    except ValueError:
        return False
    return ssh_holds_or_ask(one.sig, SSH_NAMESPACE, message)


def _signatures(raw: bytes, payload: bytes) -> list[Signature] | None:
    """
    Return the signatures of a well-formed envelope of this payload.
    """
    envelope = parse_object(raw)
    listed = envelope.get("signatures")
    coded = base64.b64encode(payload).decode()
    expected = {"payloadType": PAYLOAD_TYPE, "payload": coded, "signatures": listed}
    if envelope != expected or not is_spelled(envelope, raw, readable):
        return None
    if not isinstance(listed, list) or not listed:
        return None
    found = [_signature(one) for one in listed]
    good = [one for one in found if one is not None]
    return good if len(good) == len(found) else None


def _signature(entry: Any) -> Signature | None:
    names = {"keyid", "scheme", "public_key", "sig"}
    if not isinstance(entry, dict) or set(entry) != names:
        return None
    if not all(isinstance(value, str) for value in entry.values()):
        return None
    key, sig = _decoded_base64(entry["public_key"]), _decoded_base64(entry["sig"])
    if key is None or sig is None or entry["scheme"] not in SCHEMES:
        return None
    return Signature(entry["keyid"], entry["scheme"], key, sig)


def _decoded_base64(text: str) -> bytes | None:
    try:
        raw = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        return None
    # Spare bits at the end could be anything otherwise.
    return raw if base64.b64encode(raw).decode() == text else None
