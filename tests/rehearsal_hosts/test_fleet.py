"""
Servers that are made, reached, switched off and on, and ended.
"""

from __future__ import annotations

import subprocess
import time

from typing import TYPE_CHECKING

import pytest

from closednet_rehearsal.host.fleet import Fleet, simulated_hosts
from closednet_rehearsal.host.processes import inside
from tests.rehearsal_hosts.agents import install


if TYPE_CHECKING:
    from pathlib import Path

    from tests.rehearsal_hosts.conftest import Run


def test_three_servers_are_made_at_once(tmp_path: Path) -> None:
    began = time.perf_counter()
    Fleet(tmp_path, "http://127.0.0.1:1", "127.0.0.1:1").create(simulated_hosts(3))

    assert time.perf_counter() - began < 0.5


def test_servers_differ_and_are_the_same_every_time(tmp_path: Path) -> None:
    ids = []
    for name in ("one", "two"):
        fleet = Fleet(tmp_path / name, "http://127.0.0.1:1", "127.0.0.1:1")
        specs = simulated_hosts(50)
        fleet.create(specs)
        files = [fleet.folder(s.name) / "root/etc/machine-id" for s in specs]
        ids.append([file.read_text() for file in files])

    assert ids[0] == ids[1]
    assert len(set(ids[0])) == 50
    assert len({spec.address for spec in simulated_hosts(1000)}) == 1000


def test_a_command_runs_in_the_world_of_the_server(run: Run, fleet: Fleet) -> None:
    done = run("192.168.10.11", "hostname; id -u; pwd; uname -m; hostname -I")

    home = fleet.folder("web01") / "root/root"
    assert ["web01", "0", str(home), "x86_64", "192.168.10.11"] == done.stdout.split()
    assert run("pi01", "uname -m").stdout == "aarch64\n"


def test_exit_code_and_standard_input_are_the_command_s(run: Run) -> None:
    assert run("web01", "exit 7").returncode == 7
    assert run("web01", "sudo -n -- /bin/sh -s", text="echo read; exit 3\n").stdout == (
        "read\n"
    )


def test_nothing_of_this_process_s_environment_gets_in(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AWS_REGION", "us-east-1")

    assert run("web01", 'echo "[${AWS_REGION:-}]"').stdout == "[]\n"


@pytest.mark.parametrize(
    ("host", "words"),
    [
        ("nobody", "Could not resolve hostname nobody"),
        ("192.168.10.99", "connect to host 192.168.10.99 port 22: Connection timed"),
    ],
)
def test_unknown_servers_are_unreachable(run: Run, host: str, words: str) -> None:
    done = run(host, "true")

    assert done.returncode == 255
    assert words in done.stderr


def test_a_server_that_is_off_is_silent_and_boots_with_its_services(
    run: Run, fleet: Fleet
) -> None:
    install(run, register=False)
    run("web01", "systemctl start amazon-ssm-agent")
    folder = fleet.folder("web01")
    assert len(inside([folder])) == 1

    fleet.power("web01", False)

    assert inside([folder]) == []
    off = run("web01", "true")
    assert off.returncode == 255
    assert "port 22: Connection timed out" in off.stderr

    fleet.power("web01", True)

    assert run("web01", "systemctl is-active amazon-ssm-agent").stdout == "active\n"


def test_switching_an_unknown_server_is_refused(fleet: Fleet) -> None:
    with pytest.raises(KeyError):
        fleet.power("nobody", False)


def test_stopping_ends_whatever_runs_inside(run: Run, fleet: Fleet) -> None:
    install(run, register=False)
    run("web01", "systemctl start amazon-ssm-agent")
    with subprocess.Popen([fleet.ssh, "web01", "sleep 60"]) as sleeper:
        time.sleep(0.05)
        began = time.perf_counter()
        fleet.stop()

        assert time.perf_counter() - began < 1
        assert inside([fleet.folder("web01")]) == []
        assert sleeper.wait(5) != 0
