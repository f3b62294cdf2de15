"""
A checkout of its own, a site that demands signatures, and people with keys.
"""

from __future__ import annotations

import shutil
import subprocess

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml

from closednet_rehearsal.work_dir import SIGNING_KEY
from tests import terminal


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet_rehearsal.running import Running

ROOT = Path(__file__).parents[2]
PEOPLE = ("hana@example.jp", "ken@example.jp", "nao@example.jp", "eve@example.jp")
HANA, KEN, NAO, EVE = PEOPLE
DEMAND = {
    "allowed_signers": "allowed_signers",
    "required": 2,
    "roles": [
        {"name": "security", "signers": [NAO], "steps": ["activation", "iam-attach"]}
    ],
    "valid_hours": 72,
}


@contextmanager
def edited(path: Path, content: bytes) -> Iterator[None]:
    """
    Have another content in a file for a while.
    """
    before = path.read_bytes()
    assert before != content
    path.write_bytes(content)
    try:
        yield
    finally:
        path.write_bytes(before)


@dataclass(frozen=True, slots=True)
class Desk:
    """
    Where a change is requested, approved and applied, over one rehearsal.
    """

    rehearsal: Running
    checkout: Path
    evidence: Path
    keys: Path

    @property
    def params(self) -> Path:
        """
        The site's parameters.
        """
        return self.checkout / "params" / "site.yaml"

    def closednet(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """
        Run a command with the library and the notebooks of this checkout.
        """
        return self.start(*arguments).result()

    def start(self, *arguments: str) -> terminal.Started:
        """
        Start such a command.
        """
        return terminal.start(*arguments, env=self.environment(), cwd=self.checkout)

    def environment(self) -> dict[str, str]:
        """
        Return the environment of a command: this library comes first.
        """
        given = self.rehearsal.environment(self.evidence)
        given.pop("PYTHONDONTWRITEBYTECODE", None)
        return given | {"PYTHONPATH": str(self.checkout / "lib")}

    def demand(self, **approvals: object) -> None:
        """
        Write the parameters, with what they say about approvals.
        """
        text = self.rehearsal.params_file.read_text("utf-8")
        section = yaml.safe_dump({"approvals": DEMAND | approvals}, sort_keys=False)
        self.params.write_text(f"{text}\n{section}", "utf-8")

    def request(self, name: str) -> tuple[Path, str]:
        """
        Make a change request; return its JSON file and its digest.
        """
        folder = self.checkout.parent / name
        done = self.closednet("plan", str(self.params), "--out", str(folder))
        assert 0 == done.returncode, done.stderr
        digest = done.stdout.split("digest: ")[-1].split()[0]
        return folder / "change-request.json", digest

    def approve(self, file: Path, folder: Path, *people: str) -> None:
        """
        Have people sign a change request into a folder.
        """
        for who in people:
            done = self.sign(file, who, "--out", str(folder))
            assert 0 == done.returncode, done.stderr

    def sign(
        self, file: Path, who: str, *more: str
    ) -> subprocess.CompletedProcess[str]:
        """
        Have one person sign a change request, or try to.
        """
        key = str(self.keys / who)
        return self.closednet("approve", str(file), "--as", who, "--key", key, *more)

    def apply(
        self, file: Path, digest: str, approvals: Path
    ) -> subprocess.CompletedProcess[str]:
        """
        Apply a change request with the approvals in a folder, and no others.
        """
        shutil.rmtree(self.store / "approvals", ignore_errors=True)
        given = ("--plan", str(file), "--approve", digest)
        return self.closednet(
            "apply", str(self.params), *given, "--approvals", str(approvals)
        )

    @property
    def store(self) -> Path:
        """
        Where the site keeps its plans and what belongs to them.
        """
        return self.evidence / "tokyo-dc1" / "plans"

    def writes(self) -> list[str]:
        """
        Return the writing calls that AWS got, but for assuming roles.
        """
        return [
            f"{call['service']}:{call['operation']}"
            for call in self.rehearsal.ask("calls")
            if call["mutating"]
            and call["status"] < 400
            and call["operation"] != "AssumeRole"
        ]

    def runs(self) -> list[Path]:
        """
        Return the folders of all runs, oldest first.
        """
        journals = self.evidence.glob("*/*/journal.jsonl")
        return sorted((p.parent for p in journals), key=lambda p: p.stat().st_ctime)


def desk(rehearsal: Running, folder: Path, evidence: Path) -> Desk:
    """
    Return a checkout in `folder` with keys for everybody; EVE's is not allowed.
    """
    checkout = folder / "checkout"
    shutil.copytree(
        ROOT / "lib" / "closednet",
        checkout / "lib" / "closednet",
        ignore=shutil.ignore_patterns("__pycache__"),
    )
    (checkout / "notebooks").mkdir()
    for notebook in (ROOT / "notebooks").glob("*.ipynb"):
        shutil.copy(notebook, checkout / "notebooks")
    (checkout / "params").mkdir()
    shutil.copy(rehearsal.work_dir / SIGNING_KEY, checkout / "params")
    keys = folder / "keys"
    keys.mkdir()
    for who in PEOPLE:
        made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", who]
        subprocess.run([*made, "-f", str(keys / who)], check=True)
    allowed = [
        f"{who} {(keys / f'{who}.pub').read_text('utf-8')}" for who in PEOPLE[:3]
    ]
    (checkout / "params" / "allowed_signers").write_text("".join(allowed), "utf-8")
    made_desk = Desk(rehearsal, checkout, evidence, keys)
    made_desk.demand()
    return made_desk
