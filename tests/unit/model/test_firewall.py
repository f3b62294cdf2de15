"""
The rows that the firewall team gets.
"""

from __future__ import annotations

from closednet.model.firewall import FirewallRule, matrix


HOSTS = "192.168.10.0/24"
DNS_SERVER = "192.168.10.53"
INBOUND = ("10.20.1.10", "10.20.2.10")
ROWS = matrix(
    host_cidrs=[HOSTS],
    dns_servers=[DNS_SERVER],
    endpoint_targets=["10.20.1.0/24", "10.20.2.0/24", "10.20.1.0/24"],
    inbound_ips=INBOUND,
)


def flows(protocol: str, port: int) -> set[tuple[str, str]]:
    """
    Return who reaches whom on a port.
    """
    return {
        (row.source, row.destination)
        for row in ROWS
        if (row.protocol, row.port) == (protocol, port)
    }


def test_servers_reach_the_endpoints_by_https_alone() -> None:
    to_endpoints = [row for row in ROWS if row.destination.endswith("/24")]

    assert {(HOSTS, "10.20.1.0/24"), (HOSTS, "10.20.2.0/24")} == flows("tcp", 443)
    assert 2 == len(to_endpoints)


def test_dns_goes_over_udp_and_tcp() -> None:
    """Long answers come over TCP; a site that forgets it fails now and then."""
    expected = {(HOSTS, DNS_SERVER), *((DNS_SERVER, ip) for ip in INBOUND)}

    assert expected == flows("udp", 53) == flows("tcp", 53)


def test_servers_never_ask_the_inbound_endpoint_themselves() -> None:
    assert not {(HOSTS, ip) for ip in INBOUND} & flows("udp", 53)


def test_every_row_says_why() -> None:
    assert all(row.why for row in ROWS)
    assert len(ROWS) == len(set(ROWS)) == 8


def test_rows_compare_as_data() -> None:
    assert FirewallRule("a", "b", "tcp", 443, "w") == FirewallRule(
        "a", "b", "tcp", 443, "w"
    )
