"""
The generated configurations, read back by the servers' own checkers.
"""

from __future__ import annotations

import subprocess

from typing import TYPE_CHECKING

import pytest

from closednet.model import forwarders
from tests.tools import tool


if TYPE_CHECKING:
    from pathlib import Path


REGION = "ap-northeast-1"
SERVICES = ("ssm", "ssmmessages", "s3", "logs")
TARGETS = ("10.20.1.10", "10.20.2.10")
ZONES = forwarders.zones(REGION, SERVICES)
PRODUCTS: tuple[forwarders.Product, ...] = ("bind", "unbound", "dnsmasq", "windows")


def check(*command: str) -> None:
    """
    Run a checker; what it complains about is the failure's text.
    """
    done = subprocess.run(command, check=False, capture_output=True, text=True)

    assert (0, "") == (done.returncode, done.stderr * bool(done.returncode)), done


class TestZones:
    def test_narrow_is_a_zone_for_each_service_and_the_endpoints(self) -> None:
        assert (
            f"ssm.{REGION}.amazonaws.com",
            f"s3.{REGION}.amazonaws.com",
            f"{REGION}.vpce.amazonaws.com",
        ) == forwarders.zones(REGION, ["ssm", "s3", "ssm"])

    def test_broad_is_the_region_and_the_endpoints(self) -> None:
        """The endpoints' names are not below the Region's."""
        assert (
            f"{REGION}.amazonaws.com",
            f"{REGION}.vpce.amazonaws.com",
        ) == forwarders.zones(REGION, SERVICES, "broad")

    def test_china_has_names_of_its_own(self) -> None:
        assert (
            "ssm.cn-north-1.amazonaws.com.cn",
            "cn-north-1.vpce.amazonaws.com.cn",
        ) == forwarders.zones("cn-north-1", ["ssm"])


class TestEveryProduct:
    @pytest.mark.parametrize("product", PRODUCTS)
    def test_all_zones_go_to_all_targets(self, product: forwarders.Product) -> None:
        text = forwarders.render(product, ZONES, TARGETS)

        assert all(zone in text for zone in ZONES)
        assert all(target in text for target in TARGETS)

    @pytest.mark.parametrize("product", PRODUCTS)
    def test_the_way_back_is_in_the_text(self, product: forwarders.Product) -> None:
        text = forwarders.render(product, ZONES, TARGETS)

        assert all(step in text for step in forwarders.removal(product, ZONES))

    @pytest.mark.parametrize("product", PRODUCTS)
    def test_nothing_but_the_zones_is_forwarded(
        self, product: forwarders.Product
    ) -> None:
        """A site that forwards `amazonaws.com` whole loses its public names."""
        text = forwarders.render(product, ZONES, TARGETS)

        assert '"amazonaws.com"' not in text
        assert "/amazonaws.com/" not in text


@pytest.mark.debian
class TestCheckers:
    def test_named_accepts_zones_and_options(self, tmp_path: Path) -> None:
        config = tmp_path / "named.conf"
        options = forwarders.bind_options(ZONES)
        config.write_text(
            f"options {{\n{options}}};\n{forwarders.bind(ZONES, TARGETS)}"
        )

        check(tool("named-checkconf", "bind9"), str(config))

    def test_unbound_accepts_it_beside_strict_settings(self, tmp_path: Path) -> None:
        config = tmp_path / "unbound.conf"
        config.write_text(
            f'server:\n  directory: "{tmp_path}"\n  chroot: ""\n  username: ""\n'
            "  private-address: 10.0.0.0/8\n" + forwarders.unbound(ZONES, TARGETS)
        )

        check(tool("unbound-checkconf", "unbound"), str(config))

    def test_dnsmasq_accepts_it(self, tmp_path: Path) -> None:
        config = tmp_path / "dnsmasq.conf"
        config.write_text("stop-dns-rebind\n" + forwarders.dnsmasq(ZONES, TARGETS))

        check(tool("dnsmasq", "dnsmasq-base"), "--test", f"--conf-file={config}")


def test_windows_lines_are_one_command_each() -> None:
    commands = [
        line
        for line in forwarders.windows(ZONES, TARGETS).splitlines()
        if line and not line.startswith("#")
    ]

    assert [
        f'Add-DnsServerConditionalForwarderZone -Name "{zone}"'
        " -MasterServers 10.20.1.10,10.20.2.10"
        for zone in ZONES
    ] == commands[:-1]
    assert "Clear-DnsServerCache -Force" == commands[-1]
