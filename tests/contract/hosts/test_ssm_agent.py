from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from closednet.errors import ApplyError, ClosednetError, HostError, UnsafePlanError
from closednet.model.change import key_of
from closednet.model.specs.hosts import Registration, SsmAgentPackage, SsmAgentService
from tests.contract.hosts.rollout import CODE, FakeNode, FakeNodes, Rollout, agent_kinds
from tests.contract.hosts.worlds import end_agent, gpg
from tests.tools import tool


if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from tests.contract.hosts.conftest import Kept
    from tests.contract.hosts.worlds import Site


NODE = "mi-0123456789abcdef0"


class Publisher:
    """
    Whoever signs packages, with a key of the real gpg.
    """

    def __init__(self, folder: Path, expires: str = "never") -> None:
        self.home = folder
        make = ("--passphrase", "", "--quick-gen-key", "Signer", "ed25519", "sign")
        faked = (
            ("--faked-system-time", "20200101T000000!") if expires != "never" else ()
        )
        gpg(folder, *faked, *make, expires)
        self.faked = faked
        self.public = gpg(folder, "--armor", "--export")
        listing = gpg(folder, "--with-colons", "--fingerprint")
        rows = [row.split(":") for row in listing.splitlines()]
        self.fingerprint = next(row[9] for row in rows if row[0] == "fpr")

    def publish(self, bucket: Path, version: str) -> None:
        """
        Put signed packages, whose content is their version, into the bucket.
        """
        bucket.mkdir(exist_ok=True)
        for name in ("amazon-ssm-agent.deb", "amazon-ssm-agent.rpm"):
            (bucket / name).write_text(f"{version}\n")
            out = ("--output", str(bucket / f"{name}.sig"))
            gpg(self.home, *self.faked, *out, "--detach-sign", str(bucket / name))


@pytest.fixture(name="publisher", scope="module")
def _publisher(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Publisher]:
    tool("gpg", "gnupg")
    publisher = Publisher(tmp_path_factory.mktemp("signer"))
    yield publisher
    end_agent(publisher.home)


@pytest.fixture(name="rollout")
def _rollout(site: Site, recorder: Kept, publisher: Publisher) -> Rollout:
    publisher.publish(site.folder / "bucket", "3.3.1230.0")
    hosts = [site.host("web1"), site.host("db2", "rhel", user="ops")]
    names = tuple(host.name for host in hosts)
    fleet = site.fleet(*hosts, recorder=recorder)
    kinds = agent_kinds(fleet, FakeNodes(site, names), lambda: publisher.public)
    return Rollout(kinds, wishes(publisher.fingerprint, *names))


def wishes(
    key: str, *names: str
) -> tuple[SsmAgentPackage | Registration | SsmAgentService, ...]:
    return (
        *(SsmAgentPackage(name, "latest", "3.3.987.0", key) for name in names),
        *(Registration(n, "eu-west-1", "2" * 12, "activation/servers") for n in names),
        *(SsmAgentService(name) for name in names),
    )


def test_every_server_is_installed_registered_and_started(
    site: Site, rollout: Rollout
) -> None:
    receipt = rollout.apply()
    assert len(receipt.done) == 6
    for name, installer in (("web1", "dpkg -i"), ("db2", "rpm -U")):
        done = site.world(name).noted("done")
        first = done.index(installer)
        assert done[first : first + 2] == [installer, "systemctl stop"]
        assert done.count("registered") == 1
        assert done[-1] == "systemctl start"


def test_a_package_from_a_folder_of_the_server_is_checked_alike(
    site: Site, rollout: Rollout, publisher: Publisher, tmp_path: Path
) -> None:
    """Nothing is downloaded: the real curl reads both files where they lie."""
    curl = tool("curl", "curl")
    publisher.publish(tmp_path / "packages", "3.3.1230.0")
    for name in ("web1", "db2"):
        (site.world(name).folder / "bin/curl").write_text(
            f'#!/bin/sh\ncase $* in *file://*) exec {curl} "$@" ;; esac\nexit 7\n'
        )
    source = f"folder {tmp_path / 'packages'}"
    wanted = tuple(
        replace(w, source=source) if isinstance(w, SsmAgentPackage) else w
        for w in rollout.wishes
    )
    rollout = replace(rollout, wishes=wanted)
    assert len(rollout.apply().done) == 6

    (tmp_path / "packages/amazon-ssm-agent.deb").write_text("3.3.9999.0\n")
    site.world("web1").set("package", "3.3.1.0\n")
    with pytest.raises(ApplyError, match="signature is not good"):
        rollout.apply()


def test_a_second_run_has_nothing_to_do(site: Site, rollout: Rollout) -> None:
    rollout.apply()
    plan = rollout.plan()
    assert plan.changes == ()
    assert all("made by this runbook" in kept.reason for kept in plan.kept)


def test_a_rollback_leaves_what_was_there(site: Site, rollout: Rollout) -> None:
    site.world("web1").write("root/.aws/config", "[default]\n")
    before = site.world("web1").snapshot()
    receipt = rollout.apply()
    text = "[default]\naws_access_key_id = ASIA\n"
    site.world("web1").write("root/.aws/credentials", text, 0o600)
    rollout.undo(receipt)
    assert site.world("web1").snapshot() == before
    assert site.world("web1").noted("node") == []
    assert site.world("web1").noted("package") == []
    assert len(rollout.plan().changes) == 6


def test_an_interrupted_registration_is_taken_up_and_not_repeated(
    site: Site, rollout: Rollout
) -> None:
    rollout.apply()
    world = site.world("web1")
    world.write("var/lib/closednet/registration", "site=dc1 region=eu-west-1 node=\n")
    world.set("service", "inactive\n")
    keys = [key_of(change) for change in rollout.plan().changes]
    assert keys == ["ssm-agent-service/web1"]
    rollout.apply()
    assert world.noted("done").count("registered") == 1


def test_the_activation_code_is_in_no_transcript(
    rollout: Rollout, recorder: Kept
) -> None:
    rollout.apply()
    assert CODE.reveal() not in repr(recorder.events)


def test_a_registration_elsewhere_stops_the_plan(
    site: Site, recorder: Kept, publisher: Publisher
) -> None:
    host = site.host("web1")
    site.world("web1").set("node", "mi-0fffffffffffffff0\n")
    nodes = FakeNodes(site, ())
    kinds = agent_kinds(site.fleet(host, recorder=recorder), nodes, lambda: "")
    with pytest.raises(UnsafePlanError, match=r"mi-0fffffffffffffff0.*another account"):
        Rollout(kinds, wishes(publisher.fingerprint, "web1")).plan()


def test_the_snap_of_the_agent_stops_the_plan(
    site: Site, recorder: Kept, publisher: Publisher
) -> None:
    host = site.host("web1")
    site.world("web1").write("snap/amazon-ssm-agent/current", "")
    kinds = agent_kinds(
        site.fleet(host, recorder=recorder), FakeNodes(site, ()), lambda: ""
    )
    with pytest.raises(UnsafePlanError, match="snap"):
        Rollout(kinds, wishes(publisher.fingerprint, "web1")).plan()


def test_an_agent_that_was_there_is_adopted_and_stays(
    site: Site, rollout: Rollout
) -> None:
    site.world("web1").set("package", "3.3.2000.0\n")
    receipt = rollout.apply()
    assert "ssm-agent-package/web1" not in str(receipt.done)
    rollout.undo(receipt)
    assert site.world("web1").noted("package") == ["3.3.2000.0"]


def test_an_older_agent_of_ours_is_replaced(
    site: Site, rollout: Rollout, publisher: Publisher
) -> None:
    rollout.apply()
    site.world("web1").set("package", "3.2.1.0\n")
    rollout.apply()
    assert site.world("web1").noted("package") == ["3.3.1230.0"]
    assert site.world("web1").noted("service") == ["active"]


def refusal(site: Site, recorder: Kept, key: str, fingerprint: str) -> ClosednetError:
    host = site.host("web1")
    fleet = site.fleet(host, recorder=recorder)
    kinds = agent_kinds(fleet, FakeNodes(site, ("web1",)), lambda: key)
    with pytest.raises((HostError, ApplyError)) as caught:
        Rollout(kinds, wishes(fingerprint, "web1")).apply()
    assert site.world("web1").noted("package") == []
    return caught.value


def test_a_changed_package_is_refused(
    site: Site, recorder: Kept, publisher: Publisher
) -> None:
    publisher.publish(site.folder / "bucket", "3.3.1230.0")
    (site.folder / "bucket/amazon-ssm-agent.deb").write_text("3.3.6666.0\n")
    error = refusal(site, recorder, publisher.public, publisher.fingerprint)
    assert "signature is not good" in error.message


def test_another_key_than_the_parameters_name_is_refused(
    site: Site, recorder: Kept, publisher: Publisher
) -> None:
    publisher.publish(site.folder / "bucket", "3.3.1230.0")
    error = refusal(site, recorder, publisher.public, "F" * 40)
    assert f"has fingerprint {publisher.fingerprint}" in error.message


def test_an_expired_key_is_refused(
    site: Site, recorder: Kept, tmp_path_factory: pytest.TempPathFactory
) -> None:
    expired = Publisher(tmp_path_factory.mktemp("old"), "20200201T000000")
    expired.publish(site.folder / "bucket", "3.3.1230.0")
    end_agent(expired.home)
    error = refusal(site, recorder, expired.public, expired.fingerprint)
    assert "expired" in error.message


def test_a_download_that_fails_says_which(
    site: Site, recorder: Kept, publisher: Publisher
) -> None:
    error = refusal(site, recorder, publisher.public, publisher.fingerprint)
    where = "https://bucket.vpce-1.s3.example/amazon-ssm-eu-west-1/latest/debian_amd64/"
    assert where in error.message


def test_a_refused_registration_says_what_to_do(site: Site, rollout: Rollout) -> None:
    site.world("web1").set("refuse-registration")
    with pytest.raises(ApplyError, match="web1: register ended") as caught:
        rollout.apply()
    assert "activation" in caught.value.hint


def test_a_server_that_never_comes_online_is_named(
    site: Site, recorder: Kept, publisher: Publisher
) -> None:
    publisher.publish(site.folder / "bucket", "3.3.1230.0")
    host = site.host("web1")
    nodes = FakeNodes(site, (), extra=(FakeNode(NODE, "web1", ping_status="Lost"),))
    kinds = agent_kinds(
        site.fleet(host, recorder=recorder), nodes, lambda: publisher.public
    )
    with pytest.raises(ClosednetError, match=r"web1: .* did not come online"):
        Rollout(kinds, wishes(publisher.fingerprint, "web1")).apply()


def test_a_node_that_is_no_server_is_retired_and_told(
    site: Site, recorder: Kept, publisher: Publisher
) -> None:
    """
    Somebody registered, and the answer was lost; the servers' own nodes stay.
    """
    publisher.publish(site.folder / "bucket", "3.3.1230.0")
    host = site.host("web1")
    silent = FakeNode("mi-0fedcba9876543210", "", ip_address="")
    late = FakeNode(NODE, "", ip_address="")
    nodes = FakeNodes(site, ("web1",), extra=(silent, late))
    fleet = site.fleet(host, recorder=recorder)
    kinds = agent_kinds(fleet, nodes, lambda: publisher.public)

    Rollout(kinds, wishes(publisher.fingerprint, "web1")).apply()

    orphans = [data["id"] for kind, data in recorder.events if kind == "orphan"]
    assert [silent.node_id] == orphans
    assert {silent.node_id} == nodes.gone


def test_a_silent_node_may_be_a_server_that_is_done_by_hand(
    site: Site, recorder: Kept, publisher: Publisher
) -> None:
    """
    Where nothing is known of a server no node is removed.
    """
    publisher.publish(site.folder / "bucket", "3.3.1230.0")
    by_hand = site.host("db1").model_copy(update={"connector": "script"})
    silent = FakeNode("mi-0fedcba9876543210", "", ip_address="")
    nodes = FakeNodes(site, ("web1",), extra=(silent,))
    fleet = site.fleet(site.host("web1"), by_hand, recorder=recorder)
    kinds = agent_kinds(fleet, nodes, lambda: publisher.public)

    Rollout(kinds, wishes(publisher.fingerprint, "web1")).apply()

    assert set() == nodes.gone
