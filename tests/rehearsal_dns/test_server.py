"""
The two servers over real sockets.
"""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import time

from hashlib import sha512
from typing import TYPE_CHECKING

import dns.asyncquery
import dns.exception
import dns.flags
import dns.message
import dns.query
import pytest

from dns.rcode import NOERROR, NOTIMP, NXDOMAIN, REFUSED, SERVFAIL

from closednet_rehearsal.dns.admin import clear_zones, install_zones
from closednet_rehearsal.dns.server import DnsServers
from closednet_rehearsal.dns.state import Zone, ZoneRecord
from tests.rehearsal_dns.worlds import REGION, S3_ZONE, StillView, StillWorld


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from dns.message import Message

    from closednet_rehearsal.dns.server import DnsAddresses


SSM_NAME = f"ssm.{REGION}.amazonaws.com"
ZONES = f"{REGION}.amazonaws.com\n{REGION}.vpce.amazonaws.com\n"
MANY = Zone(
    "many.test",
    (ZoneRecord("many.test", "A", tuple(f"10.1.0.{n}" for n in range(1, 201))),),
)


def place(address: str) -> tuple[str, int]:
    """
    Split `host:port`.
    """
    host, _, port = address.partition(":")
    return host, int(port)


def ask(
    address: str,
    name: str,
    rtype: str = "A",
    *,
    timeout: float = 3.0,
    edns: bool = True,
) -> Message:
    """
    Ask over UDP.
    """
    query = dns.message.make_query(name, rtype, use_edns=edns)
    host, port = place(address)
    return dns.query.udp(query, host, timeout, port)


def ips(message: Message) -> list[str]:
    """
    Return the addresses in an answer.
    """
    return [item.to_text() for rrset in message.answer for item in rrset]


@pytest.fixture(name="world")
def _world() -> StillWorld:
    return StillWorld()


@pytest.fixture(name="servers")
def _servers(world: StillWorld, tmp_path: Path) -> Iterator[DnsAddresses]:
    servers = DnsServers(StillView(world), tmp_path)
    yield servers.start()
    servers.stop()


@pytest.mark.parametrize("query", [dns.query.udp, dns.query.tcp])
def test_the_inbound_endpoint_answers_over_udp_and_tcp(
    servers: DnsAddresses, query: Callable[..., Message]
) -> None:
    host, port = place(servers.inbound)

    answer = query(dns.message.make_query(SSM_NAME, "A"), host, 3.0, port)

    assert ["10.20.1.21", "10.20.2.21"] == ips(answer)
    assert answer.flags & dns.flags.RA


def test_letters_keep_their_case(servers: DnsAddresses) -> None:
    """Resolvers that randomise case (0x20) compare what comes back."""
    name = f"sSm.{REGION.upper()}.amazonAWS.com."

    answer = ask(servers.inbound, name)

    assert name == answer.question[0].name.to_text() == answer.answer[0].name.to_text()


def test_no_inbound_endpoint_means_silence(
    servers: DnsAddresses, world: StillWorld
) -> None:
    world.inbound = ()

    with pytest.raises(dns.exception.Timeout):
        ask(servers.inbound, SSM_NAME, timeout=0.2)
    with pytest.raises(EOFError):
        dns.query.tcp(
            dns.message.make_query(SSM_NAME, "A"),
            timeout=1.0,
            where=place(servers.inbound)[0],
            port=place(servers.inbound)[1],
        )


@pytest.mark.parametrize("edns", [True, False])
def test_a_long_answer_is_cut_over_udp_and_whole_over_tcp(
    servers: DnsAddresses, world: StillWorld, *, edns: bool
) -> None:
    world.known_zones = (MANY,)
    host, port = place(servers.inbound)

    cut = ask(servers.inbound, "many.test", edns=edns)
    whole = dns.query.tcp(cut_query(), host, 3.0, port)

    assert cut.flags & dns.flags.TC
    assert 200 == len(ips(whole))


def cut_query() -> Message:
    """
    Return the question with the long answer.
    """
    return dns.message.make_query("many.test", "A")


def test_garbage_is_dropped_and_the_server_lives_on(servers: DnsAddresses) -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as out:
        for size in (0, 1, 11, 12, 40, 600):
            packet = (sha512(bytes(size)).digest() * 10)[:size]
            out.sendto(packet, place(servers.inbound))

    assert ask(servers.inbound, SSM_NAME).rcode() == NOERROR


def test_only_queries_of_the_internet_class_are_answered(
    servers: DnsAddresses,
) -> None:
    host, port = place(servers.inbound)
    chaos = dns.message.make_query("version.bind", "TXT", "CH")
    update = dns.message.make_query(SSM_NAME, "A")
    update.set_opcode(dns.opcode.STATUS)

    assert REFUSED == dns.query.udp(chaos, host, 3.0, port).rcode()
    assert NOTIMP == dns.query.udp(update, host, 3.0, port).rcode()


def test_the_forwarder_forwards_nothing_at_first(servers: DnsAddresses) -> None:
    assert ips(ask(servers.forwarder, SSM_NAME))[0].startswith("198.51.100.")
    assert ask(servers.forwarder, "example.com").rcode() == REFUSED


def test_the_forwarder_follows_its_administrator(
    servers: DnsAddresses, tmp_path: Path
) -> None:
    """The file is read again as soon as it changes, both ways."""
    install_zones(tmp_path, ZONES)
    private = ips(ask(servers.forwarder, SSM_NAME))
    clear_zones(tmp_path)
    public = ips(ask(servers.forwarder, SSM_NAME))

    assert ["10.20.1.21", "10.20.2.21"] == private
    assert public[0].startswith("198.51.100.")


def test_the_forwarder_hands_negative_answers_on(
    servers: DnsAddresses, tmp_path: Path
) -> None:
    install_zones(tmp_path, ZONES)

    no_data = ask(servers.forwarder, SSM_NAME, "AAAA")
    no_name = ask(servers.forwarder, f"vpce-x.ssm.{REGION}.vpce.amazonaws.com")

    assert (NOERROR, 1) == (no_data.rcode(), len(no_data.authority))
    assert NXDOMAIN == no_name.rcode()


def test_the_forwarder_says_servfail_in_time_without_inbound_endpoint(
    servers: DnsAddresses, world: StillWorld, tmp_path: Path
) -> None:
    install_zones(tmp_path, ZONES)
    world.inbound = ()
    started = time.monotonic()

    answer = ask(servers.forwarder, f"b.{S3_ZONE}")

    assert SERVFAIL == answer.rcode()
    assert time.monotonic() - started < 2.5


def test_the_forwarder_fetches_long_answers_over_tcp(
    servers: DnsAddresses, world: StillWorld, tmp_path: Path
) -> None:
    world.known_zones = (MANY,)
    (tmp_path / "dns").mkdir()
    (tmp_path / "dns/forward-zones.json").write_text(json.dumps(["many.test"]))
    host, port = place(servers.forwarder)

    answer, used_tcp = dns.query.udp_with_fallback(cut_query(), host, 3.0, port)

    assert (True, 200) == (used_tcp, len(ips(answer)))


def test_a_hundred_questions_at_once_are_answered(
    servers: DnsAddresses, tmp_path: Path
) -> None:
    install_zones(tmp_path, ZONES)
    host, port = place(servers.forwarder)

    async def all_at_once() -> list[Message]:
        question = dns.message.make_query(SSM_NAME, "A")
        asked = (dns.asyncquery.udp(question, host, 3.0, port) for _ in range(100))
        return await asyncio.gather(*asked)

    answers = asyncio.run(all_at_once())

    assert {("10.20.1.21", "10.20.2.21")} == {tuple(ips(a)) for a in answers}


def test_stopping_frees_ports_and_thread(tmp_path: Path) -> None:
    servers = DnsServers(StillView(StillWorld()), tmp_path)
    address = servers.start()
    servers.stop()

    assert all(thread.name != "rehearsal-dns" for thread in threading.enumerate())
    with pytest.raises((dns.exception.Timeout, OSError)):
        ask(address.inbound, SSM_NAME, timeout=0.2)
