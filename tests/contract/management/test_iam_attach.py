"""
Step 60 against the simulated AWS, with agents that answer.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING

import pytest

from closednet.errors import ApplyError, DriftError, PreconditionError
from closednet.model.change import Manual, Update
from closednet.model.specs.management import SESSION_DOCUMENT
from closednet.steps.activation import ActivationStep
from closednet.steps.iam_attach import IamAttachStep


if TYPE_CHECKING:
    from tests.contract.management.conftest import Scene


pytestmark = pytest.mark.rehearsal


PREFERENCES = {
    "schemaVersion": "1.0",
    "description": "ours since 2019",
    "sessionType": "Standard_Stream",
    "inputs": {
        "s3BucketName": "old-sessions",
        "s3KeyPrefix": "",
        "s3EncryptionEnabled": False,
        "cloudWatchLogGroupName": "",
        "cloudWatchEncryptionEnabled": True,
        "runAsEnabled": True,
        "runAsDefaultUser": "ops",
        "kmsKeyId": "",
    },
}


@pytest.fixture(name="step")
def _step(scene: Scene) -> IamAttachStep:
    """
    Step 60 of a site whose servers are all registered.
    """
    activation = ActivationStep.of(scene.site)
    scene.apply(activation)
    stored = activation.activations.codes.stored()
    assert stored is not None
    for host in scene.site.params.hosts:
        scene.puppets.register(host, stored)
    scene.puppets.start()
    return IamAttachStep.of(scene.site)


def put_preferences(scene: Scene) -> None:
    scene.site.management.ssm.create_document(
        Content=json.dumps(PREFERENCES),
        Name=SESSION_DOCUMENT,
        DocumentType="Session",
        DocumentFormat="JSON",
    )


def test_every_claim_is_proven_by_the_servers(
    scene: Scene, step: IamAttachStep
) -> None:
    scene.apply(step)
    report = step.verify()

    assert report.failures == ()
    assert {"S12", "S13", "S14"} == {s for c in report.checks for s in c.proves}
    assert scene.changes(step) == ()


def test_evidence_is_the_same_when_it_is_gathered_again(
    scene: Scene, step: IamAttachStep
) -> None:
    scene.apply(step)

    assert step.verify() == step.verify()


def test_an_association_that_was_made_twice_is_removed_and_told(
    scene: Scene, step: IamAttachStep
) -> None:
    """
    AWS takes the same request twice if its first answer was lost.
    """
    scene.break_next("ssm:CreateAssociation", "drop")
    scene.apply(step)

    raw = scene.site.management.ssm.list_associations()["Associations"]
    told = [o["resource"] for o in scene.recording.of("orphan")]
    assert 1 == len(raw)
    assert ["association"] == told
    assert () == scene.changes(step)


def test_rollback_restores_the_account(scene: Scene, step: IamAttachStep) -> None:
    before = scene.state()
    receipt = scene.apply(step)
    scene.undo(step, receipt)

    after = scene.state()
    kinds = [kind for kind in before if "command" not in kind.lower()]
    assert {k: after[k] for k in kinds} == {k: before[k] for k in kinds}


def test_other_lines_of_the_session_preferences_stay(
    scene: Scene, step: IamAttachStep
) -> None:
    put_preferences(scene)
    receipt = scene.apply(step)
    written = step.documents.content() or {}
    assert written["inputs"]["s3BucketName"] == "old-sessions"
    assert written["inputs"]["runAsDefaultUser"] == "ops"
    assert written["inputs"]["kmsKeyId"] == scene.site.params.session.kms_key_arn
    assert scene.changes(step) == ()

    scene.undo(step, receipt)
    assert step.documents.content() == PREFERENCES


def test_preferences_return_to_what_an_older_version_says(
    scene: Scene, step: IamAttachStep
) -> None:
    """AWS takes no text twice: the version that has it is put in force again."""
    scene.apply(step)
    ours = step.documents.content() or {}
    other = ours | {"inputs": ours["inputs"] | {"idleSessionTimeout": "60"}}
    scene.site.management.ssm.update_document(
        Content=json.dumps(other), Name=SESSION_DOCUMENT, DocumentVersion="$LATEST"
    )
    scene.site.management.ssm.update_document_default_version(
        Name=SESSION_DOCUMENT, DocumentVersion="2"
    )
    noticed = [c.evidence for c in step.verify().failures]
    scene.apply(step)

    assert ["idle timeout 60 minutes"] == [said.split(", ")[-1] for said in noticed]
    assert ours == step.documents.content()
    assert scene.changes(step) == ()


def test_preferences_that_others_changed_meanwhile_are_not_deleted(
    scene: Scene, step: IamAttachStep
) -> None:
    receipt = scene.apply(step)
    content = step.documents.content() or {}
    content["inputs"]["s3BucketName"] = "somebodys"
    scene.site.management.ssm.update_document(
        Content=json.dumps(content), Name=SESSION_DOCUMENT, DocumentVersion="$LATEST"
    )
    scene.site.management.ssm.update_document_default_version(
        Name=SESSION_DOCUMENT, DocumentVersion="2"
    )
    with pytest.raises((ApplyError, DriftError), match="did not write"):
        scene.undo(step, receipt)


def test_preferences_are_not_touched_without_consent(scene: Scene) -> None:
    site = scene.believing(consents=("advanced-instances-tier",))
    with pytest.raises(PreconditionError) as caught:
        IamAttachStep.of(site).desired()

    assert caught.value.missing == ("consents: [session-preferences]",)


def test_log_groups_stay_after_rollback_unless_asked_otherwise(
    scene: Scene, step: IamAttachStep
) -> None:
    site = scene.having(rollout__delete_logs_on_rollback=False)
    step = IamAttachStep.of(site)
    receipt = scene.apply(step)
    scene.undo(step, receipt)

    assert len(scene.recording.of("kept")) == 3
    assert {"log-group/messages"} <= set(
        step.log_groups.find(step.log_group_specs()).keys()
    )


def test_a_log_group_of_others_is_adopted_or_left_alone(
    scene: Scene, step: IamAttachStep
) -> None:
    logs = scene.site.management.logs
    logs.create_log_group(logGroupName="messages")
    logs.put_retention_policy(logGroupName="messages", retentionInDays=3)
    (asked,) = [c for c in scene.changes(step) if isinstance(c, Manual)]
    assert "keep its events for 5 days or longer" in asked.instruction

    logs.put_retention_policy(logGroupName="messages", retentionInDays=30)
    receipt = scene.apply(step)
    scene.undo(step, receipt)
    groups = logs.describe_log_groups(logGroupNamePrefix="messages")["logGroups"]
    assert [g["logGroupName"] for g in groups] == ["messages"]


def test_a_half_made_log_group_is_finished(scene: Scene, step: IamAttachStep) -> None:
    scene.break_next("logs:PutRetentionPolicy", "AccessDeniedException")
    scene.fails(step)
    scene.apply(step)

    assert scene.changes(step) == ()


def test_a_changed_association_is_put_right(scene: Scene, step: IamAttachStep) -> None:
    scene.apply(step)
    site = scene.having(ssm_agent__update_schedule="rate(7 days)")
    changed = IamAttachStep.of(site)
    (change,) = scene.changes(changed)
    assert isinstance(change, Update)

    scene.apply(changed)
    assert scene.changes(changed) == ()


def test_a_server_that_is_not_registered_fails_its_claims_only(
    scene: Scene, step: IamAttachStep
) -> None:
    scene.apply(step)
    node = step.probe.nodes()["db01"]
    step.probe.managed.deregister(node.node_id)
    failed = {check.subject for check in step.verify().failures}

    assert failed == {"db01"}


@pytest.mark.parametrize(
    ("schedule", "passes"), [("rate(14 days)", True), ("cron(0 3 ? * SUN *)", False)]
)
def test_the_console_s_own_updates_are_told_and_judged(
    scene: Scene, step: IamAttachStep, schedule: str, *, passes: bool
) -> None:
    """
    They are meant for every node; where this site names hours, they are in the way.
    """
    scene.site.management.ssm.create_association(
        Name="AWS-UpdateSSMAgent",
        AssociationName="SystemAssociationForSsmAgentUpdate",
        Targets=[{"Key": "InstanceIds", "Values": ["*"]}],
        ScheduleExpression="rate(14 days)",
    )
    step = IamAttachStep.of(scene.having(ssm_agent__update_schedule=schedule))
    scene.apply(step)
    (found,) = [c for c in step.verify().checks if c.claim.startswith("no other sched")]

    assert passes == found.passed
    assert "SystemAssociationForSsmAgentUpdate, rate(14 days)" in found.evidence
