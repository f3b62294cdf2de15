"""
Signatures by SSH keys (OpenSSH's PROTOCOL.sshsig), verified in plain Python.
"""

from __future__ import annotations

import base64
import hashlib
import tempfile

from hashlib import sha256
from pathlib import Path

from closednet.evidence.verifier.ed25519 import ed25519_holds
from closednet.evidence.verifier.keys import UnknownKindError, rsa_holds
from closednet.evidence.verifier.p256 import p256_holds
from closednet.evidence.verifier.tools import run_tool


MAGIC = b"SSHSIG"
ARMOUR = ("-----BEGIN SSH SIGNATURE-----", "-----END SSH SIGNATURE-----")
RSA_HASHES = {b"rsa-sha2-256": "sha256", b"rsa-sha2-512": "sha512"}


def ssh_key_id(key: bytes) -> str:
    """
    Return the fingerprint of a key as `ssh-keygen -l` prints it.
    """
    digest = base64.b64encode(sha256(key).digest()).decode()
    return f"SHA256:{digest.rstrip('=')}"


def unarmoured(text: str) -> bytes:
    """
    Return the bytes of an armoured signature.

    Raises:
        ValueError: It is none.
    """
    lines = [line.strip() for line in text.strip().splitlines()]
    if (lines[:1], lines[1:][-1:]) != ([ARMOUR[0]], [ARMOUR[1]]):
        raise ValueError("no SSH signature")
    return base64.b64decode("".join(lines[1:-1]), validate=True)


def armoured(blob: bytes) -> str:
    """
    Return a signature as ssh-keygen writes and reads it.
    """
    text = base64.b64encode(blob).decode()
    lines = [text[start : start + 70] for start in range(0, len(text), 70)]
    return "\n".join([ARMOUR[0], *lines, ARMOUR[1], ""])


def ssh_key_of(blob: bytes) -> bytes:
    """
    Return the public key that a signature says made it.

    Raises:
        ValueError: It is no signature.
    """
    return _opened(blob)[0]


def ssh_holds(blob: bytes, namespace: str, message: bytes) -> bool:
    """
    Tell whether a signature is that of `message`, for `namespace`, by its own key.

    Raises:
        UnknownKindError: The key is of a kind that cannot be checked here.
    """
    try:
        key, found_namespace, hash_name, signature = _opened(blob)
        if found_namespace != namespace.encode() or hash_name not in (
            b"sha256",
            b"sha512",
        ):
            return False
        digest = hashlib.new(hash_name.decode(), message).digest()
        signed = MAGIC + b"".join(
            len(part).to_bytes(4, "big") + part
            for part in (found_namespace, b"", hash_name, digest)
        )
        return _holds(_strings(key), _strings(signature), signed)
    except ValueError:
        return False


def ssh_holds_or_ask(blob: bytes, namespace: str, message: bytes) -> bool:
    """
    Tell whether a signature holds; of rare kinds of keys, ask ssh-keygen.

    Raises:
        NoToolError: It is such a kind, and there is no ssh-keygen here.
    """
    try:
        return ssh_holds(blob, namespace, message)
    except UnknownKindError:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "signature"
            path.write_text(armoured(blob), "utf-8")
            asked = ("-Y", "check-novalidate", "-n", namespace, "-s", str(path))
            code, _, _ = run_tool("ssh-keygen", *asked, data=message)
        return code == 0


def _holds(key: list[bytes], signature: list[bytes], signed: bytes) -> bool:
    kind, *parts = key
    algorithm, *values = signature
    if kind == b"ssh-ed25519" and algorithm == kind:
        (public,), (value,) = parts, values
        return ed25519_holds(public, signed, value)
    if kind == b"ssh-rsa" and algorithm in RSA_HASHES:
        (exponent, modulus), (value,) = parts, values
        numbers = (int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big"))
        size = (numbers[0].bit_length() + 7) // 8
        # Leading zeros may be left out (RFC 8332 section 3).
        return rsa_holds(
            *numbers, signed, value.rjust(size, b"\0"), RSA_HASHES[algorithm]
        )
    if kind == b"ecdsa-sha2-nistp256" and algorithm == kind:
        (curve, point), (value,) = parts, values
        r, s = (int.from_bytes(number, "big") for number in _strings(value))
        return curve == b"nistp256" and p256_holds(point, signed, r, s)
    raise UnknownKindError(f"an SSH key of kind {kind.decode('ascii', 'replace')}")


def _opened(blob: bytes) -> tuple[bytes, bytes, bytes, bytes]:
    """
    Return key, namespace, hash and signature of a signature's blob.
    """
    if blob[:10] != MAGIC + (1).to_bytes(4, "big"):
        raise ValueError("no SSH signature of version 1")
    key, namespace, reserved, hash_name, signature = _strings(blob[10:])
    if reserved:
        raise ValueError("an SSH signature with something reserved")
    return key, namespace, hash_name, signature


def _strings(raw: bytes) -> list[bytes]:
    """
    Return the strings that stand one after the other in SSH's wire format.
    """
    found = []
    while raw:
        end = 4 + int.from_bytes(raw[:4], "big")
        if len(raw) < max(end, 4):
            raise ValueError("an SSH string ends early")
        found.append(raw[4:end])
        raw = raw[end:]
    return found
