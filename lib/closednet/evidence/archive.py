"""
Sealing a run's folder, and verifying it years later.
"""

from __future__ import annotations

import html
import json
import re

from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from closednet import redact
from closednet.errors import EvidenceError
from closednet.evidence import files, index, single_file
from closednet.evidence.signing import PLAIN
from closednet.evidence.verifier import place, program
from closednet.evidence.verifier.content import content_problems
from closednet.evidence.verifier.envelope import envelope_text, signed_bytes
from closednet.evidence.verifier.seal import (
    PREDICATE,
    STATEMENT,
    Trust,
    looked_for,
    sums_text,
)


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from closednet.evidence.run_folder import RunFolder
    from closednet.evidence.signing import Sealing
    from closednet.evidence.verifier.findings import Findings
    from closednet.model.canonical import Json

VERIFIER: Final = "verify.py"
NOBODY: Final = Trust()
# Of looking through a folder in which others write; one in ten meets their doing.
ATTEMPTS: Final = 100
_tags: Final = re.compile(r"<[^>]{0,2000}>")


@dataclass(frozen=True, slots=True)
class Manifest:
    """
    What a seal says: the digest of every file, and where the journal ends.
    """

    site: str
    run_id: str
    files: tuple[tuple[str, str], ...]
    events: int
    head: str
    kinds: tuple[tuple[str, int], ...]
    scanned_for: tuple[str, ...]
    signers: tuple[str, ...] = ()
    timestamp: bool = False

    def statement(self) -> dict[str, Json]:
        """
        Return the seal as an in-toto statement, which is what gets signed.
        """
        return {
            "_type": STATEMENT,
            "predicateType": PREDICATE,
            "subject": [
                {"name": name, "digest": {"sha256": digest}}
                for name, digest in self.files
            ],
            "predicate": {
                "site": self.site,
                "run": self.run_id,
                "journal": {"events": self.events, "head": self.head},
                "kinds": dict(self.kinds),
                "scanned_for": list(self.scanned_for),
                "signers": list(self.signers),
                "timestamp": self.timestamp,
            },
        }

    @property
    def payload(self) -> bytes:
        """
        The bytes of the manifest file.
        """
        return files.json_text(self.statement()).encode()

    @property
    def digest(self) -> str:
        """
        The SHA-256 of the manifest file: what to note elsewhere.
        """
        return sha256(self.payload).hexdigest()


def seal(folder: RunFolder, sealing: Sealing = PLAIN) -> Manifest:
    """
    Scan the folder for secrets, write its index, its manifest and its signatures.

    A sealed folder may be sealed again, which the journal tells.

    Raises:
        EvidenceError: A file holds a secret, or the evidence is broken already, or
            it could not be signed or time-stamped as asked; nothing is sealed.
    """
    before = folder.path / place.MANIFEST
    replaced = files.digest_of(before) if before.is_file() else ""
    # Asked first: whatever is missing to sign is missed before anything is written.
    signers = tuple(signer.keyid for signer in sealing.signers)
    folder.journal.record("sealing", replaces=replaced, signers=list(signers))
    _remove_empty_folders(folder.path)
    broken = content_problems(place.read_place(folder.path))
    if broken:
        raise EvidenceError(
            "a broken archive is not sealed:\n  - " + "\n  - ".join(broken),
            hint="keep the folder as it is; it is evidence of what happened to it",
        )
    for name in place.SEAL_FILES:
        (folder.path / name).unlink(missing_ok=True)
    files.write_text(folder.path / VERIFIER, single_file.text())
    clean = scan(folder)
    folder.journal.record("sealed")
    _write_pages(folder, signers)
    refuse_secrets(folder.path, clean)
    manifest = manifest_of(
        folder, signers=signers, timestamp=sealing.stamper is not None
    )
    _write_seal(folder.path, manifest, sealing)
    return manifest


def _write_pages(folder: RunFolder, signers: tuple[str, ...]) -> None:
    # It knows all steps, which only those who seal have to wait for.
    from closednet.evidence.handover_report import writing  # noqa: PLC0415

    writing.write(folder, signers=signers)
    index.write(folder, signers=signers)


def manifest_of(
    folder: RunFolder, *, signers: tuple[str, ...] = (), timestamp: bool = False
) -> Manifest:
    """
    Return the manifest of the folder as it is now; the same for the same files.
    """
    events = folder.events()
    kinds: dict[str, int] = {}
    for event in events:
        kinds[event.kind] = kinds.get(event.kind, 0) + 1
    held = place.read_place(folder.path).files
    return Manifest(
        folder.site,
        folder.run_id,
        tuple((name, sha256(held[name]).hexdigest()) for name in place.covered(held)),
        len(events),
        events[-1].hash if events else "",
        tuple(sorted(kinds.items())),
        tuple(looked_for([{"kind": e.kind, "data": e.data} for e in events])),
        signers,
        timestamp,
    )


def pack(folder: Path) -> bytes:
    """
    Return a run's folder as one file; the same files give the same bytes.

    Raises:
        EvidenceError: Something in it cannot be packed.
    """
    held = place.read_place(folder)
    problems = list(held.problems)
    try:
        packed = place.pack(held.name, held.files)
    except ValueError as err:
        problems.append(str(err))
        packed = b""
    if problems:
        raise EvidenceError(
            f"{held.name} cannot be packed: {'; '.join(problems)}",
            hint="keep the folder as it is, and take it along as it is",
        )
    return packed


def judge(path: Path, trust: Trust = NOBODY) -> Findings:
    """
    Return all findings about an archive, in a folder or packed.
    """
    return program.judge(path, trust)


def verify(path: Path) -> tuple[str, ...]:
    """
    Return everything that is wrong with the archive in `path`.

    The folder of a killed run is judged as far as it got, and is "not sealed".
    """
    return tuple(judge(path).problems)


def _write_seal(folder: Path, manifest: Manifest, sealing: Sealing) -> None:
    """
    Write signatures and time stamp, and the manifest last: with it, it is sealed.
    """
    payload = manifest.payload
    made = {place.MANIFEST: payload}
    if sealing.signers:
        message = signed_bytes(payload)
        signatures = [signer.sign(message) for signer in sealing.signers]
        made[place.ENVELOPE] = envelope_text(payload, signatures).encode()
    if sealing.stamper is not None:
        stamped = made.get(place.ENVELOPE, payload)
        made[place.STAMP] = sealing.stamper.stamp(stamped)
    made[place.SUMS] = sums_text(made).encode()
    for name in sorted(made, key=lambda name: name == place.MANIFEST):
        files.write_bytes(folder / name, made[name])


def _remove_empty_folders(folder: Path) -> None:
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_dir() and not path.is_symlink() and not any(path.iterdir()):
            path.rmdir()


def scan(folder: RunFolder) -> frozenset[str]:
    """
    Look for this process's secrets in the evidence so far, and say so.

    A secret is known only where it was handled, so every kernel looks for its own
    before it ends; the process that seals may know none of them.

    Returns:
        The digests of the files that hold none.

    Raises:
        EvidenceError: There is one; file and name of the secret are told.
    """
    if not redact.names():
        return frozenset()
    clean = _while_others_write(folder.path)
    folder.journal.record("scanned", secrets=list(redact.names()))
    return clean


def _while_others_write(folder: Path) -> frozenset[str]:
    """
    Look for secrets where another notebook of the run may just replace a file.
    """
    for _ in range(ATTEMPTS):
        with suppress(FileNotFoundError):
            return refuse_secrets(folder)
    return refuse_secrets(folder)


def refuse_secrets(folder: Path, clean: frozenset[str] = frozenset()) -> frozenset[str]:
    """
    Look for every secret that this process knows in every file.

    Files with a digest of `clean` were looked through before, for the same secrets.

    Raises:
        EvidenceError: There is one; file and name of the secret are told.
    """
    held = place.read_place(folder).files
    digests = {name: sha256(held[name]).hexdigest() for name in place.covered(held)}
    leaks = [
        f"{name} holds the secret {secret} ({kind})"
        for name, digest in digests.items()
        if digest not in clean
        for secret, kind in leaks_in(folder / name)
    ]
    if leaks:
        raise EvidenceError(
            "secrets stand in the evidence:\n  - " + "\n  - ".join(leaks),
            hint="retire the secret, remove the file, and find out how it got there",
        )
    return frozenset(digests.values())


def leaks_in(path: Path) -> tuple[tuple[str, str], ...]:
    """
    Return the names of the secrets that a file holds, with the kind of their form.
    """
    text = path.read_bytes().decode("utf-8", "replace")
    found: set[tuple[str, str]] = set()
    for reading in _readings(path, text):
        found.update(redact.leaks_in(reading))
    return tuple(sorted(found))


def _readings(path: Path, text: str) -> Iterator[str]:
    """
    Yield a file as it stands, and as its reader puts it together.
    """
    yield text
    if path.suffix == ".html":
        yield html.unescape(_tags.sub("", text))
    if path.suffix == ".ipynb":
        yield "".join(_streams(text))


def _streams(text: str) -> Iterator[str]:
    try:
        cells: list[dict[str, Any]] = json.loads(text).get("cells", [])
    except (ValueError, AttributeError):
        return
    for cell in cells:
        for output in cell.get("outputs", ()):
            yield "".join(output.get("text", ()))
