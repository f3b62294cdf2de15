"""
BIND, unbound and dnsmasq as sites run them: strict, and without the internet.

They validate DNSSEC and drop private addresses; everything that our zones do not
cover goes to loopback as well, so that nothing is asked of the world.
"""

from __future__ import annotations

import getpass
import socket
import subprocess
import time

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.query
import pytest

from closednet.model import forwarders
from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dns.message import Message


PACKAGES = {"named": "bind9", "unbound": "unbound", "dnsmasq": "dnsmasq-base"}
ROOT_ANCHOR = (
    ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
)
READY_S = 10.0


@dataclass(frozen=True)
class Wishes:
    """
    Where a server listens, what it forwards, and where to.

    `edit` changes the generated part of the configuration; `more` goes into what
    the site had there before (BIND's options, unbound's server section).
    """

    folder: Path
    port: int
    inbound: str
    other: str
    zones: tuple[str, ...]
    edit: Callable[[str], str] = str
    more: str = ""


def bind(wishes: Wishes) -> tuple[str, ...]:
    """
    Write named.conf and return the command.
    """
    folder, zones = wishes.folder, wishes.zones
    target = wishes.inbound.replace(":", " port ")
    root = wishes.other.replace(":", " port ")
    config = folder / "named.conf"
    config.write_text(
        f'options {{ directory "{folder}"; pid-file "{folder}/pid"; listen-on-v6 {{ }};'
        f'  session-keyfile "{folder}/key";'
        f"  listen-on port {wishes.port} {{ 127.0.0.1; }};"
        "  dnssec-validation auto; recursion yes; forward only;"
        f"  forwarders {{ {root}; }};\n{wishes.more}\n"
        + wishes.edit(forwarders.bind_options(zones))
        + "};\ncontrols { };\n"
        + wishes.edit(forwarders.bind(zones, [target]))
    )
    return ("named", "-f", "-n", "1", "-c", str(config))


def unbound(wishes: Wishes) -> tuple[str, ...]:
    """
    Write unbound.conf and return the command.
    """
    config = wishes.folder / "unbound.conf"
    config.write_text(
        f'server:\n  directory: "{wishes.folder}"\n  chroot: ""\n  username: ""\n'
        f'  interface: 127.0.0.1\n  port: {wishes.port}\n  pidfile: ""\n'
        "  do-not-query-localhost: no\n  private-address: 10.0.0.0/8\n  ede: yes\n"
        f'  trust-anchor: "{ROOT_ANCHOR}"\n  use-caps-for-id: yes\n{wishes.more}\n'
        "remote-control:\n  control-enable: no\n"
        f'forward-zone:\n  name: "."\n'
        f"  forward-addr: {wishes.other.replace(':', '@')}\n"
        + wishes.edit(
            forwarders.unbound(wishes.zones, [wishes.inbound.replace(":", "@")])
        )
    )
    return ("unbound", "-d", "-c", str(config))


def dnsmasq(wishes: Wishes) -> tuple[str, ...]:
    """
    Write dnsmasq.conf and return the command.
    """
    config = wishes.folder / "dnsmasq.conf"
    anchor = ROOT_ANCHOR.replace(" DS ", ",").replace(" ", ",")
    config.write_text(
        f"port={wishes.port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\n"
        f"no-hosts\nuser={getpass.getuser()}\npid-file=\nstop-dns-rebind\n"
        f"dnssec\ntrust-anchor={anchor}\n"
        f"server={wishes.other.replace(':', '#')}\n{wishes.more}\n"
        + wishes.edit(
            forwarders.dnsmasq(wishes.zones, [wishes.inbound.replace(":", "#")])
        )
    )
    return ("dnsmasq", "--keep-in-foreground", f"--conf-file={config}")


PRODUCTS = {"bind": bind, "unbound": unbound, "dnsmasq": dnsmasq}


@contextmanager
def running(product: str, wishes: Wishes) -> Iterator[None]:
    """
    Run a name server until the end of the block.
    """
    name, *rest = PRODUCTS[product](wishes)
    command = (tool(name, PACKAGES[name]), *rest)
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_until_it_answers(wishes.port)
            yield
        finally:
            server.terminate()
            server.wait(READY_S)


def wait_until_it_answers(port: int) -> None:
    """
    Ask for its version, which it knows without asking others.
    """
    query = dns.message.make_query("version.bind", "TXT", "CH")
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        try:
            dns.query.udp(query, "127.0.0.1", 0.3, port)
        except (dns.exception.DNSException, OSError):
            time.sleep(0.05)
        else:
            return
    pytest.fail("the name server never answered")


def free_port() -> int:
    """
    Return a port that is free for UDP and TCP.
    """
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        return int(tcp.getsockname()[1])


def ask(
    query: Callable[..., Message],
    port: int,
    name: str,
    rtype: str = "A",
    timeout: float = 5.0,
) -> Message:
    """
    Ask the server under test.
    """
    return query(dns.message.make_query(name, rtype), "127.0.0.1", timeout, port)


def ips(message: Message) -> set[str]:
    """
    Return the addresses in an answer.
    """
    return {item.to_text() for rrset in message.answer for item in rrset}
