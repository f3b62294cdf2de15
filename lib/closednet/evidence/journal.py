"""
The journal: one line a thing that happened, each chained to the one before.

It is written as things happen, so a killed run leaves evidence too; the notebooks
of one run are several processes and append to one journal.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import threading

from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Final

from closednet import redact
from closednet.errors import EvidenceError
from closednet.evidence.verifier import chain
from closednet.model import canonical


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime
    from pathlib import Path

# After these the disk must know, because the world changed or may change.
DURABLE: Final = frozenset(
    {"change-started", "change-done", "approval", "receipt", "sealed"}
)
NOTHING: Final = "0" * 64
CHUNK: Final = 65536


@dataclass(frozen=True, slots=True)
class Event:
    """
    One line of the journal.
    """

    n: int
    at: str
    kind: str
    data: dict[str, Any]
    prev: str
    hash: str


class Journal:
    """
    Appends events to a file; the only writer of journals.
    """

    def __init__(
        self, path: Path, *, run_id: str, clock: Callable[[], datetime]
    ) -> None:
        self.path = path
        self.run_id = run_id
        self._clock = clock
        self._threads = threading.Lock()
        self._handle: tuple[int, int] | None = None
        self._end = -1
        self._last: Event | None = None

    def record(self, kind: str, **data: Any) -> None:
        """
        Append one event, redacted; an empty journal first says whose it is.

        The cell that seals cannot be part of what it seals, so a `cell` after
        `sealed` is left out.
        """
        with self._threads, self._locked() as file:
            last = self._tail(file)
            if last is None:
                last = self._append(file, "opened", {"run": self.run_id}, None)
            if kind == "cell" and last.kind == "sealed":
                return
            self._append(file, kind, data, last)

    def close(self) -> None:
        """
        Let go of the file.
        """
        if self._handle is not None and self._handle[1] == os.getpid():
            os.close(self._handle[0])
        self._handle = None

    def __del__(self) -> None:
        """
        Let go of the file with the last who holds this: a worker does many sites.
        """
        self.close()

    @contextmanager
    def _locked(self) -> Iterator[int]:
        # A forked child shares the parent's lock with its descriptor: it needs its
        # own.
        if self._handle is None or self._handle[1] != os.getpid():
            self.path.parent.mkdir(parents=True, exist_ok=True)
            flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
            self._handle = (os.open(self.path, flags, 0o644), os.getpid())
        file = self._handle[0]
        fcntl.flock(file, fcntl.LOCK_EX)
        try:
            yield file
        finally:
            fcntl.flock(file, fcntl.LOCK_UN)

    def _append(
        self, file: int, kind: str, data: dict[str, Any], last: Event | None
    ) -> Event:
        body = {
            "n": last.n + 1 if last else 1,
            "at": stamp(self._clock()),
            "kind": kind,
            "data": _printable(redact.scrub(canonical.to_json(data))),
            "prev": last.hash if last else NOTHING,
        }
        digest = sha256(canonical.text(body).encode()).hexdigest()
        line = canonical.text(body | {"hash": digest}) + "\n"
        os.write(file, line.encode())
        if kind in DURABLE:
            os.fsync(file)
        self._end = os.fstat(file).st_size
        self._last = Event(**body, hash=digest)
        return self._last

    def _tail(self, file: int) -> Event | None:
        """
        Return the last event, also when another process wrote it.
        """
        size = os.fstat(file).st_size
        if size == self._end:
            return self._last
        line, torn = _last_line(file, size)
        last = _parsed(line, self.path) if line else None
        if torn:
            last = self._heal(file, size, torn, last)
        self._end, self._last = os.fstat(file).st_size, last
        return last

    def _heal(self, file: int, size: int, torn: bytes, last: Event | None) -> Event:
        """
        Keep a half-written last line aside and say that it happened.
        """
        with self.path.with_suffix(".torn").open("ab") as aside:
            aside.write(redact.redact(torn.decode("utf-8", "replace")).encode() + b"\n")
        os.ftruncate(file, size - len(torn))
        if last is None:
            last = self._append(file, "opened", {"run": self.run_id}, None)
        return self._append(file, "torn", {"bytes": len(torn)}, last)


def read(path: Path) -> tuple[Event, ...]:
    """
    Return the events of a journal; a torn last line is left out.

    Raises:
        EvidenceError: A line is no event.
    """
    if not path.is_file():
        return ()
    lines = path.read_bytes().split(b"\n")[:-1]
    return tuple(_parsed(line, path) for line in lines)


def verify_chain(path: Path) -> tuple[str, ...]:
    """
    Return what is wrong with the chain of a journal; nothing if it holds.
    """
    return tuple(chain.chain_problems(path.read_bytes())[0])


def stamp(now: datetime) -> str:
    """
    Return a moment as the journal writes it: UTC, milliseconds.
    """
    text = now.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


def _last_line(file: int, size: int) -> tuple[bytes, bytes]:
    """
    Return the last whole line of a file and what stands after it.
    """
    tail = b""
    start = size
    while start > 0 and tail.count(b"\n") < 2:  # noqa: PLR2004 - a line has two ends
        step = min(CHUNK, start)
        start -= step
        tail = os.pread(file, step, start) + tail
    *lines, torn = tail.split(b"\n")
    return (lines[-1] if lines else b"", torn)


def _parsed(line: bytes, path: Path) -> Event:
    try:
        return Event(**json.loads(line))
    except (ValueError, TypeError) as err:
        raise EvidenceError(
            f"{path.name}: a line is no journal event",
            hint="somebody edited the journal: keep this run's folder as it is"
            " and start a new run",
        ) from err


def _printable(value: Any) -> Any:
    """
    Return `value` without lone surrogates, which no file can hold, and infinities.
    """
    match value:
        case str():
            return value.encode("utf-8", "replace").decode()
        case float() if not math.isfinite(value):
            return str(value)
        case dict():
            return {_printable(key): _printable(item) for key, item in value.items()}
        case list():
            return [_printable(item) for item in value]
        case _:
            return value
