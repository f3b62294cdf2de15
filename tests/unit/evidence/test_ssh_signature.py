"""
Signatures with SSH keys, made and judged by the real ssh-keygen.
"""

from __future__ import annotations

import shutil
import subprocess

from datetime import UTC, datetime
from typing import TYPE_CHECKING

import pytest

from closednet.errors import EvidenceError, PreconditionError
from closednet.evidence import ssh_signature


if TYPE_CHECKING:
    from pathlib import Path

NAMESPACE = "test@closednet"
pytestmark = [
    pytest.mark.debian,
    pytest.mark.skipif(
        shutil.which("ssh-keygen") is None,
        reason="ssh-keygen is missing: apt-get install openssh-client",
    ),
]


@pytest.fixture(name="key", scope="module")
def _key(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return new_key(tmp_path_factory.mktemp("keys") / "alice")


def new_key(path: Path, kind: str = "ed25519", *options: str) -> Path:
    """
    Return a new private key without a passphrase.
    """
    subprocess.run(
        ["ssh-keygen", "-q", "-t", kind, *options, "-N", "", "-C", "", "-f", str(path)],
        check=True,
    )
    return path


def allowed(key: Path, *, name: str = "alice@example.com", options: str = "") -> str:
    """
    Return an allowed-signers file of one line.
    """
    return f"{name} {options}{ssh_signature.public_key(key)}\n"


def test_a_good_signature_names_its_signer(key: Path) -> None:
    signature = ssh_signature.sign(key, NAMESPACE, b"what was approved")
    signer = ssh_signature.verify(
        allowed(key), "alice@example.com", NAMESPACE, signature, b"what was approved"
    )

    assert ("alice@example.com", "ED25519") == (signer.identity, signer.kind)
    assert signer.fingerprint.startswith("SHA256:")
    assert ("alice@example.com",) == ssh_signature.principals(allowed(key), signature)


@pytest.mark.parametrize("kind", [("ecdsa",), ("rsa", "-b", "2048")])
def test_other_kinds_of_key_sign_too(tmp_path: Path, kind: tuple[str, ...]) -> None:
    key = new_key(tmp_path / "key", *kind)
    signature = ssh_signature.sign(key, NAMESPACE, b"x")

    assert (
        ssh_signature.verify(
            allowed(key), "alice@example.com", NAMESPACE, signature, b"x"
        ).kind
        == kind[0].upper()
    )


@pytest.mark.parametrize(
    ("identity", "namespace", "data"),
    [
        ("bob@example.com", NAMESPACE, b"x"),
        ("alice@example.com", "other@closednet", b"x"),
        ("alice@example.com", NAMESPACE, b"y"),
    ],
)
def test_a_signature_is_for_one_thing_only(
    key: Path, identity: str, namespace: str, data: bytes
) -> None:
    signature = ssh_signature.sign(key, NAMESPACE, b"x")

    with pytest.raises(EvidenceError, match="no good signature of"):
        ssh_signature.verify(allowed(key), identity, namespace, signature, data)


def test_a_key_that_nobody_allowed_is_refused(key: Path, tmp_path: Path) -> None:
    other = new_key(tmp_path / "other")
    signature = ssh_signature.sign(other, NAMESPACE, b"x")

    assert () == ssh_signature.principals(allowed(key), signature)
    with pytest.raises(EvidenceError):
        ssh_signature.verify(
            allowed(key), "alice@example.com", NAMESPACE, signature, b"x"
        )


def test_a_key_counts_while_it_is_valid(key: Path) -> None:
    signers = allowed(key, options='valid-before="20260701Z" ')
    signature = ssh_signature.sign(key, NAMESPACE, b"x")

    def judged(when: datetime) -> ssh_signature.Signer:
        return ssh_signature.verify(
            signers, "alice@example.com", NAMESPACE, signature, b"x", when=when
        )

    assert "ED25519" == judged(datetime(2026, 6, 30, 23, 59, 59, tzinfo=UTC)).kind
    with pytest.raises(EvidenceError, match="no good signature"):
        judged(datetime(2026, 7, 1, 0, 0, 1, tzinfo=UTC))


@pytest.mark.parametrize("word", ["", "-oProxyCommand", "a b", "a\nb", "*"])
def test_names_cannot_be_taken_for_something_else(key: Path, word: str) -> None:
    with pytest.raises(EvidenceError, match="is no name"):
        ssh_signature.sign(key, word, b"x")


def test_what_is_missing_is_named(
    key: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(PreconditionError, match="there is no key"):
        ssh_signature.sign(tmp_path / "none", NAMESPACE, b"x")
    (tmp_path / "text").write_text("no key")
    (tmp_path / "text").chmod(0o600)
    with pytest.raises(EvidenceError, match="text did not sign"):
        ssh_signature.sign(tmp_path / "text", NAMESPACE, b"x")
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(PreconditionError, match="ssh-keygen is not installed"):
        ssh_signature.sign(key, NAMESPACE, b"x")
