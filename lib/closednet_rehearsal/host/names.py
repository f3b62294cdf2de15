"""
A server's resolver: its hosts file, then the one DNS server it was given.
"""

from __future__ import annotations

import os
import socket
import struct
import time

from typing import TYPE_CHECKING, Final


if TYPE_CHECKING:
    from closednet_rehearsal.host.machine import Machine

TRIES: Final = 2
USUAL_S: Final = 1.0
RCODE: Final = 0x0F
SERVFAIL: Final = 2
ADDRESS_RECORD: Final = 1
TRUNCATED: Final = 0x0200
POINTER: Final = 0xC0
OCTETS: Final = 4


class Unresolved(Exception):  # noqa: N818 - what it is, not that it is an error
    """
    A name has no address; the text says why, in the words of Go's resolver.
    """


def addresses(machine: Machine, name: str) -> list[str]:
    """
    Return the IPv4 addresses of a name.

    Raises:
        Unresolved: There are none, or nobody answers.
    """
    name = name.rstrip(".").lower()
    if is_address(name):
        return [name]
    known = _from_hosts_file(machine, name)
    if known:
        return known
    try:
        found = _ask(machine.dns, name, machine.patience_s)
    except OSError as error:
        raise Unresolved(f"lookup {name}: i/o timeout") from error
    if not found:
        raise Unresolved(f"lookup {name}: no such host")
    return found


def is_address(text: str) -> bool:
    """
    Tell whether a text is an IPv4 address.
    """
    parts = text.split(".")
    return len(parts) == OCTETS and all(part.isdigit() for part in parts)


def is_private(address: str) -> bool:
    """
    Tell whether an address is one of RFC 1918's.
    """
    first, second = (int(part) for part in address.split(".")[:2])
    return (
        first == 10  # noqa: PLR2004 - the three networks of RFC 1918
        or (first, second) == (192, 168)
        or (first == 172 and second // 16 == 1)  # noqa: PLR2004
    )


def _from_hosts_file(machine: Machine, name: str) -> list[str]:
    try:
        text = (machine.root / "etc/hosts").read_text()
    except OSError:
        return []
    rows = [line.split("#")[0].split() for line in text.splitlines()]
    return [row[0] for row in rows if name in row[1:] and is_address(row[0])]


def _ask(server: str, name: str, patience_s: float) -> list[str]:
    host, _, port = server.rpartition(":")
    query = _query(name)
    answer = _by_udp((host, int(port)), query, patience_s)
    until = time.monotonic() + patience_s
    # A busy forwarder gives up; a patient server asks again.
    while answer[3] & RCODE == SERVFAIL and _may_wait(until, patience_s):
        time.sleep(USUAL_S / 2)
        answer = _by_udp((host, int(port)), query, patience_s)
    if struct.unpack("!H", answer[2:4])[0] & TRUNCATED:
        answer = _by_tcp((host, int(port)), query, patience_s)
    return _parse(answer)


def _may_wait(until: float, patience_s: float) -> bool:
    return patience_s > USUAL_S and time.monotonic() < until


def _query(name: str) -> bytes:
    labels = b"".join(
        bytes([len(label)]) + label for label in name.encode().split(b".")
    )
    header = os.urandom(2) + struct.pack("!5H", 0x0100, 1, 0, 0, 0)
    return header + labels + b"\0" + struct.pack("!2H", ADDRESS_RECORD, 1)


def _by_udp(server: tuple[str, int], query: bytes, patience_s: float) -> bytes:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as channel:
        channel.settimeout(patience_s)
        channel.connect(server)
        for left in reversed(range(TRIES)):
            channel.send(query)
            try:
                answer = channel.recv(4096)
            except TimeoutError:
                if not left:
                    raise
            else:
                if answer[:2] == query[:2]:
                    return answer
    raise TimeoutError


def _by_tcp(server: tuple[str, int], query: bytes, patience_s: float) -> bytes:
    with socket.create_connection(server, timeout=patience_s) as channel:
        channel.sendall(struct.pack("!H", len(query)) + query)
        with channel.makefile("rb") as stream:
            length = struct.unpack("!H", stream.read(2))[0]
            return stream.read(length)


def _parse(answer: bytes) -> list[str]:
    questions, records = struct.unpack("!2H", answer[4:8])
    place = 12
    for _ in range(questions):
        place = _after_name(answer, place) + 4
    found = []
    for _ in range(records):
        place = _after_name(answer, place)
        kind, _, _, length = struct.unpack("!HHIH", answer[place : place + 10])
        place += 10
        if kind == ADDRESS_RECORD:
            found.append(socket.inet_ntoa(answer[place : place + length]))
        place += length
    return found


def _after_name(answer: bytes, place: int) -> int:
    while answer[place]:
        if answer[place] >= POINTER:
            return place + 2
        place += answer[place] + 1
    return place + 1
