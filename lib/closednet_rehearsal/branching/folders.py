"""
The folder of a branch: the rehearsal's files, and closednet's evidence.
"""

from __future__ import annotations

import os
import shutil

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from pathlib import Path

WORK: Final = "rehearsal"
EVIDENCE: Final = "evidence"


def copy(source: Path, target: Path) -> None:
    """
    Copy a folder; what names the old place within the rehearsal names the new.
    """
    shutil.copytree(source, target, symlinks=True)
    old, new = os.fsencode(source / WORK), os.fsencode(target / WORK)
    for folder, _, names in os.walk(target / WORK):
        for name in names:
            _relocate(target / WORK / folder / name, old, new)


def _relocate(path: Path, old: bytes, new: bytes) -> None:
    if path.is_symlink() or not path.is_file():
        return
    content = path.read_bytes()
    if old in content:
        path.write_bytes(content.replace(old, new))
