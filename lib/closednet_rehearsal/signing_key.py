"""
The key pair that signs the rehearsal's simulated packages, and opens nothing.

It is fixed and public on purpose: a rehearsal has to be the same everywhere.
"""

from __future__ import annotations

import base64
import json

from functools import cache
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa


_EXPONENT: Final = 65537
_REHEARSAL_PRIME_P: Final = (
    "e1ed6a95154095568f2f4ddfde5dc5138b09ce2cf9a434d64ac68f0d6b1f4d7d"
    "7ed6c1454087ac6ea7f943d7764aec56c57a144237856505dc0218fbb1f2bb32"
    "79dfcb40ea718c0dbef9fe2d6a17f68b1519d0db6aeaa9acc4286a223929691e"
    "9ec04853856d0df907cbe6e90821ae569bb256761149710d09254c7d61f892e9"
)
_REHEARSAL_PRIME_Q: Final = (
    "deb2e466fc32a013af03bd1116d14972c22f57ac2295582b0115c5886c09d0e1"
    "e356db382e71619580b6a42c303050e625ce4580d789526d06ef7a200cbf5171"
    "cf76cb46382b27d7c501ebe7b03c26beb9bf908040605b5e0e4709469aec9d0d"
    "54575c24f60d9e91e5618b6f6efa85fa7e02234531195efd039126a83cbb2abb"
)


@cache
def _rehearsal_key() -> rsa.RSAPrivateKey:
    p, q = int(_REHEARSAL_PRIME_P, 16), int(_REHEARSAL_PRIME_Q, 16)
    d = pow(_EXPONENT, -1, (p - 1) * (q - 1))
    public = rsa.RSAPublicNumbers(_EXPONENT, p * q)
    return rsa.RSAPrivateNumbers(
        p, q, d, d % (p - 1), d % (q - 1), pow(q, -1, p), public
    ).private_key()


@cache
def fingerprint() -> str:
    """
    Return 40 hex digits that name the public key.
    """
    der = (
        _rehearsal_key()
        .public_key()
        .public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    return sha256(der).hexdigest()[:40].upper()


def public_key() -> str:
    """
    Return the public half, as the packages' bucket publishes it.
    """
    pem = (
        _rehearsal_key()
        .public_key()
        .public_bytes(
            serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
        )
    )
    shown = {"rehearsal_public_key": pem.decode(), "fingerprint": fingerprint()}
    return json.dumps(shown, indent=2) + "\n"


@cache
def detached_signature(content: bytes) -> bytes:
    """
    Return the detached signature over a package.
    """
    made = _rehearsal_key().sign(content, padding.PKCS1v15(), hashes.SHA256())
    shown = {
        "rehearsal_signature": True,
        "key_fingerprint": fingerprint(),
        "signature": base64.b64encode(made).decode(),
    }
    return (json.dumps(shown) + "\n").encode()
