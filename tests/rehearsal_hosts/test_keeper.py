"""
A keeper's forks behave like programs that were started afresh.
"""

from __future__ import annotations

import subprocess
import time

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from closednet_rehearsal.host import keeper
from closednet_rehearsal.host.fleet import Fleet, HostSpec
from closednet_rehearsal.host.processes import inside


if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "web01"


@pytest.fixture(name="fleet", scope="module")
def _fleet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Fleet]:
    work = tmp_path_factory.mktemp("kept")
    fleet = Fleet(work, "http://127.0.0.1:1", "127.0.0.1:1")
    fleet.create([HostSpec(NAME, "192.168.10.11")])
    process = keeper.start(work)
    yield fleet
    keeper.stop(process, work)
    fleet.stop()


def run(fleet: Fleet, script: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [fleet.ssh, NAME, "/bin/sh -s"],
        input=script,
        text=True,
        capture_output=True,
        check=False,
        timeout=60,
    )


def test_output_exit_code_and_redirections_are_the_shell_s(fleet: Fleet) -> None:
    done = run(
        fleet,
        "dpkg -s nothing >out 2>err; echo $?; cat err >&2\n"
        "{ echo first; systemctl is-enabled cron; echo last; } >>out; cat out; rm out err",
    )

    assert ["1", "first", "enabled", "last"] == done.stdout.split()
    assert "nothing" in done.stderr


def test_umask_folder_and_pipes_are_the_shell_s(fleet: Fleet) -> None:
    done = run(fleet, "umask 027; systemctl list-units; getent hosts localhost | wc -l")

    assert ["1"] == done.stdout.split()


def test_what_was_forked_is_found_and_ended_with_its_server(fleet: Fleet) -> None:
    unit = fleet.folder(NAME) / "root/lib/systemd/system/amazon-ssm-agent.service"
    unit.write_text("[Service]\nExecStart=/usr/bin/amazon-ssm-agent\n")
    done = run(
        fleet, "systemctl start amazon-ssm-agent; systemctl is-active amazon-ssm-agent"
    )
    assert "active" == done.stdout.strip()

    folder = fleet.folder(NAME)
    pid = int((folder / "run/amazon-ssm-agent.pid").read_text())
    assert b"keeper" in Path(f"/proc/{pid}/cmdline").read_bytes()
    assert pid in inside([folder])

    run(fleet, "systemctl stop amazon-ssm-agent")
    time.sleep(0.1)
    assert pid not in inside([folder])
