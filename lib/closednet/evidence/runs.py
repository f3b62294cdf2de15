"""
The runs of a site: their names, their order, and one at a time.
"""

from __future__ import annotations

import fcntl
import json
import os
import socket

from contextlib import contextmanager
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from closednet.errors import BusyError
from closednet.evidence.journal import stamp
from closednet.evidence.run_folder import RunFolder, utc_now


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def new_run_id(now: datetime, entropy: bytes) -> str:
    """
    Return a name for a run that sorts by time: `20261123T110050Z-1a2b3c`.
    """
    moment = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    return f"{moment}-{sha256(entropy).hexdigest()[:6]}"


def runs(
    root: str | Path, site: str, *, clock: Callable[[], datetime] = utc_now
) -> tuple[RunFolder, ...]:
    """
    Return all runs of a site, oldest first.
    """
    journals = sorted((Path(root) / site).glob("*/journal.jsonl"))
    return tuple(
        RunFolder(root, site, path.parent.name, clock=clock) for path in journals
    )


def latest_open(
    root: str | Path, site: str, *, clock: Callable[[], datetime] = utc_now
) -> RunFolder | None:
    """
    Return the newest run of a site that is not sealed yet.
    """
    unsealed = [run for run in runs(root, site, clock=clock) if not run.sealed]
    return unsealed[-1] if unsealed else None


@contextmanager
def site_lock(
    root: str | Path,
    site: str,
    *,
    run_id: str,
    clock: Callable[[], datetime] = utc_now,
) -> Iterator[None]:
    """
    Hold the site: nobody else writes to it meanwhile.

    The lock goes with the process, however that ends.

    Raises:
        BusyError: Another run holds it; the message says who and since when.
    """
    path = Path(root) / site / "lock"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as err:
            raise _busy(site, path) from err
        file.truncate(0)
        file.write(_owner(run_id, clock()))
        file.flush()
        try:
            yield
        finally:
            file.truncate(0)


def _owner(run_id: str, now: datetime) -> str:
    who = {"pid": os.getpid(), "host": socket.gethostname()}
    return json.dumps(who | {"since": stamp(now), "run": run_id})


def _busy(site: str, path: Path) -> BusyError:
    try:
        owner = json.loads(path.read_text())
        who = (
            f"process {owner['pid']} on {owner['host']} since {owner['since']}"
            f" (run {owner['run']})"
        )
    except (ValueError, KeyError):
        who = "a process that is just starting or ending"
    return BusyError(
        f"{site} is held by {who}",
        hint="wait until it has ended, or end it; the lock goes with the process",
    )
