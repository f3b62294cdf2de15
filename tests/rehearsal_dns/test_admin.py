"""
The administrator of the rehearsed forwarder.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

import pytest

from closednet.model import forwarders
from closednet_rehearsal.dns.admin import (
    RefusedByAdministratorError,
    forget,
    install_zones,
    main,
)
from closednet_rehearsal.settings import INBOUND_IPS


if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


ZONES = forwarders.zones("ap-northeast-1", ("ssm", "s3"))
FORMATS = [
    forwarders.bind,
    forwarders.unbound,
    forwarders.dnsmasq,
    forwarders.windows,
]


@pytest.mark.parametrize("render", FORMATS)
def test_every_generated_configuration_installs(
    tmp_path: Path, render: Callable[[tuple[str, ...], tuple[str, ...]], str]
) -> None:
    installed = install_zones(tmp_path, render(ZONES, INBOUND_IPS))

    assert ZONES == installed
    assert list(ZONES) == json.loads((tmp_path / "dns/forward-zones.json").read_text())


@pytest.mark.parametrize("render", FORMATS)
def test_other_targets_are_refused(
    tmp_path: Path, render: Callable[[tuple[str, ...], tuple[str, ...]], str]
) -> None:
    with pytest.raises(RefusedByAdministratorError, match=r"10\.9\.9\.9"):
        install_zones(tmp_path, render(ZONES, ("10.9.9.9",)))


def test_a_plain_list_installs(tmp_path: Path) -> None:
    text = "# zones\nap-northeast-1.amazonaws.com.\n\nx.test\n"

    assert ("ap-northeast-1.amazonaws.com", "x.test") == install_zones(tmp_path, text)


def test_what_the_administrator_overlooks_is_not_forwarded(tmp_path: Path) -> None:
    """
    Neither what is there already nor what comes later, until it is seen again.
    """
    file = tmp_path / "dns/forward-zones.json"
    text = forwarders.bind(ZONES, INBOUND_IPS)
    own = [zone for zone in ZONES if ".vpce." in zone]
    assert own

    install_zones(tmp_path, text)
    forget(tmp_path, ".vpce.")
    overlooked = json.loads(file.read_text())
    install_zones(tmp_path, text)
    later = json.loads(file.read_text())
    forget(tmp_path, "")

    assert [zone for zone in ZONES if zone not in own] == overlooked == later
    assert list(ZONES) == json.loads(file.read_text())


@pytest.mark.parametrize("text", ["", "what is this", "// nothing\n"])
def test_a_text_without_zones_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(RefusedByAdministratorError, match="no forwarded zone"):
        install_zones(tmp_path, text)


def test_the_command_installs_and_clears(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "zones.conf"
    config.write_text(forwarders.bind(ZONES, INBOUND_IPS))
    where = ["--work-dir", str(tmp_path)]

    assert 0 == main([*where, str(config)])
    assert f"forwards {ZONES[0]}\n" in capsys.readouterr().out
    assert 0 == main([*where, "--clear"])
    assert [] == json.loads((tmp_path / "dns/forward-zones.json").read_text())


def test_the_command_fails_with_a_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert 2 == main(["--work-dir", str(tmp_path), str(tmp_path / "none")])
    assert "none" in capsys.readouterr().err
