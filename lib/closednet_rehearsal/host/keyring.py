"""
Public keys of the rehearsal, and signatures made with them.
"""

from __future__ import annotations

import base64
import json

from typing import TYPE_CHECKING, Any, Final, NamedTuple


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

OWNER: Final = "SSM Agent <ssm-agent-signer@amazon.com>"
SHA256_INFO: Final = bytes.fromhex("3031300d060960864801650304020105000420")
LONG_FORM: Final = 0x80


class Key(NamedTuple):
    """
    A public key of the rehearsal.
    """

    fingerprint: str
    pem: str
    expired: bool = False


class Verdict(NamedTuple):
    """
    What a signature turned out to be; `key` is None if the keyring lacks it.
    """

    good: bool
    key_id: str
    key: Key | None


class Keyring:
    """
    Keys in a directory, one file each.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def add(self, file: Path) -> Key | None:
        """
        Take in a key file; None if it is not a key of the rehearsal.
        """
        key = read_key(file)
        if key is not None:
            self._folder.mkdir(parents=True, exist_ok=True)
            (self._folder / f"{key.fingerprint}.json").write_bytes(file.read_bytes())
        return key

    def every_key(self) -> Iterator[Key]:
        """
        Yield every key.
        """
        for file in sorted(self._folder.glob("*.json")):
            key = read_key(file)
            if key is not None:
                yield key


def read_key(file: Path) -> Key | None:
    """
    Return the key in a file, or None.
    """
    described = _object(file)
    try:
        fingerprint = "".join(str(described["fingerprint"]).split()).upper()
        pem, expired = str(described["rehearsal_public_key"]), described.get("expired")
        return Key(fingerprint, pem, expired is True)
    except KeyError:
        return None


def check(keyring: Keyring, signature: Path, signed: Path) -> Verdict:
    """
    Judge a detached signature.

    Raises:
        ValueError: It is not a signature of the rehearsal.
    """
    described = _object(signature)
    if described.get("rehearsal_signature") is not True:
        raise ValueError("no valid OpenPGP data found.")
    key_id = "".join(str(described["key_fingerprint"]).split()).upper()
    key = next(
        (each for each in keyring.every_key() if each.fingerprint == key_id), None
    )
    if key is None:
        return Verdict(good=False, key_id=key_id, key=None)
    raw = base64.b64decode(str(described["signature"]))
    return Verdict(_verify(key.pem, raw, signed.read_bytes()), key_id, key)


def _object(file: Path) -> dict[str, Any]:
    try:
        described = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return described if isinstance(described, dict) else {}


def _verify(pem: str, signature: bytes, signed: bytes) -> bool:
    from hashlib import sha256  # noqa: PLC0415 - OpenSSL's library starts slowly

    modulus, exponent = _numbers(pem)
    size = (modulus.bit_length() + 7) // 8
    number = pow(int.from_bytes(signature, "big"), exponent, modulus)
    info = SHA256_INFO + sha256(signed).digest()
    padding = b"\xff" * (size - len(info) - 3)
    return number.to_bytes(size, "big") == b"\0\1" + padding + b"\0" + info


def _numbers(pem: str) -> tuple[int, int]:
    lines = [line for line in pem.splitlines() if line and not line.startswith("-")]
    outer, _ = _element(base64.b64decode("".join(lines)))
    _, rest = _element(outer)
    bits, _ = _element(rest)
    pair, _ = _element(bits[1:])
    modulus, rest = _element(pair)
    exponent, _ = _element(rest)
    return int.from_bytes(modulus, "big"), int.from_bytes(exponent, "big")


def _element(der: bytes) -> tuple[bytes, bytes]:
    """
    Return the content of the first DER element, and what follows it.
    """
    length, start = der[1], 2
    if length & LONG_FORM:
        count = length & ~LONG_FORM
        length, start = int.from_bytes(der[2 : 2 + count], "big"), 2 + count
    return der[start : start + length], der[start + length :]
