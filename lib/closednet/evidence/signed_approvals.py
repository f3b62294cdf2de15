"""
Signed approvals as files: a statement, and beside it its signature.

Both are as `ssh-keygen -Y verify` takes them, so anybody can check them by hand. In the
archive of a run they lie under `approvals/signed/`, with the keys that were allowed and
what the site demanded.
"""

from __future__ import annotations

import re

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from closednet.errors import EvidenceError
from closednet.evidence import codec, files, ssh_signature
from closednet.model.approval import NAMESPACE, Signed, Statement


if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime
    from pathlib import Path

    from closednet.evidence.run_folder import RunFolder
    from closednet.model.demand import Demand

STATEMENT: Final = ".approval.json"
SIGNATURE: Final = ".sig"
KEPT: Final = "approvals/signed"
REQUEST: Final = "approvals/request"
_unsafe: Final = re.compile(r"[^A-Za-z0-9@._+-]")


@dataclass(frozen=True, slots=True)
class ApprovalFile:
    """
    A statement and its signature as they were found; nothing is verified yet.
    """

    name: str
    text: str
    signature: str

    def verified(self, allowed_signers: str, now: datetime) -> Signed:
        """
        Return the approval, if its signature is good.

        Raises:
            EvidenceError: It is not, or this is no approval.
        """
        statement = Statement.parse(self.text)
        signer = ssh_signature.verify(
            allowed_signers,
            statement.approver,
            NAMESPACE,
            self.signature,
            self.text.encode(),
            when=now,
        )
        return Signed(statement, signer.fingerprint)

    @property
    def rollout(self) -> str:
        """
        The digest that it says to approve, or nothing if it cannot be read.
        """
        try:
            return Statement.parse(self.text).rollout
        except EvidenceError:
            return ""


def sign(statement: Statement, key: Path) -> ApprovalFile:
    """
    Return a statement signed with an SSH key.
    """
    signature = ssh_signature.sign(key, NAMESPACE, statement.text.encode())
    return ApprovalFile(name_of(statement), statement.text, signature)


def name_of(statement: Statement) -> str:
    """
    Return the file name of a statement: one a person and rollout.
    """
    return f"{statement.rollout}-{_unsafe.sub('_', statement.approver)}{STATEMENT}"


def write(folder: Path, approval: ApprovalFile) -> Path:
    """
    Write an approval and its signature into a folder.
    """
    files.write_text(folder / approval.name, approval.text)
    files.write_text(folder / f"{approval.name}{SIGNATURE}", approval.signature)
    return folder / approval.name


def read(folders: Iterable[Path], digest: str) -> tuple[ApprovalFile, ...]:
    """
    Return the approvals of a rollout in some folders; the first of a name counts.

    A file that cannot be read as an approval is told by its name.
    """
    found: dict[str, ApprovalFile] = {}
    for folder in folders:
        for path in sorted(folder.glob(f"*{STATEMENT}")):
            signature = path.with_name(path.name + SIGNATURE)
            one = ApprovalFile(path.name, _text(path), _text(signature))
            if digest in (one.rollout, path.name.partition("-")[0]):
                found.setdefault(path.name, one)
    return tuple(found.values())


def keep(folder: RunFolder, kind: str, name: str, text: str, **about: Any) -> None:
    """
    Keep a file in the evidence of a run, once.
    """
    path = folder.path / name
    if path.is_file() and path.read_text("utf-8") == text:
        return
    digest = files.write_text(path, text)
    folder.journal.record(kind, file=name, sha256=digest, **about)


def keep_all(
    folder: RunFolder,
    approvals: Iterable[ApprovalFile],
    *,
    allowed_signers: str,
    demand: Demand,
) -> None:
    """
    Keep approvals, the keys that were allowed, and what was demanded.
    """
    demanded = files.json_text(codec.encode(demand))
    keep(folder, "approval-demand", f"{KEPT}/demand.json", demanded)
    keep(folder, "allowed-signers", f"{KEPT}/allowed_signers", allowed_signers)
    for one in approvals:
        name = f"{KEPT}/{one.name}"
        keep(folder, "signed-approval", name, one.text, digest=one.rollout)
        keep(folder, "approval-signature", f"{name}{SIGNATURE}", one.signature)


def _text(path: Path) -> str:
    return path.read_text("utf-8", "replace") if path.is_file() else ""
