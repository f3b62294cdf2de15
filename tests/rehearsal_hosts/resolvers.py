"""
A DNS server that fits in a test.
"""

from __future__ import annotations

import socket
import threading

from contextlib import contextmanager
from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rrset


if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def resolving(names: dict[str, str]) -> Iterator[str]:
    """
    Answer DNS questions over UDP and TCP; names of several addresses need TCP.
    """
    udp, tcp = _one_port()
    threads = [
        threading.Thread(target=_by_udp, args=(udp, names)),
        threading.Thread(target=_by_tcp, args=(tcp, names)),
    ]
    for thread in threads:
        thread.start()
    port = udp.getsockname()[1]
    try:
        yield f"127.0.0.1:{port}"
    finally:
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as last:
            last.sendto(b"", ("127.0.0.1", port))
        socket.create_connection(("127.0.0.1", port)).close()
        for thread in threads:
            thread.join()
        udp.close()
        tcp.close()


def _one_port() -> tuple[socket.socket, socket.socket]:
    # A port that is free for one protocol may be taken for the other.
    while True:
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        udp.bind(("127.0.0.1", 0))
        try:
            return udp, socket.create_server(udp.getsockname())
        except OSError:
            udp.close()


def _by_udp(udp: socket.socket, names: dict[str, str]) -> None:
    while True:
        query, sender = udp.recvfrom(4096)
        if not query:
            return
        answer = _respond(query, names)
        if len(answer.answer) and len(answer.answer[0]) > 1:
            answer.answer.clear()
            answer.flags |= dns.flags.TC
        udp.sendto(answer.to_wire(), sender)


def _by_tcp(tcp: socket.socket, names: dict[str, str]) -> None:
    while True:
        channel, _ = tcp.accept()
        with channel, channel.makefile("rb") as stream:
            size = stream.read(2)
            if not size:
                return
            answer = _respond(stream.read(int.from_bytes(size)), names).to_wire()
            channel.sendall(len(answer).to_bytes(2) + answer)


def _respond(query: bytes, names: dict[str, str]) -> dns.message.Message:
    asked = dns.message.from_wire(query)
    answer = dns.message.make_response(asked)
    name = asked.question[0].name.to_text(omit_final_dot=True)
    known = names.get(name, names.get(name.partition(".")[2], ""))
    if known:
        answer.answer.append(
            dns.rrset.from_text(asked.question[0].name, 60, "IN", "A", *known.split())
        )
    else:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    return answer
