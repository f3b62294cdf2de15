"""
Files with sections, such as `~/.aws/credentials`: read one, replace one.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet_rehearsal.host.machine import write_private


if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


def read_section(file: Path, section: str) -> dict[str, str]:
    """
    Return what stands in a section; nothing if there is no such section or file.
    """
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return {}
    found: dict[str, str] = {}
    inside = False
    for line in lines:
        text = line.strip()
        if text.startswith("["):
            inside = text == f"[{section}]"
        elif inside and "=" in text and not text.startswith(("#", ";")):
            name, _, value = text.partition("=")
            found[name.strip()] = value.strip().strip('"')
    return found


def sections(file: Path) -> list[str]:
    """
    Return the names of a file's sections.
    """
    try:
        lines = file.read_text().splitlines()
    except OSError:
        return []
    return [text.strip()[1:-1] for text in lines if text.strip().startswith("[")]


def put_section(file: Path, section: str, values: Mapping[str, str]) -> None:
    """
    Replace one section of a file that only root may read; keep all others.
    """
    kept: list[str] = []
    skip = False
    for line in file.read_text().splitlines() if file.exists() else []:
        if line.strip().startswith("["):
            skip = line.strip() == f"[{section}]"
        if not skip:
            kept.append(line)
    fresh = [f"[{section}]", *(f"{name} = {value}" for name, value in values.items())]
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_private(file, "\n".join([*fresh, *kept, ""]))
