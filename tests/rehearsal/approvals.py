"""
A checkout of its own, a site that demands signatures, and people with keys.
"""

from __future__ import annotations

import shutil
import subprocess
import sys

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml


if TYPE_CHECKING:
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
        return subprocess.run(
            self.command(*arguments),
            env=self.environment(),
            cwd=self.checkout,
            capture_output=True,
            text=True,
            check=False,
            timeout=280,
        )

    def command(self, *arguments: str) -> list[str]:
        """
        Return what runs a command of closednet.
        """
        return [sys.executable, "-m", "closednet", *arguments]

    def environment(self) -> dict[str, str]:
        """
        Return the environment of a command: this library comes first.
        """
        library = {"PYTHONPATH": str(self.checkout / "lib")}
        return self.rehearsal.environment(self.evidence) | library

    def demand(self, **approvals: object) -> None:
        """
        Write the parameters, with what they say about approvals.
        """
        text = (ROOT / "params" / "rehearsal.yaml").read_text("utf-8")
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

    def approve(self, file: Path, *people: str, **options: str) -> None:
        """
        Have people sign a change request.
        """
        more = [item for name, value in options.items() for item in (name, value)]
        for who in people:
            key = str(self.keys / who)
            done = self.closednet(
                "approve", str(file), "--as", who, "--key", key, *more
            )
            assert 0 == done.returncode, done.stderr

    def apply(self, file: Path, digest: str) -> subprocess.CompletedProcess[str]:
        """
        Apply a change request.
        """
        given = ("--plan", str(file), "--approve", digest)
        return self.closednet("apply", str(self.params), *given)

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
    shutil.copy(ROOT / "params" / "rehearsal-signing-key.asc", checkout / "params")
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
