"""
The site as a network namespace: its addresses are the real ones, and lead nowhere.

A socket belongs to the namespace in which it was opened. So the rehearsal stays
where it is, on loopback, and listens inside the site at the same time.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import sys

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.settings import (
    INBOUND_IPS,
    ON_PREMISES_DNS_SERVER,
    VPC_CIDR,
)


if TYPE_CHECKING:
    from collections.abc import Sequence


HOLDER: Final = "closednet_rehearsal.site.holder"
START_S: Final = 20.0
STOP_S: Final = 5.0
NAME_SERVERS: Final = (ON_PREMISES_DNS_SERVER, *INBOUND_IPS)
SOCKETS: Final = 1 + 2 * len(NAME_SERVERS)
RESOLV_CONF: Final = Path("/etc/resolv.conf")
NSSWITCH: Final = Path("/etc/nsswitch.conf")


class NamespaceError(RuntimeError):
    """
    This machine does not let us have a network namespace; the text says why.
    """


@dataclass(frozen=True, slots=True)
class NameServer:
    """
    The two sockets of a name server inside the site.
    """

    address: str
    udp: socket.socket
    tcp: socket.socket


@dataclass(frozen=True, slots=True)
class Namespace:
    """
    A site that is held by a process; `user` says whether it has users of its own.
    """

    process: subprocess.Popen[str]
    line: socket.socket
    https: socket.socket
    name_servers: tuple[NameServer, ...]
    user: bool

    @property
    def pid(self) -> int:
        """
        The process whose namespaces they are.
        """
        return self.process.pid

    def close(self) -> None:
        """
        Let the holding process end; the sockets are closed by their listeners.
        """
        self.line.close()
        if self.process.stderr is not None:
            self.process.stderr.close()
        try:
            self.process.wait(STOP_S)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()


def open_namespace(folder: Path, networks: Sequence[str]) -> Namespace:
    """
    Make a namespace with the addresses of the VPC and of these networks.

    Args:
        folder: Where the files go that replace some of `/etc` inside.
        networks: The networks on premises, such as `192.168.10.0/24`.

    Raises:
        NamespaceError: The machine does not allow it.
    """
    if shutil.which("unshare") is None or shutil.which("nsenter") is None:
        raise NamespaceError("unshare and nsenter are missing: install util-linux")
    wishes = {
        "networks": [VPC_CIDR, *networks],
        "dns": NAME_SERVERS,
        "files": _files(folder),
    }
    # Whoever is not root may be, among users of one's own.
    is_root = os.geteuid() == 0
    reasons = []
    for user in (False, True) if is_root else (True,):
        try:
            return _open(json.dumps(wishes), user=user)
        except NamespaceError as error:
            reasons.append(str(error))
    raise NamespaceError(reasons[0])


def enter(pid: int, command: Sequence[str], *, user: bool) -> list[str]:
    """
    Return the command line that runs a command inside a site.
    """
    users = ["--user", "--preserve-credentials"] if user else []
    # The working directory is of the mount namespace that is left.
    move = ["sh", "-c", 'cd "$0" && exec "$@"', os.fspath(Path.cwd())]
    target = ["nsenter", "--target", str(pid), *users, "--net", "--mount", "--"]
    return [*target, *move, *command]


def _open(wishes: str, *, user: bool) -> Namespace:
    ours, theirs = socket.socketpair()
    users = ["--user", "--map-root-user"] if user else []
    command = ["unshare", *users, "--net", "--mount", "--", sys.executable]
    command += ["-m", HOLDER, str(theirs.fileno()), wishes]
    process = subprocess.Popen(  # noqa: S603 - our own
        command, pass_fds=[theirs.fileno()], stderr=subprocess.PIPE, text=True
    )
    theirs.close()
    ours.settimeout(START_S)
    try:
        told, numbers, _, _ = socket.recv_fds(ours, 16, SOCKETS)
    except OSError:
        told, numbers = b"", []
    if not told or len(numbers) != SOCKETS:
        ours.close()
        raise NamespaceError(_why(process))
    https, *rest = (socket.socket(fileno=number) for number in numbers)
    servers = zip(NAME_SERVERS, rest[::2], rest[1::2], strict=True)
    name_servers = tuple(NameServer(*each) for each in servers)
    return Namespace(process, ours, https, name_servers, user)


def _why(process: subprocess.Popen[str]) -> str:
    process.terminate()
    _, errors = process.communicate(timeout=STOP_S)
    lines = [line for line in errors.splitlines() if line.strip()]
    reason = lines[-1] if lines else f"exit code {process.returncode}"
    return f"no network namespace can be made here: {reason}"


def _files(folder: Path) -> dict[str, str]:
    """
    Write the files that make the C library ask the site's name server only.
    """
    resolv = folder / "resolv.conf"
    resolv.write_text(f"nameserver {ON_PREMISES_DNS_SERVER}\n", "utf-8")
    files = {str(resolv): str(RESOLV_CONF)}
    if NSSWITCH.is_file():
        # Other sources would ask a daemon that stands outside the namespace.
        text = re.sub(r"(?m)^hosts:.*$", "hosts: files dns", NSSWITCH.read_text())
        nsswitch = folder / "nsswitch.conf"
        nsswitch.write_text(text, "utf-8")
        files[str(nsswitch)] = str(NSSWITCH)
    return files
