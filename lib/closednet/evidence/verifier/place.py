"""
Where an archive lies: a folder, or one file that holds the same (a plain ZIP).
"""

from __future__ import annotations

import io
import os
import stat
import struct
import zipfile
import zlib

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

MANIFEST = "manifest.json"
ENVELOPE = "manifest.dsse.json"
STAMP = "manifest.tsr"
SUMS = "manifest.sha256"
# They speak about the rest and are not among what they speak about.
SEAL_FILES = (MANIFEST, ENVELOPE, SUMS, STAMP)
# The ZIP format's own limits, without its extensions.
MOST_FILES = 2**16 - 2
MOST_BYTES = 2**32 - 2
# 1980-01-01 00:00:00, a plain file that everybody may read, made on Unix.
MOMENT = 1 << 5 | 1
ATTRIBUTES = 0o100644 << 16
VERSION = 20
MADE_BY = 3 << 8 | VERSION
UTF8_NAMES = 1 << 11
# What some system takes for something else, and control characters below.
UNSAFE = frozenset('\\:*?"<>|\x7f')


@dataclass(frozen=True)
class Place:
    """
    The files of an archive, its name, and what is odd about them.
    """

    name: str
    files: dict[str, bytes]
    problems: tuple[str, ...] = ()


def read_place(path: Path) -> Place:
    """
    Return what lies in a folder or in a packed archive.
    """
    return _read_folder(path) if path.is_dir() else _read_packed(path)


def covered(names: Mapping[str, object]) -> list[str]:
    """
    Return the names of the files that a seal covers, sorted.
    """
    return sorted(name for name in names if name not in SEAL_FILES)


def is_safe(name: str) -> bool:
    """
    Tell whether a name stays inside the folder that it is unpacked to.
    """
    parts = name.split("/")
    is_plain = all(letter >= " " and letter not in UNSAFE for letter in name)
    return is_plain and not any(part in {"", ".", ".."} for part in parts)


def pack(name: str, files: Mapping[str, bytes]) -> bytes:
    """
    Return the files as one ZIP, not compressed: the same files, the same bytes.

    Raises:
        ValueError: They are too many or too large, or a name is not safe.
    """
    if len(files) > MOST_FILES or sum(map(len, files.values())) > MOST_BYTES // 2:
        raise ValueError("too much for a plain ZIP: 65,534 files, 2 GB")
    body, index = io.BytesIO(), io.BytesIO()
    for inner in sorted(files):
        if not is_safe(inner):
            raise ValueError(f"{inner!r} is no safe name")
        content, path = files[inner], f"{name}/{inner}".encode()
        about = (
            *(UTF8_NAMES, 0, 0, MOMENT, zlib.crc32(content)),
            *(len(content), len(content), len(path), 0),
        )
        offset = body.tell()
        body.write(struct.pack("<IHHHHHIIIHH", 0x04034B50, VERSION, *about))
        body.write(path + content)
        index.write(struct.pack("<IHHHHHHIIIHH", 0x02014B50, MADE_BY, VERSION, *about))
        index.write(struct.pack("<HHHII", 0, 0, 0, ATTRIBUTES, offset) + path)
    count, size, start = len(files), index.tell(), body.tell()
    end = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, count, count, size, start, 0)
    return body.getvalue() + index.getvalue() + end


def _read_folder(root: Path) -> Place:
    files: dict[str, bytes] = {}
    problems: list[str] = []
    for name, entry in _walk(os.fspath(root), ""):
        kind = entry.stat(follow_symlinks=False).st_mode
        if stat.S_ISREG(kind) and _is_text(name):
            files[name] = Path(entry.path).read_bytes()
        elif stat.S_ISREG(kind):
            problems.append(f"{name!r}: its name is no text")
        elif stat.S_ISDIR(kind):
            problems.append(f"{name!r}: an empty folder")
        else:
            problems.append(f"{name!r}: a link or a device, no plain file")
    return Place(root.resolve().name, files, tuple(problems))


def _walk(folder: str, prefix: str) -> Iterator[tuple[str, os.DirEntry[str]]]:
    """
    Yield everything below a folder that is no folder, and folders without content.
    """
    with os.scandir(folder) as entries:
        for entry in sorted(entries, key=lambda found: found.name):
            name = prefix + entry.name
            if entry.is_dir(follow_symlinks=False):
                inner = list(_walk(entry.path, f"{name}/"))
                yield from inner or [(name, entry)]
            else:
                yield name, entry


def _is_text(name: str) -> bool:
    try:
        return bool(name.encode())
    except UnicodeEncodeError:
        return False


def _read_packed(path: Path) -> Place:
    raw = path.read_bytes() if path.is_file() else b""
    try:
        with zipfile.ZipFile(io.BytesIO(raw)) as packed:
            entries = packed.infolist()
            problems = _entry_problems(entries)
            files = {
                entry.filename.partition("/")[2]: packed.read(entry)
                for entry in entries
                if not problems
            }
    except (
        zipfile.BadZipFile,
        ValueError,
        OSError,
        EOFError,
        RuntimeError,
        struct.error,
    ) as err:
        return Place(path.stem, {}, (f"{path.name}: cannot be unpacked: {err}",))
    name = entries[0].filename.partition("/")[0] if entries else path.stem
    if not problems and pack(name, files) != raw:
        problems = [f"{path.name}: is not packed as archives are packed"]
    return Place(name, files, tuple(problems))


def _entry_problems(entries: list[zipfile.ZipInfo]) -> list[str]:
    """
    Return what is odd about the entries; nothing of them is read if anything is.
    """
    names = [entry.orig_filename for entry in entries]
    problems = [
        f"{name!r}: stands twice"
        for name in sorted(set(names))
        if names.count(name) > 1
    ]
    for entry in entries:
        folder, _, inner = entry.orig_filename.partition("/")
        if not is_safe(entry.orig_filename) or not inner:
            problems.append(f"{entry.orig_filename!r}: is no safe name")
        elif folder != names[0].partition("/")[0]:
            problems.append(f"{entry.orig_filename!r}: lies in another folder")
        if entry.compress_type != zipfile.ZIP_STORED or entry.flag_bits & 1:
            problems.append(f"{entry.orig_filename!r}: compressed or encrypted")
        if not stat.S_ISREG(entry.external_attr >> 16):
            problems.append(f"{entry.orig_filename!r}: a link, no plain file")
    return problems
