"""
JupyterLab on a copy of the notebooks, as `make lab` opens it.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import time

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.batch.forking import FOR_JUPYTER
from closednet.cli.lab_command import LAB_OPTIONS


if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ROOT: Final = Path(__file__).parents[2]
START_TIMEOUT_S: Final = 60.0
HOMES: Final = (
    "JUPYTER_RUNTIME_DIR",
    "JUPYTER_CONFIG_DIR",
    "JUPYTERLAB_SETTINGS_DIR",
    "JUPYTERLAB_WORKSPACES_DIR",
    "IPYTHONDIR",
)


@contextmanager
def lab(folder: Path, environment: Mapping[str, str]) -> Iterator[str]:
    """
    Serve a copy of the model notebooks on loopback; yield the address of one.

    The address has a placeholder for the notebook's file name.
    """
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    (folder / "params").symlink_to(ROOT / "params")
    token = secrets.token_hex(16)
    homes = {name: os.fspath(folder / "jupyter" / name.lower()) for name in HOMES}
    process = _start(folder, {**environment, **FOR_JUPYTER, **homes}, token)
    try:
        port = _port(Path(homes["JUPYTER_RUNTIME_DIR"]), process)
        yield f"http://127.0.0.1:{port}/lab/tree/{{}}?token={token}"
    finally:
        process.terminate()
        process.wait(30)


def _start(
    folder: Path, environment: Mapping[str, str], token: str
) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "jupyterlab", "notebooks", *LAB_OPTIONS]
    command += ["--no-browser", "--allow-root", "--ServerApp.ip=127.0.0.1"]
    command += ["--ServerApp.port=0", f"--IdentityProvider.token={token}"]
    log = (folder / "jupyterlab.log").open("wb")
    with log:
        return subprocess.Popen(
            command, cwd=folder, env=environment, stdout=log, stderr=log
        )


def _port(runtime: Path, process: subprocess.Popen[bytes]) -> int:
    deadline = time.monotonic() + START_TIMEOUT_S
    while process.poll() is None and time.monotonic() < deadline:
        for file in runtime.glob("jpserver-*.json"):
            port = int(json.loads(file.read_text("utf-8") or "{}").get("port", 0))
            if port:
                return port
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start (exit code {process.poll()})")
