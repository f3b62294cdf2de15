"""
Who signs an archive, and with what: a key file, an SSH key, or a key in KMS.

We keep no keys. The private half stays where it is: in the operator's file, with the
ssh-agent, or inside AWS.
"""

from __future__ import annotations

import os
import tempfile

from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256
from typing import TYPE_CHECKING, Final, Protocol

from closednet.errors import EvidenceError, PreconditionError
from closednet.evidence import ssh_signature
from closednet.evidence.verifier.envelope import SSH_NAMESPACE, Signature
from closednet.evidence.verifier.keys import key_id, signature_holds
from closednet.evidence.verifier.sshsig import ssh_key_id, ssh_key_of, unarmoured
from closednet.evidence.verifier.tools import NoToolError, run_tool


if TYPE_CHECKING:
    from pathlib import Path

    from closednet.evidence.stamping import Stamper

ED25519_HEAD: Final = bytes.fromhex("302a300506032b6570032100")


class Signer(Protocol):
    """
    Signs with one key.
    """

    @property
    def keyid(self) -> str:
        """
        The name of the key, known before anything is signed.
        """

    def sign(self, message: bytes) -> Signature:
        """
        Return the signature of `message`.
        """


class SigningKey(Protocol):
    """
    A key that somebody else keeps, such as KMS.
    """

    def public_key(self) -> bytes:
        """
        Return its public half, as DER of a SubjectPublicKeyInfo.
        """

    def sign(self, digest: bytes) -> bytes:
        """
        Return the signature of a message with this SHA-256.
        """


@dataclass(frozen=True, slots=True)
class Sealing:
    """
    How an archive is sealed: signed by whom, time-stamped where.
    """

    signers: tuple[Signer, ...] = ()
    stamper: Stamper | None = None


PLAIN: Final = Sealing()


@dataclass(frozen=True)
class Ed25519File:
    """
    Signs with an Ed25519 key in a PEM file, by OpenSSL 3.
    """

    path: Path

    @cached_property
    def public_key(self) -> bytes:
        """
        The public half, as DER.

        Raises:
            EvidenceError: The file holds no Ed25519 key that can be read.
            PreconditionError: There is no such file, or no OpenSSL.
        """
        if not self.path.is_file():
            raise PreconditionError(
                f"there is no key {self.path}",
                hint="make one: openssl genpkey -algorithm ed25519 -out FILE",
            )
        spki = _openssl("pkey", "-in", os.fspath(self.path), *PUBLIC, name=self.path)
        if not spki.startswith(ED25519_HEAD):
            raise EvidenceError(
                f"{self.path.name} holds another key than an Ed25519 one",
                hint="make one: openssl genpkey -algorithm ed25519 -out FILE",
            )
        return spki

    @property
    def keyid(self) -> str:
        """
        The SHA-256 of the public half.
        """
        return key_id(self.public_key)

    def sign(self, message: bytes) -> Signature:
        """
        Return the signature of `message`; the same for the same message.
        """
        with tempfile.NamedTemporaryFile(prefix="closednet-") as file:
            # OpenSSL signs with Ed25519 what it can measure: a file, no pipe.
            file.write(message)
            file.flush()
            arguments = ("-rawin", "-in", file.name, "-inkey", os.fspath(self.path))
            raw = _openssl("pkeyutl", "-sign", *arguments, name=self.path)
        return Signature(self.keyid, "key", self.public_key, raw)


PUBLIC: Final = ("-pubout", "-outform", "DER")


@dataclass(frozen=True)
class SshKey:
    """
    Signs with an SSH key: a file, or one that the agent or a token holds.
    """

    path: Path

    @cached_property
    def keyid(self) -> str:
        """
        The key's fingerprint, as `ssh-keygen -l` prints it.
        """
        # Only a signature tells for sure which key signs; this one is for nothing.
        return ssh_key_id(ssh_key_of(self._signed(b"which key is this?", "probe")))

    def sign(self, message: bytes) -> Signature:
        """
        Return the signature of `message`.
        """
        blob = self._signed(message, SSH_NAMESPACE)
        return Signature(self.keyid, "ssh", ssh_key_of(blob), blob)

    def _signed(self, message: bytes, namespace: str) -> bytes:
        return unarmoured(ssh_signature.sign(self.path, namespace, message))


@dataclass(frozen=True)
class KeptKey:
    """
    Signs with a key that somebody else keeps.
    """

    key: SigningKey

    @cached_property
    def public_key(self) -> bytes:
        """
        The public half, as DER.
        """
        return self.key.public_key()

    @property
    def keyid(self) -> str:
        """
        The SHA-256 of the public half.
        """
        return key_id(self.public_key)

    def sign(self, message: bytes) -> Signature:
        """
        Return the signature of `message`.

        Raises:
            EvidenceError: The answer is no signature of it.
        """
        raw = self.key.sign(sha256(message).digest())
        if not signature_holds(self.public_key, message, raw):
            raise EvidenceError(
                "the key's keeper answered with something that is no signature",
                hint="is the key of the kind ECC_NIST_P256 or RSA, for signing?",
            )
        return Signature(self.keyid, "key", self.public_key, raw)


def _openssl(*arguments: str, name: Path) -> bytes:
    try:
        # A key with a passphrase is refused rather than waited for.
        code, out, said = run_tool("openssl", *arguments, "-passin", "pass:")
    except NoToolError as err:
        raise PreconditionError(
            str(err), hint="install OpenSSL 3 or newer (apt-get install openssl)"
        ) from err
    if code:
        raise EvidenceError(
            f"{name.name}: OpenSSL says: {said.splitlines()[0] if said else code}",
            hint="it must be an Ed25519 key in PEM, without a passphrase; a key that"
            " needs one belongs into the ssh-agent",
        )
    return out
