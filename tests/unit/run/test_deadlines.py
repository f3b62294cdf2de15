"""
The days on which something ends are read from where they really stand.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from closednet.evidence import openpgp
from closednet.run.deadlines import certificates


if TYPE_CHECKING:
    from pathlib import Path

# Nobody's public key: gpg --quick-gen-key ... ed25519 sign 2027-11-25
KEY = """\
-----BEGIN PGP PUBLIC KEY BLOCK-----

mDMEawsVKBYJKwYBBAHaRw8BAQdAX9SnIdfVbTwyfAutZoUYRFocyTVZfQApWaU4
2qCP5F+0G25vYm9keSA8bm9ib2R5QGV4YW1wbGUuY29tPoiWBBMWCAA+FiEEKQLJ
GKnLidzPHTuAzIToN+IkOqAFAmsLFSgCGwMFCQHc7BgFCwkIBwIGFQoJCAsCBBYC
AwECHgECF4AACgkQzIToN+IkOqDoGgEAxR4YHOwaWZxGxPuaKba/6r81RX6NyAom
TxCBLRdkLT4BAO8IhOUyho18P3Ma9cC/VgnEDBlIIwoWyI8JXv3FrIQE
=k3/W
-----END PGP PUBLIC KEY BLOCK-----
"""
DAY = datetime(2027, 3, 1, 12, tzinfo=UTC)


def authority(name: str, until: datetime) -> bytes:
    """
    Return the certificate of an authority that signed it itself.
    """
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), 7)
        .not_valid_before(until - timedelta(days=900))
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM)


def test_every_authority_in_a_file_has_its_end(tmp_path: Path) -> None:
    path = tmp_path / "authorities.pem"
    later = DAY + timedelta(days=5)
    path.write_bytes(authority("tsa", DAY) + authority("proxy", later))

    assert [("proxy", later), ("tsa", DAY)] == sorted(certificates(path))


def test_a_file_without_certificates_has_none(tmp_path: Path) -> None:
    path = tmp_path / "authorities.pem"
    path.write_text("nothing")

    assert () == certificates(path)


def test_a_signing_key_says_when_it_ends() -> None:
    found = openpgp.ends(KEY)

    assert found is not None
    assert "2027-11-25" == f"{found:%Y-%m-%d}"
    assert openpgp.ends(KEY.replace("m", "n", 1)[:300]) is None
