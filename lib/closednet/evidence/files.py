"""
Writing files whole or not at all, and never with a secret in them.
"""

from __future__ import annotations

import fcntl
import json
import os
import tempfile

from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from closednet import redact


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.canonical import Json

SECRET_KEYS: Final = frozenset({"secret_access_key", "password"})


@contextmanager
def alone_in(folder: Path) -> Iterator[None]:
    """
    Hold a folder, made if need be, against the other notebooks of a run.
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        fcntl.flock(handle, fcntl.LOCK_EX)
        yield
    finally:
        os.close(handle)


def write_text(path: Path, text: str) -> str:
    """
    Write `text`, redacted, in one atomic step; return its SHA-256.
    """
    return write_bytes(path, redact.redact(text).encode("utf-8", "replace"))


def write_bytes(path: Path, raw: bytes) -> str:
    """
    Write what was redacted already, in one atomic step; return its SHA-256.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(name).chmod(0o644)
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise
    return sha256(raw).hexdigest()


def write_json(path: Path, value: Json) -> str:
    """
    Write `value` as JSON that people can read and compare; return its SHA-256.
    """
    return write_text(path, json_text(redact.scrub(value)))


def json_text(value: Json) -> str:
    """
    Return `value` as JSON text, one spelling for equal values.
    """
    return json.dumps(value, sort_keys=True, indent=1, ensure_ascii=False) + "\n"


def digest_of(path: Path) -> str:
    """
    Return the SHA-256 of the bytes of a file.
    """
    return sha256(path.read_bytes()).hexdigest()


def without_keys(value: Any) -> Any:
    """
    Return parameters without the values of keys and passwords.
    """
    match value:
        case dict():
            return {
                key: redact.MASK if key in SECRET_KEYS and item else without_keys(item)
                for key, item in value.items()
            }
        case list() | tuple():
            return [without_keys(item) for item in value]
        case _:
            return value
