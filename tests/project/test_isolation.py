"""
The tests' own walls.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys

from pathlib import Path

import boto3
import pytest

from tests.isolation import NetworkForbiddenError


ROOT = Path(__file__).parents[2]
SKIPPING = """
import pytest

@pytest.mark.debian
def test_needs_a_package():
    pytest.skip("x is missing: apt-get install y")

def test_skips_for_another_reason():
    pytest.skip("not here")
"""


@pytest.mark.parametrize("host", ["192.0.2.1", "amazonaws.com", "2001:db8::1"])
def test_nothing_leaves_this_machine(host: str) -> None:
    with pytest.raises(NetworkForbiddenError, match=host):
        socket.create_connection((host, 443), timeout=0.1)


def test_no_packet_leaves_this_machine() -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as packet,
        pytest.raises(NetworkForbiddenError),
    ):
        packet.sendto(b"", ("192.0.2.1", 53))


def test_loopback_is_open() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1),
    ):
        assert server.getsockname()[0] == "127.0.0.1"


def test_credentials_are_the_rehearsals_whatever_home_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".aws").mkdir()
    (tmp_path / ".aws/credentials").write_text(
        "[default]\naws_access_key_id = SOMEBODYS\naws_secret_access_key = x\n"
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    credentials = boto3.Session().get_credentials()

    assert credentials is not None
    assert "AKIAREHEARSALOPERATOR" == credentials.access_key


@pytest.mark.parametrize(("asked", "failed"), [("0", 0), ("1", 1)])
def test_ci_allows_no_skip_for_a_missing_package(
    tmp_path: Path, asked: str, failed: int
) -> None:
    (tmp_path / "conftest.py").write_text("from tests.conftest import *\n")
    (tmp_path / "test_it.py").write_text(SKIPPING)
    configuration = ("-c", str(ROOT / "pyproject.toml"), "-p", "no:cacheprovider")

    done = subprocess.run(
        [sys.executable, "-m", "pytest", *configuration, str(tmp_path)],
        check=False,
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            **os.environ,
            "CLOSEDNET_REQUIRE_DEBIAN": asked,
            "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1",
        },
    )

    assert failed == done.returncode, done.stdout
    assert f"{2 - failed} skipped" in done.stdout
    assert ("apt-get install y" in done.stdout) is True
