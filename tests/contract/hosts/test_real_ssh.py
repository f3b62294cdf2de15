"""
The connector against a real OpenSSH server on loopback.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import shutil
import socket
import subprocess
import time

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pytest

from closednet.errors import CommandFailed, HostError
from closednet.hosts.connector import Fleet
from closednet.hosts.scripts import Script, render
from closednet.params.connection import Connection
from closednet.params.site import Host
from closednet.redact import Secret
from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.hosts.results import CommandResult

HELLO: Final = Script("hello", "echo closednet: hello=$(id -un)\n")
START_S: Final = 10.0
CONFIG: Final = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host
PidFile none
AuthorizedKeysFile {folder}/authorized
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin prohibit-password
"""


@dataclass(frozen=True)
class Server:
    """
    A running sshd that lets one key in.
    """

    folder: Path
    port: int

    @property
    def known(self) -> str:
        """
        What stands in known_hosts about it.
        """
        key = (self.folder / "host.pub").read_text()
        return f"[127.0.0.1]:{self.port} {key}"

    def client(
        self, *options: str, known: str = "", key: str = "user"
    ) -> tuple[str, ...]:
        """
        Return the SSH command that reaches it.
        """
        file = self.folder / f"known-{abs(hash((options, known, key)))}"
        file.write_text(known or self.known)
        return (
            *("ssh", "-F", "none", "-p", str(self.port), "-i", str(self.folder / key)),
            *("-o", "BatchMode=yes", "-o", "IdentitiesOnly=yes"),
            *("-o", f"UserKnownHostsFile={file}", "-o", "IdentityAgent=none"),
            *("-o", "ConnectTimeout=2", *options),
        )

    def run(self, script: Script = HELLO, *, by: tuple[str, ...] = ()) -> CommandResult:
        """
        Run a script as whoever runs this test.
        """
        me = getpass.getuser()
        host = Host(name="web1", address="127.0.0.1", os="debian", user=me)
        connection = Connection(ssh_command=by or self.client())
        return Fleet((host,), connection).run(script, host)


@pytest.fixture(name="server", scope="module")
def _server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    sshd = tool("sshd", "openssh-server")
    if os.geteuid() != 0:
        pytest.skip("another user than root needs sudo on this machine")
    folder = tmp_path_factory.mktemp("sshd")
    for name in ("host", "other", "user", "stranger"):
        make = ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name))
        subprocess.run(make, check=True)
    shutil.copy(folder / "user.pub", folder / "authorized")
    server = Server(folder, _free_port())
    config = folder / "sshd_config"
    config.write_text(CONFIG.format(port=server.port, folder=folder))
    # Debian's sshd wants this folder, which its service makes otherwise.
    with contextlib.suppress(OSError):
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)
    process = subprocess.Popen([sshd, "-D", "-e", "-f", str(config)], stderr=-3)
    try:
        _wait(server.port, process)
        yield server
    finally:
        process.terminate()
        process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_S
    while time.monotonic() < deadline and process.poll() is None:
        with (
            contextlib.suppress(OSError),
            socket.create_connection(("127.0.0.1", port)),
        ):
            return
        time.sleep(0.05)
    raise RuntimeError("sshd did not start")


def said(error: pytest.ExceptionInfo[HostError]) -> str:
    return f"{error.value.message} | {error.value.hint}"


def test_a_key_is_enough_and_the_script_goes_over_standard_input(
    server: Server,
) -> None:
    result = server.run()

    assert getpass.getuser() == result.value("hello")


def test_a_real_script_of_facts_comes_back_whole(server: Server) -> None:
    assert "yes" == server.run(render("facts")).value("complete")


def test_a_secret_stands_in_no_process_list(server: Server) -> None:
    me = getpass.getuser()
    host = Host(name="web1", address="127.0.0.1", os="debian", user=me)
    fleet = Fleet((host,), Connection(ssh_command=server.client()))
    script = Script(
        "peek", 'ps -eo args | grep -c "[s]w0rdfish" || :\necho "${#CODE}"\n'
    )

    result = fleet.run(script, host, {"CODE": Secret("sw0rdfish-x", name="code")})

    assert ["0", "11"] == result.stdout.split()


def test_a_jump_host_is_the_client_s_own_business(server: Server) -> None:
    inner = " ".join(server.client())
    jump = (
        *server.client(
            "-o", f"ProxyCommand={inner} -W %h:%p {getpass.getuser()}@127.0.0.1"
        ),
    )

    assert getpass.getuser() == server.run(by=jump).value("hello")


def test_a_changed_host_key_is_refused(server: Server) -> None:
    key = (server.folder / "other.pub").read_text()
    known = f"[127.0.0.1]:{server.port} {key}"
    with pytest.raises(HostError, match="not reached") as error:
        server.run(by=server.client(known=known))

    assert "host-key-changed: " in said(error)


def test_an_unknown_host_key_is_refused_too(server: Server) -> None:
    with pytest.raises(HostError, match="Host key verification failed") as error:
        server.run(by=server.client(known="# nobody\n"))

    assert "host-key-unknown: " in said(error)


def test_a_key_that_nobody_accepts_is_named(server: Server) -> None:
    with pytest.raises(HostError, match="Permission denied") as error:
        server.run(by=server.client(key="stranger"))

    assert "ssh-key-refused: " in said(error)


def test_a_dead_server_is_named(server: Server) -> None:
    dead = Server(server.folder, _free_port())
    with pytest.raises(HostError, match="refused") as error:
        dead.run()

    assert "ssh-refused: " in said(error)


def test_a_server_that_takes_a_call_and_says_nothing_is_given_up(
    server: Server,
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as mute:
        silent = Server(server.folder, int(mute.getsockname()[1]))
        with pytest.raises(HostError, match=r"timed out|banner") as error:
            silent.run()

    assert "ssh-hangs: " in said(error)


def test_a_slow_script_is_ended_and_leaves_no_client(server: Server) -> None:
    with pytest.raises(HostError, match="no end after 1 s"):
        server.run(Script("slow", "sleep 60\n", timeout_s=1))


def test_a_failing_script_is_not_a_failing_connection(server: Server) -> None:
    text = "echo 'closednet: failed=disk is full'\nexit 3\n"
    with pytest.raises(CommandFailed, match="ended with 3: disk is full"):
        server.run(Script("write", text))
