"""
Questions to a DNS server on loopback, and what is made of the answers.
"""

from __future__ import annotations

import socket
import threading

from typing import TYPE_CHECKING

import dns.flags
import dns.message
import dns.rcode
import dns.rrset
import pytest

from closednet.errors import LookupFailed
from closednet.lookup.forwarding import ForwardingRules, Probe
from closednet.lookup.judge import Expectation, private_checks, vantages
from closednet.lookup.probes import Probes
from closednet.lookup.resolver import Lookup
from closednet.model.specs.network import ForwardingRule
from closednet.params.connection import Connection


if TYPE_CHECKING:
    from collections.abc import Iterator

NAME = "ssm.eu-west-1.amazonaws.com"
SERVER = "192.0.2.53"


class DnsServer(threading.Thread):
    """
    Answers over UDP what `zone` says, and NXDOMAIN otherwise.
    """

    def __init__(self, zone: dict[str, tuple[str, ...]]) -> None:
        super().__init__(daemon=True)
        self.zone = zone
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", 0))
        self.asked = 0
        self.failures = 0

    @property
    def way(self) -> str:
        return f"127.0.0.1:{self.socket.getsockname()[1]}"

    def run(self) -> None:
        while True:
            try:
                wire, peer = self.socket.recvfrom(4096)
            except OSError:
                return
            query = dns.message.from_wire(wire)
            if query.question[0].name.to_text() == "stop.":
                return
            self.asked += 1
            self.socket.sendto(self.answer(query).to_wire(), peer)

    def stop(self) -> None:
        stop = dns.message.make_query("stop.", "A").to_wire()
        self.socket.sendto(stop, self.socket.getsockname())
        self.join(2)
        self.socket.close()

    def answer(self, query: dns.message.Message) -> dns.message.Message:
        response = dns.message.make_response(query)
        name = query.question[0].name
        addresses = self.zone.get(name.to_text().rstrip("."))
        if self.failures:
            self.failures -= 1
            response.set_rcode(dns.rcode.SERVFAIL)
        elif addresses is None:
            response.set_rcode(dns.rcode.NXDOMAIN)
        elif addresses and query.question[0].rdtype == dns.rdatatype.A:
            response.answer.append(dns.rrset.from_text(name, 60, "IN", "A", *addresses))
        return response


@pytest.fixture(name="server")
def _server() -> Iterator[DnsServer]:
    server = DnsServer({NAME: ("10.0.2.5", "10.0.1.5")})
    server.start()
    yield server
    server.stop()


def lookup_through(server: DnsServer) -> Lookup:
    connection = Connection(tunnels={f"{SERVER}:53": server.way})
    return Lookup(connection, timeout_s=1.0)


def test_addresses_come_sorted_and_through_the_tunnel(server: DnsServer) -> None:
    answer = lookup_through(server).at(SERVER, NAME)

    assert ("10.0.1.5", "10.0.2.5") == answer.addresses
    assert (SERVER, "udp", 60) == (answer.server, answer.protocol, answer.ttl)
    assert "10.0.1.5, 10.0.2.5" == answer.outcome


def test_no_such_name_and_no_such_type_are_answers(server: DnsServer) -> None:
    lookup = lookup_through(server)

    assert "NXDOMAIN" == lookup.at(SERVER, "other.example").outcome
    assert lookup.at(SERVER, NAME, "AAAA").is_nodata


@pytest.mark.parametrize(
    ("failures", "outcome"), [(1, "10.0.1.5, 10.0.2.5"), (9, "SERVFAIL")]
)
def test_a_server_that_fails_for_a_moment_is_asked_again(
    server: DnsServer, failures: int, outcome: str
) -> None:
    server.failures = failures

    assert outcome == lookup_through(server).at(SERVER, NAME).outcome
    assert 2 == server.asked


def test_a_silent_server_fails_with_the_next_move() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        way = f"127.0.0.1:{silent.getsockname()[1]}"
        lookup = Lookup(Connection(tunnels={f"{SERVER}:53": way}), timeout_s=0.05)

        with pytest.raises(LookupFailed, match="did not answer") as caught:
            lookup.at(SERVER, NAME)
    assert (SERVER, NAME) == (caught.value.server, caught.value.name)
    assert "firewall" in caught.value.hint


def rules(server: DnsServer, *addresses: str) -> ForwardingRules:
    probe = Probe(NAME, frozenset(addresses))
    return ForwardingRules(
        lookup_through(server),
        probes=lambda zones: dict.fromkeys(zones, probe),
        file_name="f",
    )


def test_a_rule_is_found_by_its_effect(server: DnsServer) -> None:
    rule = ForwardingRule(NAME, ("10.0.1.10",), (SERVER,))

    assert rule == rules(server, "10.0.1.5", "10.0.2.5").find([rule])[rule.key].spec
    assert {} == rules(server, "10.0.1.5").find([rule])
    assert {} == rules(server).find([rule])


def test_a_rule_is_work_for_the_administrator(server: DnsServer) -> None:
    rule = ForwardingRule(NAME, ("10.0.1.10", "10.0.2.10"), (SERVER,))
    work = rules(server).by_hand(rule)

    assert "DNS administrator" == work.who
    assert f"forward {NAME} to 10.0.1.10 and 10.0.2.10 on {SERVER}" in work.instruction


def test_a_probe_lies_in_its_zone_or_the_substitute() -> None:
    own = frozenset({"10.0.1.5"})
    names = {NAME: own, "bucket.vpce-1.s3.eu-west-1.vpce.amazonaws.com": own}
    probes = Probes(
        names=lambda: names,
        substitutes={"s3.eu-west-1.amazonaws.com": "eu-west-1.vpce.amazonaws.com"},
    )
    found = probes.of(
        [NAME, "s3.eu-west-1.amazonaws.com", "kms.eu-west-1.amazonaws.com"]
    )

    assert {NAME, "s3.eu-west-1.amazonaws.com"} == set(found)
    assert found["s3.eu-west-1.amazonaws.com"].name.startswith("bucket.vpce-1")


def test_addresses_of_others_do_not_pass(server: DnsServer) -> None:
    places = vantages((), (SERVER,))
    wanted = Expectation(NAME, frozenset({"10.0.1.5"}), "the ssm endpoint")
    (check,) = private_checks(lookup_through(server), places, [wanted], ("S6",))

    assert not check.passed
    assert "expected 10.0.1.5" in check.evidence
    assert "flush" in check.remedy
