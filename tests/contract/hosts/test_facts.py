from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet.errors import HostError
from closednet.hosts.facts import HostFacts, duplicate_machine_ids, parse
from closednet.hosts.inventory import FactsSource
from closednet.hosts.scripts import render


if TYPE_CHECKING:
    from tests.contract.hosts.conftest import Kept
    from tests.contract.hosts.worlds import Site


def facts_of(
    site: Site, recorder: Kept, name: str, os_name: str = "ubuntu"
) -> HostFacts:
    host = site.host(name, os_name)
    return FactsSource(site.fleet(host, recorder=recorder)).of([name])[name]


@pytest.mark.parametrize(("os_name", "kind"), [("ubuntu", "deb"), ("rhel", "rpm")])
def test_a_bare_server_has_nothing(
    site: Site, recorder: Kept, os_name: str, kind: str
) -> None:
    facts = facts_of(site, recorder, "web1", os_name)
    assert (facts.os_id, facts.package_format) == (os_name, kind)
    assert (facts.ssm_version, facts.node_id, facts.ssm_active) == ("", "", False)
    assert not facts.cloudwatch_installed
    assert facts.profiles == ()
    assert facts.hostname == "192.0.2.1"
    assert abs(facts.clock_skew_s) < 5


def test_reading_facts_changes_nothing(site: Site, recorder: Kept) -> None:
    host = site.host("web1")
    before = site.world("web1").snapshot()
    site.fleet(host, recorder=recorder).run(render("facts"), host)
    assert site.world("web1").snapshot() == before
    assert site.world("web1").noted("done") == []


def test_an_agent_and_its_registration_are_seen(site: Site, recorder: Kept) -> None:
    world = site.world("web1")
    site.host("web1")
    world.set("package", "3.3.1230.0\n")
    world.set("service", "active\n")
    world.set("node", "mi-0123456789abcdef0\n")
    world.write("var/lib/closednet/registration", "site=dc1 node=mi-0\n")
    facts = facts_of(site, recorder, "web1")
    assert (facts.ssm_version, facts.ssm_active) == ("3.3.1230.0", True)
    assert (facts.node_id, facts.node_region) == ("mi-0123456789abcdef0", "eu-west-1")
    assert facts.is_marked("registration", "dc1")
    assert not facts.is_marked("registration", "dc2")


def test_without_the_agent_the_vault_is_believed_and_a_stale_file_is_not(
    site: Site, recorder: Kept
) -> None:
    world = site.world("web1")
    site.host("web1")
    stale = '{"ManagedInstanceID":"mi-old","Region":"x"}'
    world.write("var/lib/amazon/ssm/registration", stale)
    assert facts_of(site, recorder, "web1").node_id == ""
    key = '{"instanceID":"mi-1","region":"eu-west-1","privateKey":"do-not-show"}'
    world.write("var/lib/amazon/ssm/Vault/Store/RegistrationKey", key)
    assert facts_of(site, recorder, "web1").node_id == "mi-1"
    assert "do-not-show" not in repr(recorder.events)


def test_profiles_are_named_and_their_keys_are_not(site: Site, recorder: Kept) -> None:
    site.host("web1")
    text = "[default]\naws_access_key_id = AKIADONOTSHOW\n[other]\n# empty\n"
    site.world("web1").write("root/.aws/credentials", text, 0o600)
    facts = facts_of(site, recorder, "web1")
    assert facts.profiles == ("default",)
    assert facts.credentials_mode == "600"
    assert "AKIADONOTSHOW" not in repr(recorder.events)


def test_the_cloudwatch_agent_is_seen_with_its_configuration(
    site: Site, recorder: Kept
) -> None:
    site.host("web1")
    world = site.world("web1")
    world.add_cloudwatch_agent()
    folder = "opt/aws/amazon-cloudwatch-agent"
    world.write(f"{folder}/bin/config.json", '{"agent": {}}\n')
    common = '[credentials]\n   shared_credential_profile = "default"\n'
    world.write(f"{folder}/etc/common-config.toml", common)
    world.set("configured")
    facts = facts_of(site, recorder, "web1")
    assert (facts.cloudwatch.status, facts.cloudwatch.configured) == ("running", True)
    assert facts.cloudwatch_config == '{"agent": {}}\n'
    assert facts.common_profile == "default"


def test_half_an_output_is_refused() -> None:
    with pytest.raises(HostError, match="web1: the facts are not complete"):
        parse("web1", "closednet: os_id=ubuntu\n")


def test_clones_are_found(site: Site, recorder: Kept) -> None:
    hosts = [site.host(f"web{n}") for n in (1, 2, 3)]
    site.world("web3").write("etc/machine-id", "web1-machine\n")
    source = FactsSource(site.fleet(*hosts, recorder=recorder))
    facts = source.of(["web1", "web2", "web3"]).values()
    assert duplicate_machine_ids(facts) == {"web1-machine": ("web1", "web3")}


def test_all_unreachable_servers_are_named_at_once(site: Site, recorder: Kept) -> None:
    hosts = [site.host(f"web{n}") for n in (1, 2, 3)]
    for name in ("web1", "web3"):
        site.world(name).set("refuses", "down\n")
    source = FactsSource(site.fleet(*hosts, recorder=recorder))
    with pytest.raises(HostError, match=r"(?s)web1: .*web3: "):
        source.of(["web1", "web2", "web3"])
