"""
Sealing a run's folder, and verifying it years later.
"""

from __future__ import annotations

import html
import json
import re

from dataclasses import dataclass
from hashlib import sha256
from importlib import resources
from typing import TYPE_CHECKING, Any, Final

from closednet import redact
from closednet.errors import EvidenceError
from closednet.evidence import files, index, standalone


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from closednet.evidence.journal import Event
    from closednet.evidence.run_folder import RunFolder
    from closednet.model.canonical import Json

STATEMENT: Final = "https://in-toto.io/Statement/v1"
PREDICATE: Final = "urn:closednet:run:v1"
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

    def statement(self) -> dict[str, Json]:
        """
        Return the seal as an in-toto statement, ready to be signed.
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
            },
        }

    @property
    def digest(self) -> str:
        """
        The SHA-256 of the manifest file: what to sign or to note elsewhere.
        """
        return sha256(files.json_text(self.statement()).encode()).hexdigest()


def seal(folder: RunFolder) -> Manifest:
    """
    Scan the folder for secrets, write its index and its manifest.

    A sealed folder may be sealed again, which the journal tells.

    Raises:
        EvidenceError: A file holds a secret, or the evidence is broken already.
    """
    before = folder.path / standalone.MANIFEST
    replaced = files.digest_of(before) if before.is_file() else ""
    folder.journal.record("sealing", replaces=replaced)
    broken = standalone.content_problems(folder.path)
    if broken:
        raise EvidenceError(
            "a broken archive is not sealed:\n  - " + "\n  - ".join(broken),
            hint="keep the folder as it is; it is evidence of what happened to it",
        )
    verifier = resources.files("closednet.evidence").joinpath("standalone.py")
    files.write_text(folder.path / "verify.py", verifier.read_text())
    scan(folder)
    folder.journal.record("sealed")
    index.write(folder)
    refuse_secrets(folder.path)
    manifest = manifest_of(folder)
    files.write_json(before, manifest.statement())
    return manifest


def manifest_of(folder: RunFolder) -> Manifest:
    """
    Return the manifest of the folder as it is now; the same for the same files.
    """
    events = folder.events()
    kinds: dict[str, int] = {}
    for event in events:
        kinds[event.kind] = kinds.get(event.kind, 0) + 1
    return Manifest(
        folder.site,
        folder.run_id,
        tuple(
            (name, files.digest_of(folder.path / name))
            for name in standalone.files(folder.path)
        ),
        len(events),
        events[-1].hash if events else "",
        tuple(sorted(kinds.items())),
        scanned_for(events),
    )


def verify(folder: Path) -> tuple[str, ...]:
    """
    Return everything that is wrong with the archive in `folder`.

    The folder of a killed run is judged as far as it got, and is "not sealed".
    """
    return tuple(standalone.verify(folder))


def scan(folder: RunFolder) -> None:
    """
    Look for this process's secrets in the evidence so far, and say so.

    A secret is known only where it was handled, so every kernel looks for its own
    before it ends; the process that seals may know none of them.

    Raises:
        EvidenceError: There is one; file and name of the secret are told.
    """
    if redact.names():
        refuse_secrets(folder.path)
        folder.journal.record("scanned", secrets=list(redact.names()))


def refuse_secrets(folder: Path) -> None:
    """
    Look for every secret that this process knows in every file.

    Raises:
        EvidenceError: There is one; file and name of the secret are told.
    """
    leaks = [
        f"{name} holds the secret {secret}"
        for name in standalone.files(folder)
        for secret in leaks_in(folder / name)
    ]
    if leaks:
        raise EvidenceError(
            "secrets stand in the evidence:\n  - " + "\n  - ".join(leaks),
            hint="retire the secret, remove the file, and find out how it got there",
        )


def scanned_for(events: Iterable[Event]) -> tuple[str, ...]:
    """
    Return the names of all secrets that somebody looked for.
    """
    scans = (event.data["secrets"] for event in events if event.kind == "scanned")
    return tuple(sorted({name for names in scans for name in names}))


def leaks_in(path: Path) -> tuple[str, ...]:
    """
    Return the names of the secrets that a file holds, in whatever form.
    """
    text = path.read_bytes().decode("utf-8", "replace")
    found: set[str] = set()
    for reading in _readings(path, text):
        found.update(redact.found_in(reading))
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
