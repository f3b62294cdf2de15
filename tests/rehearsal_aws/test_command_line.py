"""
`closednet-rehearsal`: start, stop, status.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml

from closednet.params.connection import Connection
from closednet_rehearsal.__main__ import main
from closednet_rehearsal.host.fleet import simulated_hosts
from closednet_rehearsal.work_dir import sweep, write_connection, write_params


if TYPE_CHECKING:
    from collections.abc import Sequence

COMMAND = (sys.executable, "-m", "closednet_rehearsal")


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    """
    Run one command of the command line.
    """
    return subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, cwd=cwd
    )


@pytest.mark.parametrize("arguments", [["--help"], ["start", "--help"], ["--version"]])
def test_help_and_version_explain(
    arguments: Sequence[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(list(arguments))

    assert 0 == caught.value.code
    assert "closednet-rehearsal" in capsys.readouterr().out


@pytest.mark.parametrize("command", ["stop", "status"])
def test_nothing_to_stop_is_said(
    command: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 1 == main([command, "--work-dir", str(tmp_path)])
    assert "no rehearsal is running" in capsys.readouterr().err


def test_connection_file_is_what_closednet_reads(tmp_path: Path) -> None:
    path = write_connection(
        tmp_path, "http://127.0.0.1:1", {"10.20.1.10": "127.0.0.1:2"}, "127.0.0.1:3"
    )
    connection = Connection.model_validate_json(
        json.dumps(yaml.safe_load(path.read_text("utf-8")))
    )

    assert connection.simulated
    assert "127.0.0.1:3" == connection.tunnels["192.168.10.53:53"]
    assert "127.0.0.1:2" == connection.tunnels["10.20.1.10:53"]


def test_parameters_are_copied_with_the_servers_asked_for(tmp_path: Path) -> None:
    path = write_params(tmp_path, Path(__file__).resolve().parent, simulated_hosts(5))

    assert path is not None
    assert 5 == len(yaml.safe_load(path.read_text("utf-8"))["hosts"])
    assert write_params(tmp_path, tmp_path, simulated_hosts(1)) is None


def test_sweeping_keeps_what_is_not_the_rehearsals(tmp_path: Path) -> None:
    (tmp_path / "hosts" / "web01").mkdir(parents=True)
    (tmp_path / "ready.json").write_text("{}", "utf-8")
    (tmp_path / "notes.txt").write_text("mine", "utf-8")
    sweep(tmp_path)

    assert ["notes.txt"] == [path.name for path in tmp_path.iterdir()]


@pytest.mark.rehearsal
def test_start_serves_until_stopped_and_leaves_nothing(tmp_path: Path) -> None:
    work_dir, ready_file = tmp_path / "work", tmp_path / "ready.json"
    process = subprocess.Popen(
        [
            *COMMAND,
            "start",
            f"--work-dir={work_dir}",
            f"--ready-file={ready_file}",
            "--hosts=1",
        ],
        stdout=subprocess.DEVNULL,
        env=os.environ
        | {"PYTHONWARNINGS": "error::ResourceWarning"}
        | {"CLOSEDNET_CONNECTION": os.fspath(tmp_path / "that-of-another.yaml")},
    )
    try:
        deadline = time.monotonic() + 60
        while not ready_file.is_file() and time.monotonic() < deadline:
            assert process.poll() is None
            time.sleep(0.05)
        ready = json.loads(ready_file.read_text("utf-8"))
        status = run("status", f"--work-dir={work_dir}")
        second = run("start", f"--work-dir={work_dir}")
        stopped = run("stop", f"--work-dir={work_dir}")
    finally:
        process.send_signal(signal.SIGTERM)
        code = process.wait(20)

    assert ready["simulated"]
    assert ready == json.loads(status.stdout)
    assert 1 == second.returncode
    assert 0 == stopped.returncode == code
    assert not work_dir.exists()
