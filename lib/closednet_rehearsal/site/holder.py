"""
The process that keeps the site's network namespace: `python -m … holder FD WISHES`.

It was started in namespaces of its own, with no interface but loopback and so with
no way out. It gives that loopback the addresses of the VPC and of the site, opens
listening sockets on them, hands those to the rehearsal, and waits for its end.
"""

from __future__ import annotations

import ctypes
import fcntl
import ipaddress
import json
import os
import socket
import struct
import sys

from pathlib import Path
from typing import Any, Final


SET_ADDRESS: Final = 0x8916
SET_NETMASK: Final = 0x891C
SET_FLAGS: Final = 0x8914
UP_AND_RUNNING: Final = 0x1 | 0x8 | 0x40
BIND_MOUNT: Final = 0x1000
HTTPS: Final = 443
DNS: Final = 53
BACKLOG: Final = 256


def main(arguments: list[str]) -> int:
    """
    Set the namespace up, hand the sockets over and wait.
    """
    number, text = arguments
    wishes: dict[str, Any] = json.loads(text)
    rehearsal = socket.socket(fileno=int(number))
    addresses(wishes["networks"])
    for source, target in wishes["files"].items():
        cover(Path(source), Path(target))
    sockets = [stream("", HTTPS)]
    for address in wishes["dns"]:
        sockets += [datagram(address, DNS), stream(address, DNS)]
    socket.send_fds(rehearsal, [b"ready"], [each.fileno() for each in sockets])
    while rehearsal.recv(1):
        pass
    return 0


def addresses(networks: list[str]) -> None:
    """
    Make every address of some networks one of this machine's own.

    A network on the loopback interface is local as a whole, like 127.0.0.0/8.
    """
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as control:
        flags = struct.pack("16sH14x", b"lo", UP_AND_RUNNING)
        fcntl.ioctl(control, SET_FLAGS, flags)
        for place, text in enumerate(networks):
            network = ipaddress.IPv4Network(text)
            own = str(network.network_address + 1)
            name = f"lo:{place}".encode()
            for request, address in (
                (SET_ADDRESS, own),
                (SET_NETMASK, str(network.netmask)),
            ):
                packed = socket.inet_aton(address)
                family = socket.AF_INET
                wanted = struct.pack("16sHH4s8x", name, family, 0, packed)
                fcntl.ioctl(control, request, wanted)


def cover(source: Path, target: Path) -> None:
    """
    Let a file appear in place of another, in this namespace only.

    Raises:
        OSError: The kernel refused.
    """
    if not target.exists():
        return
    libc = ctypes.CDLL(None, use_errno=True)
    names = os.fsencode(source), os.fsencode(target)
    if libc.mount(*names, None, BIND_MOUNT, None):
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), os.fspath(target))


def stream(address: str, port: int) -> socket.socket:
    """
    Return a listening TCP socket.
    """
    return socket.create_server((address, port), backlog=BACKLOG)


def datagram(address: str, port: int) -> socket.socket:
    """
    Return a UDP socket.
    """
    opened = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    opened.bind((address, port))
    return opened


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
