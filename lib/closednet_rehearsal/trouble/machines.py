"""
Breaking one server: its tools, its files, its door; each with what mends it.
"""

from __future__ import annotations

import contextlib
import json
import shutil

from typing import TYPE_CHECKING, Final

from closednet_rehearsal.host.machine import DESCRIPTION, TROUBLE


if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from closednet_rehearsal.trouble.trouble import Undo

DOOR: Final = "door"


def together(undos: Iterable[Undo]) -> Undo:
    """
    Return what mends several things, the last one first.
    """
    kept = list(undos)

    def undo() -> None:
        for one in reversed(kept):
            one()

    return undo


def tool(folder: Path, name: str, script: str) -> Undo:
    """
    Let a tool of a server be this script; `$CLOSEDNET_HOST_DIR/bin` has its own.
    """
    file = folder / TROUBLE / name
    file.parent.mkdir(exist_ok=True)
    file.write_text(f"#!/bin/sh\n{script}\n")
    file.chmod(0o755)
    return file.unlink


def door(folder: Path, words: str, code: int = 255) -> Undo:
    """
    Let a server say this to whoever comes by SSH, and let nobody in.
    """
    file = folder / DOOR
    lines = "".join(f"echo {json.dumps(line)} >&2\n" for line in words.splitlines())
    file.write_text(f"{lines}exit {code}\n")
    return file.unlink


def file(path: Path, text: str | None) -> Undo:
    """
    Write a file, or take it away (None).
    """
    before = path.read_bytes() if path.exists() else None
    path.parent.mkdir(parents=True, exist_ok=True)
    if text is None:
        path.unlink(missing_ok=True)
    else:
        path.write_text(text)

    def undo() -> None:
        if before is None:
            path.unlink(missing_ok=True)
        else:
            path.write_bytes(before)

    return undo


def without(folder: Path) -> Undo:
    """
    Take an empty folder away.
    """
    folder.rmdir()
    return folder.mkdir


def made(folder: Path) -> Undo:
    """
    Make a folder.
    """
    folder.mkdir(parents=True)

    def undo() -> None:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(folder)

    return undo


def described(folder: Path, **members: str) -> Undo:
    """
    Let a server be something else than it was described as.
    """
    path = folder / DESCRIPTION
    told = json.loads(path.read_text()) | members
    return file(path, json.dumps(told, indent=1) + "\n")


def mounted(folder: Path, place: str, options: str) -> Undo:
    """
    Let a folder of a server be a file system of its own, mounted like this.
    """
    mounts = folder / "root/proc/mounts"
    line = f"/dev/vdb1 {place} ext4 {options},relatime 0 0\n"
    return file(mounts, mounts.read_text() + line)
