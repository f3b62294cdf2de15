"""
A certificate authority that lives as long as one rehearsal.

Its key never leaves the process. The one key that all certificates share lies in
files that only their owner may read, because that is all that `ssl` can load.
"""

from __future__ import annotations

import os
import ssl

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID


if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


ISSUER: Final = "REHEARSAL (simulated, not Amazon)"
LIFETIME: Final = timedelta(days=30)
# The clocks of those who connect may be a little behind ours.
LEEWAY: Final = timedelta(days=1)
PEM: Final = serialization.Encoding.PEM


class Authority:
    """
    Makes certificates for names, and contexts that present them.

    Args:
        folder: Where its files go; it is created, for its owner alone.
    """

    def __init__(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._leaf_key = ec.generate_private_key(ec.SECP256R1())
        self._certificate = self._self_signed()
        self._contexts: dict[tuple[str, ...], ssl.SSLContext] = {}
        self.ca_file = folder / "ca.pem"
        self.ca_file.write_bytes(self._certificate.public_bytes(PEM))

    def context(self, names: Sequence[str]) -> ssl.SSLContext:
        """
        Return a server's context with a certificate for exactly these names.
        """
        key = tuple(sorted(set(names)))
        if key not in self._contexts:
            self._contexts[key] = self._new_context(key)
        return self._contexts[key]

    def _new_context(self, names: tuple[str, ...]) -> ssl.SSLContext:
        context = server_context()
        file = self._folder / f"{len(self._contexts)}.pem"
        chain = self._issue(names).public_bytes(PEM)
        _write_private(file, chain + _key_bytes(self._leaf_key))
        context.load_cert_chain(file)
        return context

    def _self_signed(self) -> x509.Certificate:
        key = self._key.public_key()
        builder = (
            _dated(x509.CertificateBuilder(), self._name("certificate authority"))
            .issuer_name(self._name("certificate authority"))
            .public_key(key)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        )
        return builder.sign(self._key, hashes.SHA256())

    def _issue(self, names: tuple[str, ...]) -> x509.Certificate:
        key, issuer = self._leaf_key.public_key(), self._key.public_key()
        alternatives = x509.SubjectAlternativeName([x509.DNSName(n) for n in names])
        authority = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer)
        server = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])
        constraints = x509.BasicConstraints(ca=False, path_length=None)
        builder = (
            _dated(x509.CertificateBuilder(), self._name("interface endpoint"))
            .issuer_name(self._certificate.subject)
            .public_key(key)
            .add_extension(constraints, critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(server, critical=False)
            .add_extension(alternatives, critical=False)
            .add_extension(authority, critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), False)
        )
        return builder.sign(self._key, hashes.SHA256())

    def _name(self, role: str) -> x509.Name:
        return x509.Name(
            [
                x509.NameAttribute(NameOID.ORGANIZATION_NAME, ISSUER),
                x509.NameAttribute(NameOID.COMMON_NAME, f"closednet {role}"),
            ]
        )


def server_context() -> ssl.SSLContext:
    """
    Return a context of today's TLS that has no certificate yet.
    """
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.set_alpn_protocols(["http/1.1"])
    return context


def _dated(
    builder: x509.CertificateBuilder, subject: x509.Name
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        builder.subject_name(subject)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - LEEWAY)
        .not_valid_after(now + LIFETIME)
    )


def _usage(*, signs_certificates: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs_certificates,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs_certificates,
        crl_sign=signs_certificates,
        encipher_only=False,
        decipher_only=False,
    )


def _key_bytes(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(
        PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _write_private(path: Path, content: bytes) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    with os.fdopen(os.open(path, flags, 0o600), "wb") as file:
        file.write(content)
