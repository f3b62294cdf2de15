"""
A rehearsal as a child process, for whoever needs one for a while.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time

from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol
from urllib.request import urlopen

from closednet_rehearsal.administrator import Administrator
from closednet_rehearsal.work_dir import Tls


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

START_TIMEOUT_S: Final = 180.0
STOP_TIMEOUT_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class Running:
    """
    Where a running rehearsal is reached.
    """

    endpoint_url: str
    connection_file: Path
    work_dir: Path
    params_file: Path
    pid: int
    tls: Tls | None = None

    def environment(self, evidence: Path) -> dict[str, str]:
        """
        Return the environment in which closednet uses this rehearsal.
        """
        return os.environ | {
            "CLOSEDNET_CONNECTION": os.fspath(self.connection_file),
            "CLOSEDNET_EVIDENCE": os.fspath(evidence),
        }

    def ask(self, what: str) -> Any:
        """
        Return what the control API says: `calls`, `unsupported`, `state` ...
        """
        return self._control(what)

    def tell(self, what: str, **members: Any) -> Any:
        """
        Post to the control API: `advance`, `fault`, `operator-policy` ...
        """
        return self._control(what, json.dumps(members).encode())

    def _control(self, what: str, body: bytes | None = None) -> Any:
        url = f"{self.endpoint_url}/rehearsal/{what}"
        with urlopen(url, body, timeout=60) as answer:  # noqa: S310 - loopback
            return json.load(answer)


class Process(Protocol):
    """
    What is asked of the process that a rehearsal is.
    """

    @property
    def pid(self) -> int: ...

    def poll(self) -> int | None: ...

    def wait(self, timeout: float | None = None) -> int: ...

    def terminate(self) -> None: ...

    def kill(self) -> None: ...


def begin(arguments: Sequence[str]) -> Process:
    """
    Run `closednet-rehearsal` as a program of its own.
    """
    command = [sys.executable, "-m", "closednet_rehearsal", *arguments]
    return subprocess.Popen(command, stdout=subprocess.DEVNULL)  # noqa: S603 - our own


@contextmanager
def running(
    work_dir: Path,
    *,
    hosts: int = 3,
    evidence: Path | None = None,
    options: Sequence[str] = (),
    begin: Callable[[Sequence[str]], Process] = begin,
) -> Iterator[Running]:
    """
    Start a rehearsal, with its DNS administrator if `evidence` is named.

    `options` are further arguments of `closednet-rehearsal start`; `begin` runs it.
    """
    work_dir.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        ready_file = Path(folder) / "ready.json"
        files = ("--work-dir", os.fspath(work_dir), "--ready-file", str(ready_file))
        process = begin(["start", *files, "--hosts", str(hosts), *options])
        administrator: Administrator | None = None
        try:
            ready = _wait(process, ready_file)
            if evidence is not None:
                administrator = Administrator(evidence, ready.work_dir)
                administrator.start()
            yield ready
        finally:
            if administrator is not None:
                administrator.stop()
            _stop(process)


def _wait(process: Process, ready_file: Path) -> Running:
    deadline = time.monotonic() + START_TIMEOUT_S
    while not ready_file.is_file():
        if process.poll() is not None or time.monotonic() > deadline:
            raise RuntimeError(
                f"the rehearsal did not start (exit code {process.poll()})"
            )
        time.sleep(0.02)
    ready = json.loads(ready_file.read_text("utf-8"))
    return Running(
        endpoint_url=ready["endpoint_url"],
        connection_file=Path(ready["connection_file"]),
        work_dir=Path(ready["work_dir"]),
        params_file=Path(ready["params_file"] or "params/rehearsal.yaml"),
        pid=process.pid,
        tls=Tls(**ready["tls"]) if ready["tls"] else None,
    )


def _stop(process: Process) -> None:
    process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
