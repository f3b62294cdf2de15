"""
Public keys as certificates hold them (SubjectPublicKeyInfo), and their signatures.
"""

from __future__ import annotations

from hashlib import sha256, sha512

from closednet.evidence.verifier.der import (
    BIT_STRING,
    INTEGER,
    NULL,
    OBJECT_ID,
    SEQUENCE,
    der_items,
    der_only,
    der_positive,
)
from closednet.evidence.verifier.ed25519 import ed25519_holds
from closednet.evidence.verifier.p256 import p256_holds


ED25519_ID = bytes.fromhex("2b6570")
EC_ID = bytes.fromhex("2a8648ce3d0201")
P256_ID = bytes.fromhex("2a8648ce3d030107")
RSA_ID = bytes.fromhex("2a864886f70d010101")
# The beginning of what RSA signs, before the digest (RFC 8017, 9.2, note 1).
DIGEST_INFO = {
    "sha256": bytes.fromhex("3031300d060960864801650304020105000420"),
    "sha512": bytes.fromhex("3051300d060960864801650304020305000440"),
}
SMALLEST_RSA_BITS = 2048
SMALLEST_RSA_EXPONENT = 3


class UnknownKindError(Exception):
    """
    A key or signature of a kind that cannot be checked here.
    """


def key_id(spki: bytes) -> str:
    """
    Return the name of a public key: the SHA-256 of its DER.
    """
    return f"sha256:{sha256(spki).hexdigest()}"


def signature_holds(spki: bytes, message: bytes, signature: bytes) -> bool:
    """
    Tell whether `signature` is that of `message` by the owner of the key.

    Raises:
        UnknownKindError: The key is of a kind that cannot be checked here.
    """
    try:
        algorithm, key = _key_parts(spki)
        if algorithm == [(OBJECT_ID, ED25519_ID)]:
            return ed25519_holds(key, message, signature)
        if algorithm == [(OBJECT_ID, EC_ID), (OBJECT_ID, P256_ID)]:
            parts = der_items(der_only(signature, SEQUENCE))
            r, s = (der_positive(part) for tag, part in parts if tag == INTEGER)
            return p256_holds(key, message, r, s)
        if algorithm == [(OBJECT_ID, RSA_ID), (NULL, b"")]:
            parts = der_items(der_only(key, SEQUENCE))
            modulus, exponent = (
                der_positive(part) for tag, part in parts if tag == INTEGER
            )
            return rsa_holds(modulus, exponent, message, signature, "sha256")
    except ValueError:
        return False
    raise UnknownKindError("a key that is neither Ed25519, P-256 nor RSA")


def rsa_holds(
    modulus: int, exponent: int, message: bytes, signature: bytes, hash_name: str
) -> bool:
    """
    Tell whether an RSASSA-PKCS1-v1_5 signature holds.
    """
    size = (modulus.bit_length() + 7) // 8
    number = int.from_bytes(signature, "big")
    is_weak = (
        modulus.bit_length() < SMALLEST_RSA_BITS or exponent < SMALLEST_RSA_EXPONENT
    )
    if is_weak or number >= modulus:
        return False
    digest = {"sha256": sha256, "sha512": sha512}[hash_name](message).digest()
    tail = b"\0" + DIGEST_INFO[hash_name] + digest
    wanted = b"\0\1" + b"\xff" * (size - len(tail) - 2) + tail
    return len(signature) == size and pow(number, exponent, modulus) == int.from_bytes(
        wanted, "big"
    )


def _key_parts(spki: bytes) -> tuple[list[tuple[int, bytes]], bytes]:
    """
    Return algorithm and key bits of a SubjectPublicKeyInfo.
    """
    (tag, algorithm), (bits_tag, bits) = der_items(der_only(spki, SEQUENCE))
    if (tag, bits_tag) != (SEQUENCE, BIT_STRING) or bits[:1] != b"\0":
        raise ValueError("no public key")
    return der_items(algorithm), bits[1:]
