"""
The network side of a rollout with a real DNS server between hosts and AWS.
"""

from __future__ import annotations

import json
import subprocess

from contextlib import ExitStack
from typing import TYPE_CHECKING, get_args

import pytest

from closednet.lookup.resolver import Lookup
from closednet_rehearsal.dns.admin import clear_zones, install_zones
from closednet_rehearsal.dns.products import COMMANDS, PACKAGES, Product, Setting
from closednet_rehearsal.dns.site import start_dns
from closednet_rehearsal.host.fleet import Fleet, simulated_hosts
from tests.rehearsal_network.test_network_steps import applied, failures, steps_of
from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from tests.rehearsal_network.conftest import World

pytestmark = [pytest.mark.rehearsal, pytest.mark.debian]
DNS_SERVER = "192.168.10.53"
SSM = "ssm.ap-northeast-1.amazonaws.com"
PRIVATE = "10.20.1.21, 10.20.2.21"


@pytest.fixture(name="product", params=get_args(Product))
def _product(request: pytest.FixtureRequest, tmp_path: Path) -> Product:
    product: Product = request.param
    name, *_ = COMMANDS[product](Setting(tmp_path, 0, "127.0.0.1:0"))
    tool(name, PACKAGES[name])
    return product


@pytest.fixture(name="site")
def _site(world: World, product: Product, tmp_path: Path) -> Iterator[World]:
    """
    Put a real server where the site's DNS server is.
    """
    with ExitStack() as stack:
        dns = start_dns(stack, world.server.world, tmp_path, product).addresses
        raw = world.params.model_dump(mode="json")
        tunnels = raw["connection"]["tunnels"]
        tunnels |= dict.fromkeys(tunnels, dns.inbound)
        tunnels[f"{DNS_SERVER}:53"] = dns.forwarder
        raw["name_resolution"]["dns_product"] = product
        world.params = type(world.params).model_validate_json(json.dumps(raw))
        world.lookup = Lookup(world.params.connection, timeout_s=2.0)
        yield world


def install(site: World, product: Product, edit: Callable[[str], str] = str) -> None:
    """
    Hand the generated file to the DNS administrator, who installs it.
    """
    _, inbound, _ = steps_of(site)
    text = inbound.handover()[f"forwarder-{product}.conf"]
    install_zones(site.work_dir, edit(text))


def eventually(site: World, good: Callable[[str], bool]) -> bool:
    """
    Tell whether the DNS server's answer for SSM becomes good: it starts again.
    """
    return any(good(site.lookup.see(DNS_SERVER, SSM).outcome) for _ in range(200))


def test_the_network_side_passes_through_a_real_server(
    site: World, product: Product, tmp_path: Path
) -> None:
    endpoints, inbound, zone = steps_of(site)
    applied(endpoints)
    applied(inbound)
    assert eventually(site, lambda seen: PRIVATE != seen)

    install(site, product)
    assert eventually(site, PRIVATE.__eq__)
    applied(zone)

    assert [] == failures(inbound.verify())
    assert [] == failures(zone.verify())
    assert PRIVATE == as_a_host_sees_it(site, tmp_path)
    clear_zones(site.work_dir)
    assert eventually(site, lambda seen: "10.20." not in seen)


def as_a_host_sees_it(site: World, tmp_path: Path) -> str:
    """
    Return the addresses of SSM on a server of the site.
    """
    forwarder = site.params.connection.tunnels[f"{DNS_SERVER}:53"]
    fleet = Fleet(tmp_path, site.server.endpoint_url, forwarder)
    (host,) = simulated_hosts(1)
    fleet.create((host,))
    try:
        answer = subprocess.run(
            [tmp_path / "ssh", host.address, f"getent ahostsv4 {SSM}"],
            capture_output=True,
            text=True,
            check=True,
        )
    finally:
        fleet.stop()
    return ", ".join(sorted({line.split()[0] for line in answer.stdout.splitlines()}))


@pytest.mark.parametrize("product", ["bind", "unbound"], indirect=True)
def test_a_failed_check_names_the_trap_and_the_line(
    site: World, product: Product
) -> None:
    careless = {"bind": ("//   validate-except", "//"), "unbound": ("domain-ins", "#")}
    endpoints, inbound, _ = steps_of(site)
    applied(endpoints)
    applied(inbound)
    old, new = careless[product]
    install(site, product, lambda text: text.replace(old, new))
    assert eventually(site, "SERVFAIL".__eq__)
    (check, *_) = [c for c in inbound.verify().failures if c.subject == SSM]

    assert "dnssec-without-internet: " in check.remedy
    assert {"bind": "validate-except", "unbound": "domain-insecure"}[
        product
    ] in check.remedy
