"""
Archives to meddle with: every kind of file and record, signed and not.
"""

from __future__ import annotations

import importlib.util
import sys
import tempfile

from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any

from closednet.evidence import archive, files, single_file, ssh_signature
from closednet.evidence.signing import Ed25519File, Sealing, SshKey
from closednet.evidence.stamping import Stamper
from closednet.evidence.verifier.approvers import APPROVAL_NAMESPACE
from closednet.evidence.verifier.place import read_place
from tests.unit.evidence.keyring import Authority, ed25519_key, ssh_key
from tests.unit.evidence.samples import ROLLOUT, full_run


if TYPE_CHECKING:
    import types

    from closednet.evidence.run_folder import RunFolder

RUNS = ("20261123T110050Z-1a2b3c", "20261124T090000Z-4d5e6f")
CELLS = '{"cells": [{"cell_type": "code", "source": ["1 + 1"]}], "number": %d}\n'


@dataclass(frozen=True)
class Link:
    """
    A symbolic link in the place of a file.
    """

    target: str


@dataclass(frozen=True)
class Folder:
    """
    A folder in which nothing lies.
    """


Node = bytes | Link | Folder
Files = dict[str, Node]


@dataclass
class Specimen:
    """
    A sealed archive, another one of the same site, and what its auditor knows.
    """

    files: dict[str, bytes]
    other: dict[str, bytes]
    name: str
    trust: Any
    workshop: Path
    foreign: Authority | None = None
    packed: bytes = b""
    seen: set[str] = field(default_factory=set)


class Dice(Random):
    """
    Choices for tests: from the same words the same choices.
    """

    def __init__(self, *words: object) -> None:
        super().__init__("|".join(map(str, words)))


@cache
def verifier() -> types.ModuleType:
    """
    Return the single file as an auditor has it, loaded as a module.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "verify.py"
        path.write_text(single_file.text())
        spec = importlib.util.spec_from_file_location("verify", path)
        if spec is None or spec.loader is None:
            raise ImportError(path)
        module = importlib.util.module_from_spec(spec)
        # Dataclasses look their module up.
        sys.modules[spec.name] = module
        spec.loader.exec_module(module)
    return module


def whole_run(root: Path, run_id: str, *, cells: int = 6) -> RunFolder:
    """
    Return the folder of a run with every kind of record and file.
    """
    folder = full_run(root, run_id)
    record = folder.journal.record
    folder.write_plan(ROLLOUT)
    folder.write_approval(ROLLOUT, by="hanako", how="digest")
    for number in range(cells):
        record("cell", count=number + 1, source_sha256="0" * 64, success=True)
    text = CELLS % int(run_id[-6:], 16)
    folder.write_notebook("10-interface-endpoints", text, f"<p>{run_id}</p>\n")
    _approve(folder)
    record("scanned", secrets=["activation-code"])
    record("orphan", activation="1a2b", deleted=True, ratio=0.5, nothing=None)
    return folder


def _approve(folder: RunFolder) -> None:
    """
    Keep an approval signed with a person's own key, as approvals are kept.
    """
    key = folder.root.parent / "hanako"
    if not key.is_file():
        folder.root.mkdir(parents=True, exist_ok=True)
        ssh_key(key)
    who = "hanako@example.com"
    text = f'{{"approver":"{who}","rollout":"{ROLLOUT.digest}"}}\n'
    signature = ssh_signature.sign(key, APPROVAL_NAMESPACE, text.encode())
    name = f"approvals/signed/{ROLLOUT.digest}-{who}.approval.json"
    allowed = f"{who} {ssh_signature.public_key(key)}\n"
    for kept, content in (
        (name, text),
        (f"{name}.sig", signature),
        ("approvals/signed/allowed_signers", allowed),
    ):
        digest = files.write_text(folder.path / kept, content)
        folder.journal.record("signed-approval", file=kept, sha256=digest)


def specimen(workshop: Path, *, signed: bool) -> Specimen:
    """
    Return a sealed archive, signed twice and time-stamped, or not at all.
    """
    workshop.mkdir(parents=True)
    verify = verifier()
    if not signed:
        files = [_sealed(workshop, run_id, Sealing()) for run_id in RUNS]
        return _specimen(workshop, files, verify.Trust())
    authority = Authority(workshop / "authority")
    keys = (ed25519_key(workshop / "seal.pem"), ssh_key(workshop / "alice"))
    with authority.serving() as url:
        signers = (Ed25519File(keys[0]), SshKey(keys[1]))
        sealing = Sealing(signers, Stamper(url, authority.certificates))
        files = [_sealed(workshop, run_id, sealing) for run_id in RUNS]
    named = tuple(signer.keyid for signer in signers)
    made = _specimen(workshop, files, verify.Trust(named, authority.certificates))
    made.foreign = Authority(workshop / "foreign")
    return made


def judged(made: Specimen, files: Files | bytes, at: Path) -> Any:
    """
    Lay an archive out on disk, and return what the single file finds.
    """
    if isinstance(files, bytes):
        place = at / "archive.zip"
        place.write_bytes(files)
        return verifier().judge(place, made.trust)
    place = at / made.name
    for name, node in files.items():
        path = place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        match node:
            case bytes():
                path.write_bytes(node)
            case Link(target):
                path.symlink_to(target)
            case Folder():
                path.mkdir()
    place.mkdir(exist_ok=True)
    return verifier().judge(place, made.trust)


def _sealed(workshop: Path, run_id: str, sealing: Sealing) -> dict[str, bytes]:
    folder = whole_run(workshop / "runs", run_id)
    archive.seal(folder, sealing)
    return read_place(folder.path).files


def _specimen(workshop: Path, files: list[dict[str, bytes]], trust: Any) -> Specimen:
    packed: bytes = verifier().pack(RUNS[0], files[0])
    return Specimen(files[0], files[1], RUNS[0], trust, workshop, packed=packed)
