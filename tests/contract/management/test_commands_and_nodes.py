"""
Run Command and managed nodes against the simulated AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet.aws.command_outputs import CommandOutputs
from closednet.aws.commands import Commands
from closednet.aws.nodes import ManagedNodes
from closednet.errors import AwsError
from closednet.steps.activation import ActivationStep


if TYPE_CHECKING:
    from closednet.site import Site
    from tests.contract.management.conftest import Scene


pytestmark = pytest.mark.rehearsal


@pytest.fixture(name="nodes")
def _nodes(scene: Scene) -> ManagedNodes:
    step = ActivationStep.of(scene.site)
    scene.apply(step)
    stored = step.activations.codes.stored()
    assert stored is not None
    for host in scene.site.params.hosts:
        scene.puppets.register(host, stored)
    group = scene.site.params.output.command_log_group
    scene.site.management.logs.create_log_group(logGroupName=group)
    return ManagedNodes(scene.site.management)


def commands_of(site: Site) -> Commands:
    return Commands(site.management, site.params.output, site.waiting, site.recorder)


def test_nodes_are_found_by_the_tag_of_their_activation(
    scene: Scene, nodes: ManagedNodes
) -> None:
    found = nodes.of_site(scene.site.params.site)

    assert ["db01", "web01", "web02"] == [n.computer_name.split(".")[0] for n in found]
    assert {"closednet-managed-node"} == {node.iam_role for node in found}
    assert nodes.of_site("other-site") == ()


def test_unknown_ids_do_not_hide_known_nodes(scene: Scene, nodes: ManagedNodes) -> None:
    known = nodes.of_site(scene.site.params.site)[0]
    found = nodes.all_by_id([known.node_id, "mi-00000000000000000"])

    assert (known,) == found


def test_deregistering_twice_is_fine(scene: Scene, nodes: ManagedNodes) -> None:
    node = nodes.of_site(scene.site.params.site)[0]
    nodes.deregister(node.node_id)
    nodes.deregister(node.node_id)

    assert len(nodes.of_site(scene.site.params.site)) == 2


def test_output_and_error_of_every_node_are_told_apart(
    scene: Scene, nodes: ManagedNodes
) -> None:
    scene.puppets.start()
    ids = [node.node_id for node in nodes.of_site(scene.site.params.site)]
    outcome = commands_of(scene.site).run(
        "AWS-RunShellScript", {"commands": ["true"]}, ids, comment="x" * 200
    )

    assert outcome.succeeded
    assert ids == [result.node_id for result in outcome.results]
    assert {("closednet-probe", "nothing bad", 0)} == {
        (r.output, r.error, r.response_code) for r in outcome.results
    }


def test_a_silent_node_does_not_hide_the_others(
    scene: Scene, nodes: ManagedNodes
) -> None:
    ids = [node.node_id for node in nodes.of_site(scene.site.params.site)]
    outcome = commands_of(scene.site).run(
        "AWS-RunShellScript",
        {"commands": ["true"]},
        ids,
        comment="nobody answers",
        timeout_s=0.3,
        output=False,
    )

    assert not outcome.succeeded
    assert ids == [result.node_id for result in outcome.results]
    assert all(result.status != "Success" for result in outcome.results)


def test_a_node_of_nobody_is_refused(scene: Scene, nodes: ManagedNodes) -> None:
    with pytest.raises(AwsError, match="InvalidInstanceId"):
        commands_of(scene.site).run(
            "AWS-RunShellScript",
            {"commands": ["true"]},
            ["mi-00000000000000000"],
            comment="nobody",
        )


def test_denied_reads_are_not_taken_for_silence(
    scene: Scene, nodes: ManagedNodes
) -> None:
    ids = [node.node_id for node in nodes.of_site(scene.site.params.site)]
    scene.break_next("ssm:ListCommandInvocations", "AccessDeniedException")
    with pytest.raises(AwsError, match="AccessDenied"):
        commands_of(scene.site).run(
            "AWS-RunShellScript", {"commands": ["true"]}, ids, comment="denied"
        )


def test_many_nodes_are_asked_by_their_tag_and_read_by_pages(
    scene: Scene, nodes: ManagedNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    One command, one object read for all that hold the same, no answer asked for twice.
    """
    monkeypatch.setattr("closednet.aws.commands.MOST_NODES", 2)
    scene.puppets.start()
    site = scene.site
    ids = [node.node_id for node in nodes.of_site(site.params.site)]
    commands = commands_of(site)
    say: dict[str, list[str]] = {"commands": ["echo closednet-probe"]}
    sent = commands.run_on_tag(
        "AWS-RunShellScript",
        say,
        ids,
        ("closednet:site", site.params.site),
        comment="many",
        max_concurrency=10,
        timeout_s=60,
    )
    outputs = CommandOutputs(site.management, site.params.output)
    scene.recording.events.clear()
    written = outputs.in_s3(sent)
    asked = [call["operation"] for call in scene.recording.of("aws-call")]

    assert ids == [result.node_id for result in sent.results]
    assert sent.succeeded
    assert set(ids) == set(written)
    assert 1 == asked.count("GetObject")
    assert sent == commands.earlier("AWS-RunShellScript", "many", ids)
    assert commands.earlier("AWS-RunShellScript", "many", [*ids, "mi-0"]) is None


def test_what_batches_answered_earlier_counts_for_every_node(
    scene: Scene, nodes: ManagedNodes, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Fifty nodes a command: the newest command alone knows but the last of them.
    """
    monkeypatch.setattr("closednet.aws.commands.MOST_NODES", 2)
    scene.puppets.start()
    ids = [node.node_id for node in nodes.of_site(scene.site.params.site)]
    commands = commands_of(scene.site)
    sent = commands.run(
        "AWS-RunShellScript", {"commands": ["echo x"]}, ids, comment="batches"
    )
    earlier = commands.earlier("AWS-RunShellScript", "batches", ids)

    assert 2 == len(sent.command_ids)
    assert earlier is not None
    assert sent.results == earlier.results
