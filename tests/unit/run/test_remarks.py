"""
Notes and countersigns go into the evidence, and nothing said is overwritten.
"""

from __future__ import annotations

import getpass
import json
import subprocess

from typing import TYPE_CHECKING

import pytest

from closednet.errors import PreconditionError
from closednet.evidence import archive
from closednet.run import remarks
from tests.unit.evidence.samples import full_run


if TYPE_CHECKING:
    from pathlib import Path


def test_every_note_is_kept_and_sealed(tmp_path: Path) -> None:
    folder = full_run(tmp_path)
    remarks.note(folder, "endpoints", "CHG-1042, 作業開始 22:00")
    remarks.note(folder, "endpoints", "done")
    archive.seal(folder)
    found = sorted((folder.path / "remarks").iterdir())

    assert ["note-endpoints-01.json", "note-endpoints-02.json"] == [
        path.name for path in found
    ]
    assert "CHG-1042, 作業開始 22:00" == json.loads(found[0].read_text())["text"]
    assert () == archive.verify(folder.path)


def test_a_second_person_signs_for_all_that_happened(tmp_path: Path) -> None:
    """The statement holds the end of the journal; OpenSSH checks the signature."""
    folder = full_run(tmp_path)
    key = tmp_path / "key"
    made = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(key)]
    subprocess.run(made, check=True)
    last = folder.events()[-1]
    view = remarks.countersign(folder, "endpoints", "ken@example.jp", key=str(key))
    statement = folder.path / "remarks" / "countersign-endpoints-01.json"
    data = json.loads(statement.read_text())
    allowed = tmp_path / "allowed"
    allowed.write_text(f"ken@example.jp {key.with_suffix('.pub').read_text()}")
    verify = ["ssh-keygen", "-Y", "verify", "-f", str(allowed), "-I", "ken@example.jp"]
    asked = ["-n", remarks.NAMESPACE, "-s", f"{statement}.sig"]
    done = subprocess.run([*verify, *asked], input=statement.read_bytes(), check=False)

    assert 0 == done.returncode
    assert {"event": last.n, "hash": last.hash} == data["journal"]
    assert "ken@example.jp" in view.text()
    assert "ssh-ed25519" in view.text()


def test_nobody_countersigns_themselves(tmp_path: Path) -> None:
    folder = full_run(tmp_path)

    for name in (getpass.getuser(), "", " "):
        with pytest.raises(PreconditionError, match="cannot countersign"):
            remarks.countersign(folder, "endpoints", name)
    assert not (folder.path / "remarks").exists()
