"""
BIND, unbound and dnsmasq with our generated zones, between asker and rehearsal.

Each is set as strictly as sites set them: DNSSEC validation without internet,
private addresses dropped. Everything else goes to loopback as well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import dns.query
import pytest

from dns.rcode import NOERROR, NXDOMAIN

from closednet.model import forwarders
from closednet_rehearsal.dns.real import free_port
from closednet_rehearsal.dns.server import DnsServers
from tests.rehearsal_dns.real_servers import PRODUCTS, Wishes, ask, ips, running
from tests.rehearsal_dns.worlds import (
    REGION,
    S3_VPCE,
    S3_ZONE,
    SSM_LABEL,
    StillView,
    StillWorld,
)


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dns.message import Message

    from closednet_rehearsal.dns.server import DnsAddresses


pytestmark = pytest.mark.debian

ZONES = forwarders.zones(REGION, ("ssm", "s3"))
SSM = f"ssm.{REGION}.amazonaws.com"


@pytest.fixture(name="servers", scope="module")
def _servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DnsAddresses]:
    ours = DnsServers(StillView(StillWorld()), tmp_path_factory.mktemp("rehearsal"))
    yield ours.start()
    ours.stop()


@pytest.fixture(name="port", scope="module", params=PRODUCTS)
def _port(
    request: pytest.FixtureRequest,
    tmp_path_factory: pytest.TempPathFactory,
    servers: DnsAddresses,
) -> Iterator[int]:
    folder, port = tmp_path_factory.mktemp("server"), free_port()
    wishes = Wishes(folder, port, servers.inbound, servers.forwarder, ZONES)
    with running(request.param, wishes):
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
