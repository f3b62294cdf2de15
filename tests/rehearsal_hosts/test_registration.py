"""
Registration of a server with Systems Manager.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

import pytest

from tests.rehearsal_hosts.agents import NODE, REGISTER, enrol, install
from tests.rehearsal_hosts.conftest import REGION
from tests.rehearsal_hosts.doubles import refused


if TYPE_CHECKING:
    from pathlib import Path

    from closednet_rehearsal.host.fleet import Fleet
    from tests.rehearsal_hosts.conftest import Run
    from tests.rehearsal_hosts.doubles import Aws


STORE = "var/lib/amazon/ssm/Vault/Store"


@pytest.fixture(name="root")
def _root(fleet: Fleet) -> Path:
    return fleet.folder("web01") / "root"


def test_a_registration_is_kept_where_the_real_agent_keeps_it(
    run: Run, aws: Aws, root: Path
) -> None:
    enrol(aws)
    install(run, register=False)

    done = run("web01", REGISTER)

    assert f"Managed instance-id: {NODE}" in done.stdout
    call = aws.of("RegisterManagedInstance")[0]
    assert "authorization" not in call.headers
    assert len(call.json["PublicKey"]) == 392
    key = root / STORE / "RegistrationKey"
    assert key.stat().st_mode & 0o777 == 0o600
    assert json.loads(key.read_text())["instanceID"] == NODE
    assert run("web01", "ssm-cli get-instance-information").stdout == (
        f'{{"instance-id":"{NODE}","region":"{REGION}","release-version":"3.3.2746.0"}}'
        "\n"
    )


def test_a_refused_registration_ends_with_the_service_s_words(
    run: Run, aws: Aws
) -> None:
    aws.answers["RegisterManagedInstance"] = lambda _: refused("ActivationExpired", "x")
    install(run, register=False)

    done = run("web01", REGISTER)

    assert done.returncode == 1
    assert "Registration failed due to error registering" in done.stderr
    assert "ActivationExpired: x" in done.stderr


def test_a_short_code_never_leaves_the_server(run: Run, aws: Aws) -> None:
    install(run, register=False)

    done = run("web01", f"amazon-ssm-agent -register -code a -id b -region {REGION}")

    assert done.returncode == 1
    assert "minimum field size of 20" in done.stderr
    assert not aws.of("RegisterManagedInstance")


def test_registering_again_asks_first_and_clearing_forgets(
    run: Run, aws: Aws, root: Path
) -> None:
    enrol(aws)
    install(run, register=False)
    run("web01", REGISTER)

    again = run("web01", REGISTER.replace(" -y", ""))
    assert again.returncode == 1
    assert "Instance already registered." in again.stdout

    run("web01", "amazon-ssm-agent -register -clear")
    assert run("web01", "ssm-cli get-instance-information").returncode == 1
    assert (root / "var/lib/amazon/ssm/registration").exists()
