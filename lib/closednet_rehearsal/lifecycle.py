"""
Start, stop and find a whole rehearsal: AWS, DNS and the servers on premises.
"""

from __future__ import annotations

import os
import signal
import threading
import time

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet.params.load import CONNECTION_VARIABLE
from closednet_rehearsal.work_dir import (
    READY,
    Ready,
    read_ready,
    sweep,
)


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from closednet_rehearsal.dns.products import Product


_STOP_TIMEOUT_S: Final = 10.0


@dataclass(frozen=True, slots=True)
class Wishes:
    """
    What `start` was asked for.
    """

    work_dir: Path
    hosts: int = 3
    port: int = 0
    ready_file: Path | None = None
    tls: bool = False
    operator_policy: Path | None = None
    dns: Product | None = None
    faults: tuple[str, ...] = ()


@contextmanager
def rehearsal(wishes: Wishes) -> Iterator[Ready]:
    """
    Run a rehearsal for the duration of a `with` block.
    """
    # The services take two seconds to import: `status` and `stop` go without.
    from closednet_rehearsal.lean import (  # noqa: PLC0415
        collect_seldom,
        share_models,
    )

    collect_seldom()
    share_models()
    from closednet_rehearsal.assembling import assemble  # noqa: PLC0415

    work_dir = wishes.work_dir.resolve()
    sweep(work_dir)
    work_dir.mkdir(parents=True, exist_ok=True)
    with ExitStack() as stack:
        stack.callback(sweep, work_dir)
        ready = assemble(stack, wishes, work_dir)
        (work_dir / READY).write_text(ready.as_json(), "utf-8")
        yield ready


def run_until_stopped(wishes: Wishes) -> None:
    """
    Run a rehearsal until SIGTERM or SIGINT; print where it is once it is ready.
    """
    # It names the connection of whoever typed this, to another rehearsal or a site.
    os.environ.pop(CONNECTION_VARIABLE, None)
    stopped = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stopped.set())
    with rehearsal(wishes) as ready:
        print(ready.as_json(), end="", flush=True)  # noqa: T201 - what start is for
        if wishes.ready_file is not None:
            _publish(wishes.ready_file, ready.as_json())
        stopped.wait()


def _publish(path: Path, text: str) -> None:
    # Whoever waits for the file must never see half of it.
    partial = path.with_name(f"{path.name}.partial")
    partial.write_text(text, "utf-8")
    partial.replace(path)


def is_running(ready: Ready | None) -> bool:
    """
    Say whether the process that a ready file names is alive.
    """
    if ready is None:
        return False
    try:
        os.kill(ready.pid, 0)
    except (ProcessLookupError, PermissionError):
        return False
    return True


def stop(work_dir: Path) -> bool:
    """
    Stop the rehearsal of a work directory; say whether there was one.
    """
    ready = read_ready(work_dir)
    if ready is None or not is_running(ready):
        return False
    os.kill(ready.pid, signal.SIGTERM)
    deadline = time.monotonic() + _STOP_TIMEOUT_S
    while is_running(ready) and time.monotonic() < deadline:
        time.sleep(0.05)
    return True
