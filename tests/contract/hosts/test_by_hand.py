from __future__ import annotations

import subprocess

from typing import TYPE_CHECKING, Any

import pytest

from closednet.errors import HostError
from closednet.hosts.batch import Batch
from closednet.hosts.cloudwatch_agent import CloudWatchAgentPackages
from closednet.hosts.inventory import FactsSource, HandedBack
from closednet.hosts.run_command import RunCommand
from closednet.hosts.scripts import carried
from closednet.hosts.ssm_agent import Source, SsmAgentPackages
from closednet.hosts.ssm_agent_service import SsmAgentServices
from closednet.model.change import Manual
from closednet.model.specs.hosts import (
    CloudWatchAgentPackage,
    SsmAgentPackage,
    SsmAgentService,
)
from closednet.waiting import Waiting
from tests.contract.hosts.rollout import FakeNode, FakeNodes, Rollout


if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from closednet.params.site import Host
    from tests.contract.hosts.conftest import Kept
    from tests.contract.hosts.worlds import Site


PACKAGE = SsmAgentPackage("web1", "latest", "3.3.987.0", "F" * 40)
SERVICE = SsmAgentService("web1")


class Answer:
    """
    What a command came to on one node.
    """

    def __init__(self, node_id: str, status: str = "Success") -> None:
        self.node_id = node_id
        self.status = status
        self.output = ""
        self.error = "" if status == "Success" else "line one\nno such package"


class Outcome:
    """
    What a command came to.
    """

    def __init__(self, results: Sequence[Answer]) -> None:
        self.results = results


class FakeCommands:
    """
    Run Command on worlds: a package appears, a script runs nowhere.
    """

    def __init__(self, site: Site, names: dict[str, str], failing: str = "") -> None:
        self.site = site
        self.names = names
        self.failing = failing
        self.sent: list[tuple[str, list[str]]] = []

    def run(
        self,
        document: str,
        parameters: Mapping[str, Sequence[str]],
        node_ids: Sequence[str],
        **options: Any,
    ) -> Outcome:
        """
        Install the agent's stand-in and its mark.
        """
        assert parameters
        assert options["comment"] == "closednet dc1"
        self.sent.append((document, list(node_ids)))
        for node_id in node_ids:
            world = self.site.world(self.names[node_id])
            if document == "AWS-ConfigureAWSPackage":
                world.add_cloudwatch_agent()
            else:
                world.write("var/lib/closednet/cloudwatch-package", "site=dc1\n")
        bad = {self.failing: "Failed"}
        return Outcome([Answer(i, bad.get(i, "Success")) for i in node_ids])


def carry(host: Host) -> Host:
    return host.model_copy(update={"connector": "script"})


def kinds(
    site: Site, recorder: Kept, nodes: FakeNodes, folder: Path
) -> tuple[SsmAgentPackages, SsmAgentServices]:
    host = carry(site.host("web1"))
    facts = FactsSource(site.fleet(host, recorder=recorder), HandedBack(folder))
    source = Source("dc1", "eu-west-1", lambda: "bucket.vpce-1.s3.x", lambda: "key")
    batch = Batch(facts)
    return (
        SsmAgentPackages(source, batch, nodes),
        SsmAgentServices("dc1", batch, nodes, Waiting(0.01, 0.1)),
    )


def test_a_carried_server_is_never_touched(
    site: Site, recorder: Kept, tmp_path: Path
) -> None:
    parts = kinds(site, recorder, FakeNodes(site, ()), tmp_path)
    step = Rollout(parts, (PACKAGE, SERVICE))
    receipt = step.apply()
    assert receipt.done == ()
    assert site.world("web1").noted("asked") == []
    first = receipt.waiting[0]
    assert isinstance(first, Manual)
    assert first.who == "server administrator"
    assert "handover/web1-ssm-agent.sh" in first.instruction


def test_a_carried_server_is_found_done_in_awss_list(
    site: Site, recorder: Kept, tmp_path: Path
) -> None:
    nodes = FakeNodes(site, (), extra=(FakeNode("mi-1", "web1"),))
    parts = kinds(site, recorder, nodes, tmp_path)
    assert Rollout(parts, (PACKAGE, SERVICE)).plan().changes == ()


def test_what_was_handed_back_counts_as_facts(
    site: Site, recorder: Kept, tmp_path: Path
) -> None:
    (tmp_path / "web1.txt").write_text(
        "some words\nclosednet: ssm_version=3.3.1230.0\nclosednet: complete=yes\n"
    )
    (package, _) = kinds(site, recorder, FakeNodes(site, ()), tmp_path)
    assert PACKAGE.key in package.find([PACKAGE])


def test_the_carried_script_does_all_the_work_alone(site: Site, recorder: Kept) -> None:
    site.host("web1")
    world = site.world("web1")
    world.set("package", "3.3.1230.0\n")
    world.set("node", "mi-0123456789abcdef0\n")
    parts = ("install-ssm-agent", "register", "start-ssm-agent", "reach", "facts")
    values = {"SITE": "dc1", "MINIMUM": "3.3.987.0", "NAMES": "ssm ssm.example"}
    text = carried("web1", parts, **values)
    (world.folder / "carried.sh").write_text(text)
    environment = {
        "PATH": f"{world.folder}/bin:/usr/bin:/bin",
        "CLOSEDNET_ROOT": str(world.root),
        "WORLD": str(world.folder),
    }
    output = subprocess.run(
        ["/bin/sh", str(world.folder / "carried.sh")],
        env=environment,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    assert "closednet: unchanged=is registered as mi-0123456789abcdef0" in output
    assert "closednet: reach=ssm ssm.example 10.20.1.4,10.20.2.4 answers" in output
    assert output.endswith("closednet: complete=yes\n")
    assert world.noted("service") == ["active"]


def test_one_command_installs_on_all_servers(site: Site, recorder: Kept) -> None:
    hosts = tuple(site.host(f"web{n}") for n in (1, 2))
    ids = {"mi-1": "web1", "mi-2": "web2"}
    nodes = FakeNodes(site, (), extra=tuple(FakeNode(i, n) for i, n in ids.items()))
    commands = FakeCommands(site, ids)
    facts = FactsSource(site.fleet(*hosts, recorder=recorder))
    command = RunCommand("dc1", hosts, nodes, commands)
    wishes = tuple(CloudWatchAgentPackage(host.name) for host in hosts)
    step = Rollout((CloudWatchAgentPackages("dc1", facts, command),), wishes)
    step.apply()
    assert commands.sent == [
        ("AWS-RunShellScript", ["mi-1", "mi-2"]),
        ("AWS-ConfigureAWSPackage", ["mi-1", "mi-2"]),
    ]
    assert all("made by this runbook" in kept.reason for kept in step.plan().kept)


def test_a_failed_command_names_server_and_words(site: Site) -> None:
    hosts = tuple(site.host(f"web{n}") for n in (1, 2))
    ids = {"mi-1": "web1", "mi-2": "web2"}
    nodes = FakeNodes(site, (), extra=tuple(FakeNode(i, n) for i, n in ids.items()))
    command = RunCommand("dc1", hosts, nodes, FakeCommands(site, ids, "mi-2"))
    with pytest.raises(
        HostError, match=r"1 of 2 servers failed:\n  - web2: .*no such package"
    ):
        command.package("Install", ["web1", "web2"])


def test_a_server_that_is_offline_gets_no_command(site: Site) -> None:
    hosts = tuple(site.host(f"web{n}") for n in (1, 2))
    commands = FakeCommands(site, {"mi-1": "web1"})
    nodes = FakeNodes(site, (), extra=(FakeNode("mi-1", "web1"),))
    command = RunCommand("dc1", hosts, nodes, commands)
    with pytest.raises(HostError, match="web2: not online as a managed node"):
        command.package("Install", ["web1", "web2"])
    assert commands.sent == []
