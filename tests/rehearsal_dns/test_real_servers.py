"""
BIND, unbound and dnsmasq with our generated zones, between asker and rehearsal.

Each is set as strictly as sites set them: DNSSEC validation without internet,
private addresses dropped. Everything else goes to loopback as well.
"""

from __future__ import annotations

import getpass
import socket
import subprocess
import time

from contextlib import contextmanager
from typing import TYPE_CHECKING

import dns.exception
import dns.message
import dns.query
import pytest

from dns.rcode import NOERROR, NXDOMAIN

from closednet.model import forwarders
from closednet_rehearsal.dns.server import DnsServers
from tests.rehearsal_dns.worlds import (
    REGION,
    S3_VPCE,
    S3_ZONE,
    SSM_LABEL,
    StillView,
    StillWorld,
)
from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dns.message import Message

    from closednet_rehearsal.dns.server import DnsAddresses


pytestmark = pytest.mark.debian

ZONES = forwarders.zones(REGION, ("ssm", "s3"))
SSM = f"ssm.{REGION}.amazonaws.com"
PACKAGES = {"named": "bind9", "unbound": "unbound", "dnsmasq": "dnsmasq-base"}
ROOT_ANCHOR = (
    ". DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D"
)
READY_S = 10.0


def bind(folder: Path, port: int, inbound: str, other: str) -> tuple[str, ...]:
    """
    Write named.conf and return the command.
    """
    target, root = inbound.replace(":", " port "), other.replace(":", " port ")
    config = folder / "named.conf"
    config.write_text(
        f'options {{ directory "{folder}"; pid-file "{folder}/pid"; listen-on-v6 {{ }};'
        f'  session-keyfile "{folder}/key"; listen-on port {port} {{ 127.0.0.1; }};'
        "  dnssec-validation auto; recursion yes; forward only;"
        f"  forwarders {{ {root}; }};\n{forwarders.bind_options(ZONES)}}};\n"
        "controls { };\n" + forwarders.bind(ZONES, [target])
    )
    return ("named", "-f", "-n", "1", "-c", str(config))


def unbound(folder: Path, port: int, inbound: str, other: str) -> tuple[str, ...]:
    """
    Write unbound.conf and return the command.
    """
    config = folder / "unbound.conf"
    config.write_text(
        f'server:\n  directory: "{folder}"\n  chroot: ""\n  username: ""\n'
        f'  interface: 127.0.0.1\n  port: {port}\n  pidfile: ""\n'
        "  do-not-query-localhost: no\n  private-address: 10.0.0.0/8\n"
        f'  trust-anchor: "{ROOT_ANCHOR}"\n  use-caps-for-id: yes\n'
        "remote-control:\n  control-enable: no\n"
        f'forward-zone:\n  name: "."\n  forward-addr: {other.replace(":", "@")}\n'
        + forwarders.unbound(ZONES, [inbound.replace(":", "@")])
    )
    return ("unbound", "-d", "-c", str(config))


def dnsmasq(folder: Path, port: int, inbound: str, other: str) -> tuple[str, ...]:
    """
    Write dnsmasq.conf and return the command.
    """
    config = folder / "dnsmasq.conf"
    config.write_text(
        f"port={port}\nlisten-address=127.0.0.1\nbind-interfaces\nno-resolv\nno-hosts\n"
        f"user={getpass.getuser()}\npid-file=\nstop-dns-rebind\n"
        f"server={other.replace(':', '#')}\n"
        + forwarders.dnsmasq(ZONES, [inbound.replace(":", "#")])
    )
    return ("dnsmasq", "--keep-in-foreground", f"--conf-file={config}")


def free_port() -> int:
    """
    Return a port that is free for UDP and TCP.
    """
    with socket.socket() as tcp:
        tcp.bind(("127.0.0.1", 0))
        return int(tcp.getsockname()[1])


@contextmanager
def running(command: tuple[str, ...], port: int) -> Iterator[None]:
    """
    Run a name server until the end of the block.
    """
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            wait_until_it_answers(port)
            yield
        finally:
            server.terminate()
            server.wait(READY_S)


def wait_until_it_answers(port: int) -> None:
    """
    Ask until there is an answer.
    """
    end = time.monotonic() + READY_S
    while time.monotonic() < end:
        try:
            ask(dns.query.udp, port, SSM, timeout=0.3)
        except (dns.exception.DNSException, OSError):
            time.sleep(0.05)
        else:
            return
    pytest.fail("the name server never answered")


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


@pytest.fixture(name="servers", scope="module")
def _servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsAddresses]:
    ours = DnsServers(StillView(StillWorld()), tmp_path_factory.mktemp("rehearsal"))
    yield ours.start()
    ours.stop()


@pytest.fixture(
    name="port",
    scope="module",
    params=[bind, unbound, dnsmasq],
    ids=["bind", "unbound", "dnsmasq"],
)
def _port(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    servers: DnsAddresses,
) -> Iterator[int]:
    folder = tmp_path_factory.mktemp("server")
    port = free_port()
    name, *rest = request.param(folder, port, servers.inbound, servers.forwarder)
    with running((tool(name, PACKAGES[name]), *rest), port):
        yield port


@pytest.mark.parametrize(
    ("name", "addresses"),
    [
        (SSM, {"10.20.1.21", "10.20.2.21"}),
        (
            f"{SSM_LABEL}.ssm.{REGION}.vpce.amazonaws.com",
            {"10.20.1.21", "10.20.2.21"},
        ),
        (f"bucket.{S3_VPCE}", {"10.20.1.22", "10.20.2.22"}),
        (S3_ZONE, {"10.20.1.22", "10.20.2.22"}),
        (f"amazon-ssm-{REGION}.{S3_ZONE}", {"10.20.1.22", "10.20.2.22"}),
    ],
    ids=["regional", "vpce", "bucket", "s3", "virtual-hosted"],
)
@pytest.mark.parametrize("query", [dns.query.udp, dns.query.tcp], ids=["udp", "tcp"])
def test_private_addresses_pass_through(
    port: int, query: Callable[..., Message], name: str, addresses: set[str]
) -> None:
    answer = ask(query, port, name)

    assert (NOERROR, addresses) == (answer.rcode(), ips(answer))


@pytest.mark.parametrize("name", [SSM, S3_ZONE, f"bucket.{S3_VPCE}"])
def test_no_ipv6_address_is_an_empty_answer(port: int, name: str) -> None:
    """With an SOA above the forwarded zone BIND would say SERVFAIL."""
    answer = ask(dns.query.udp, port, name, "AAAA")

    assert (NOERROR, set()) == (answer.rcode(), ips(answer))


def test_an_unknown_endpoint_name_does_not_exist(port: int) -> None:
    name = f"vpce-none.ssm.{REGION}.vpce.amazonaws.com"

    assert NXDOMAIN == ask(dns.query.udp, port, name).rcode()
