"""
Signatures with SSH keys: `ssh-keygen -Y sign` and `ssh-keygen -Y verify`.

Keys may be files, or public keys whose other half an ssh-agent or a token holds. The
format is OpenSSH's own (PROTOCOL.sshsig); programs are OpenSSH 8.2 or newer.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tempfile

from dataclasses import dataclass
from datetime import UTC
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.errors import EvidenceError, PreconditionError


if TYPE_CHECKING:
    from datetime import datetime

PROGRAM: Final = "ssh-keygen"
# A person may have to touch a token or type a passphrase.
PATIENCE_S: Final = 120
# What ssh-keygen has to know of our environment: where keys and agents are.
PASSED_ON: Final = ("PATH", "HOME", "SSH_AUTH_SOCK", "SSH_ASKPASS", "DISPLAY")
_good: Final = re.compile(
    r"^Good \"(?P<namespace>[^\"]*)\" signature for (?P<identity>.*) with"
    r" (?P<kind>\S+) key (?P<fingerprint>SHA256:\S+)$",
    re.MULTILINE,
)
_word: Final = re.compile(r"[A-Za-z0-9_.+@][A-Za-z0-9_.+@:/-]{0,254}")


@dataclass(frozen=True, slots=True)
class Signer:
    """
    Whose signature was found good, and by which key.
    """

    identity: str
    kind: str
    fingerprint: str


def sign(key: Path, namespace: str, data: bytes) -> str:
    """
    Return the armoured signature of `data` by the key in the file `key`.

    The namespace says what the signature is for; it cannot be used for anything else.

    Raises:
        PreconditionError: There is no such key, or no ssh-keygen.
        EvidenceError: The key did not sign; the message is ssh-keygen's.
    """
    if not key.is_file():
        raise PreconditionError(
            f"there is no key {key}",
            hint="name a private key, or a public key whose other half the agent holds",
        )
    arguments = ("-Y", "sign", "-f", os.fspath(key), "-n", _checked(namespace))
    done = _run(*arguments, data=data)
    if done.returncode:
        raise EvidenceError(
            f"{key.name} did not sign: {_said(done)}",
            hint="is it the right key, readable by you alone, and known to the agent?",
        )
    return done.stdout.decode()


def verify(
    allowed_signers: str,
    identity: str,
    namespace: str,
    signature: str,
    data: bytes,
    *,
    when: datetime | None = None,
) -> Signer:
    """
    Return whose good signature of `data` this is.

    Args:
        allowed_signers: The text of an allowed-signers file (`man ssh-keygen`).
        identity: The principal, who must stand in it with this key.
        namespace: What the signature was made for.
        signature: Its armoured text.
        data: What was signed.
        when: The moment for which the key must be valid; by default now.

    Raises:
        EvidenceError: It is not good; the message is ssh-keygen's.
        PreconditionError: There is no ssh-keygen.
    """
    asked = ("-I", _checked(identity), "-n", _checked(namespace), *_at(when))
    with tempfile.TemporaryDirectory(prefix="closednet-") as folder:
        files = _files(Path(folder), allowed_signers, signature)
        done = _run("-Y", "verify", *files, *asked, data=data)
    found = _good.search(done.stdout.decode("utf-8", "replace"))
    if done.returncode or found is None or found["identity"] != identity:
        raise EvidenceError(
            f"no good signature of {identity} for {namespace}: {_said(done)}",
            hint="ask for a signature of exactly this file, by a key that is allowed",
        )
    return Signer(identity, found["kind"], found["fingerprint"])


def principals(
    allowed_signers: str, signature: str, when: datetime | None = None
) -> tuple[str, ...]:
    """
    Return who may have made a signature, by its key; it is not verified.

    Raises:
        PreconditionError: There is no ssh-keygen.
    """
    with tempfile.TemporaryDirectory(prefix="closednet-") as folder:
        files = _files(Path(folder), allowed_signers, signature)
        done = _run("-Y", "find-principals", *files, *_at(when))
    if done.returncode:
        return ()
    return tuple(done.stdout.decode("utf-8", "replace").split())


def public_key(key: Path) -> str:
    """
    Return the public half of a key: its type and its Base64, without a comment.

    Raises:
        EvidenceError: The file is no key that ssh-keygen can read.
        PreconditionError: There is no ssh-keygen.
    """
    done = _run("-y", "-P", "", "-f", os.fspath(key))
    beside = key if key.suffix == ".pub" else key.with_name(f"{key.name}.pub")
    if done.returncode and beside.is_file():
        return " ".join(beside.read_text("utf-8").split()[:2])
    if done.returncode:
        raise EvidenceError(
            f"{key.name} is no readable key: {_said(done)}",
            hint="put its public half beside it, with .pub at the end of its name",
        )
    return " ".join(done.stdout.decode().split()[:2])


def _files(folder: Path, allowed_signers: str, signature: str) -> tuple[str, ...]:
    (folder / "allowed").write_text(allowed_signers, "utf-8")
    (folder / "signature").write_text(signature, "utf-8")
    return ("-f", f"{folder}/allowed", "-s", f"{folder}/signature")


def _at(when: datetime | None) -> tuple[str, ...]:
    if when is None:
        return ()
    # In UTC, as the program's time zone is; older ones know no "Z".
    return ("-O", f"verify-time={when.astimezone(UTC):%Y%m%d%H%M%S}")


def _checked(word: str) -> str:
    """
    Return a namespace or identity that cannot be taken for an option or a pattern.
    """
    if not _word.fullmatch(word):
        raise EvidenceError(
            f"{word!r} is no name for a signer or a namespace",
            hint="use letters, digits and _.+@:/- only, as in an e-mail address",
        )
    return word


def _said(done: subprocess.CompletedProcess[bytes]) -> str:
    said = (done.stderr + done.stdout).decode("utf-8", "replace").split("\n")
    return "; ".join(line.strip() for line in said if line.strip()) or "it said nothing"


def _run(*arguments: str, data: bytes = b"") -> subprocess.CompletedProcess[bytes]:
    program = shutil.which(PROGRAM)
    if program is None:
        raise PreconditionError(
            f"{PROGRAM} is not installed",
            hint="install OpenSSH's client, 8.2 or newer (apt-get install"
            " openssh-client)",
        )
    environment = {name: os.environ[name] for name in PASSED_ON if name in os.environ}
    try:
        return subprocess.run(  # noqa: S603 - no shell, and every argument is checked
            [program, *arguments],
            input=data,
            capture_output=True,
            check=False,
            timeout=PATIENCE_S,
            env=environment | {"LC_ALL": "C", "TZ": "UTC"},
        )
    except subprocess.TimeoutExpired as err:
        raise EvidenceError(
            f"{PROGRAM} did not end within {PATIENCE_S} s",
            hint="did it wait for a passphrase or a touch?",
        ) from err
