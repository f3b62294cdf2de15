"""
Signatures verified in plain Python, against the standards' own and OpenSSL's.
"""

from __future__ import annotations

from contextlib import suppress
from hashlib import sha256
from itertools import product
from typing import Any

import pytest

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from closednet.evidence.verifier.ed25519 import ORDER, ed25519_holds
from closednet.evidence.verifier.keys import (
    DIGEST_INFO,
    UnknownKindError,
    rsa_holds,
    signature_holds,
)


pytestmark = pytest.mark.slow

# RFC 8032, section 7.1: secret keys are not needed to verify.
VECTORS = [
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        (
            "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e06522490155"
            "5fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
        ),
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        (
            "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da"
            "085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00"
        ),
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        (
            "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac"
            "18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a"
        ),
    ),
]
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(b"\7" * 32)
P256 = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
RSA = rsa.generate_private_key(65537, 2048)
SPKI: dict[str, Any] = {
    "ed25519": ED25519.public_key(),
    "p256": P256.public_key(),
    "rsa": RSA.public_key(),
}


def spki(kind: str) -> bytes:
    raw: bytes = SPKI[kind].public_bytes(
        Encoding.DER, PublicFormat.SubjectPublicKeyInfo
    )
    return raw


def signed(kind: str, message: bytes) -> bytes:
    match kind:
        case "ed25519":
            return ED25519.sign(message)
        case "p256":
            return P256.sign(message, ec.ECDSA(hashes.SHA256()))
        case _:
            return RSA.sign(message, padding.PKCS1v15(), hashes.SHA256())


@pytest.mark.parametrize(("key", "message", "signature"), VECTORS)
def test_the_vectors_of_rfc_8032_hold(key: str, message: str, signature: str) -> None:
    raw = bytes.fromhex(key), bytes.fromhex(message), bytes.fromhex(signature)

    assert ed25519_holds(*raw)
    assert not ed25519_holds(raw[0], raw[1] + b"x", raw[2])


@pytest.mark.parametrize("kind", SPKI)
@settings(max_examples=12, deadline=None)
@given(message=st.binary(max_size=80), at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_signature_holds_until_one_bit_of_it_changes(
    kind: str, message: bytes, at: int, bit: int
) -> None:
    signature = signed(kind, message)
    changed = bytearray(signature)
    changed[at % len(changed)] ^= 1 << bit

    assert signature_holds(spki(kind), message, signature)
    assert not signature_holds(spki(kind), message, bytes(changed))
    assert not signature_holds(spki(kind), message + b"\0", signature)


@pytest.mark.parametrize("kind", SPKI)
def test_another_key_never_fits(kind: str) -> None:
    """A key with any one bit changed is refused, never a crash."""
    key, signature = spki(kind), signed(kind, b"x")
    fitting = []
    for at, bit in product(range(len(key)), range(8)):
        changed = bytearray(key)
        changed[at] ^= 1 << bit
        with suppress(UnknownKindError):
            if signature_holds(bytes(changed), b"x", signature):
                fitting.append((at, bit))

    assert [] == fitting


def test_a_second_spelling_of_an_ed25519_signature_is_refused() -> None:
    signature = ED25519.sign(b"x")
    scalar = int.from_bytes(signature[32:], "little") + ORDER
    other = signature[:32] + scalar.to_bytes(32, "little")

    assert not signature_holds(spki("ed25519"), b"x", other)


@pytest.mark.parametrize("raw", [b"", b"\0" * 64, b"\xff" * 64, b"\1" * 63])
def test_what_is_no_signature_is_refused(raw: bytes) -> None:
    for kind in SPKI:
        assert not signature_holds(spki(kind), b"x", raw)


def test_a_kind_that_is_not_known_is_said_not_refused() -> None:
    key = ec.generate_private_key(ec.SECP384R1()).public_key()
    raw = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)

    with pytest.raises(UnknownKindError, match="neither Ed25519, P-256 nor RSA"):
        signature_holds(raw, b"x", b"y")


def test_a_weak_rsa_key_counts_for_nothing() -> None:
    """With the exponent 1, the padded digest is its own signature."""
    size = 256
    tail = b"\0" + DIGEST_INFO["sha256"] + sha256(b"x").digest()
    padded = b"\0\1" + b"\xff" * (size - len(tail) - 2) + tail
    modulus = RSA.public_key().public_numbers().n

    assert int.from_bytes(padded, "big") < modulus
    assert not rsa_holds(modulus, 1, b"x", padded, "sha256")
