"""
Step 40 against the simulated AWS.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from closednet.aws.wave_activations import WaveActivations, wave_activation
from closednet.errors import ApplyError, PreconditionError
from closednet.model.change import Create, key_of
from closednet.redact import found_in
from closednet.steps.activation import ActivationStep


if TYPE_CHECKING:
    from closednet.site import Site
    from tests.contract.management.conftest import Scene


pytestmark = pytest.mark.rehearsal


CREATE = "ssm:CreateActivation"


def step_of(site: Site) -> ActivationStep:
    return ActivationStep.of(site)


def test_a_second_plan_is_empty_and_every_claim_holds(scene: Scene) -> None:
    step = step_of(scene.site)
    scene.apply(step)

    assert scene.changes(step) == ()
    report = step.verify()
    assert report.failures == ()
    assert {"S3", "S9", "S12"} <= {s for c in report.checks for s in c.proves}


def test_verify_names_what_is_missing_before_apply(scene: Scene) -> None:
    report = step_of(scene.site).verify()

    assert len(report.failures) >= 5


def test_inspecting_writes_nothing(scene: Scene) -> None:
    scene.changes(step_of(scene.site))

    assert scene.recording.writes == []


def test_rollback_restores_the_account(scene: Scene) -> None:
    step = step_of(scene.site)
    before = scene.state()
    receipt = scene.apply(step)
    scene.undo(step, receipt)

    assert scene.state() == before


def test_no_secret_stands_in_what_was_recorded(scene: Scene) -> None:
    step = step_of(scene.site)
    scene.apply(step)
    stored = step.activations.codes.stored()

    assert stored is not None
    assert found_in(stored.code.reveal()) != ()
    assert found_in(repr(scene.recording.events)) == ()


def test_a_lost_answer_leaves_one_activation_whose_code_is_known(scene: Scene) -> None:
    step = step_of(scene.site)
    scene.break_next(CREATE, "drop")
    try:
        scene.apply(step)
    except ApplyError:
        scene.apply(step)

    codes = step.activations.codes
    stored = codes.stored()
    assert stored is not None
    assert [stored.activation_id] == [state.activation_id for state in codes.ours()]
    assert step.verify().failures == ()
    assert [e["resource"] for e in scene.recording.of("orphan")] == ["activation"]


def test_an_activation_whose_code_was_lost_is_retired(scene: Scene) -> None:
    step = step_of(scene.site)
    scene.break_next("ssm:PutParameter", "AccessDeniedException")
    scene.fails(step)
    (orphan,) = step.activations.codes.ours()
    scene.apply(step)

    (left,) = step.activations.codes.ours()
    assert left.activation_id != orphan.activation_id
    (told,) = scene.recording.of("orphan")
    assert told["id"] == orphan.activation_id


def test_no_activation_is_made_anew_once_every_server_is_registered(
    scene: Scene,
) -> None:
    step = step_of(scene.site)
    scene.apply(step)
    stored = step.activations.codes.stored()
    assert stored is not None
    for host in scene.site.params.hosts:
        scene.puppets.register(host, stored)
    scene.site.management.ssm.delete_activation(ActivationId=stored.activation_id)

    assert step.activations.missing_hosts() == ()
    assert scene.changes(step) == ()
    assert step.verify().failures == ()


def test_rollback_removes_an_activation_that_is_used_up(scene: Scene) -> None:
    step = step_of(scene.site)
    before = scene.state()
    receipt = scene.apply(step)
    stored = step.activations.codes.stored()
    assert stored is not None
    ssm = scene.site.management.ssm
    for host in scene.site.params.hosts:
        node = scene.puppets.register(host, stored)
        ssm.deregister_managed_instance(InstanceId=node)

    scene.undo(step, receipt)

    assert before == scene.state()


def test_an_expired_activation_is_replaced_while_servers_are_missing(
    scene: Scene,
) -> None:
    step = step_of(scene.site)
    scene.apply(step)
    scene.server.world.clock.advance(25 * 3600)
    # The operator's own session is a day old as well.
    step = step_of(scene.having())

    (change,) = scene.changes(step)
    assert isinstance(change, Create)
    assert key_of(change) == "activation/servers"


def test_an_activation_with_too_little_room_left_is_replaced(scene: Scene) -> None:
    """
    A registration whose answer was lost is used up, and its server is still missing.
    """
    step = step_of(scene.site)
    scene.apply(step)
    stored = step.activations.codes.stored()
    assert stored is not None
    first, *others = scene.site.params.hosts
    lost = scene.puppets.register(first, stored)
    scene.site.management.ssm.deregister_managed_instance(InstanceId=lost)
    for host in others[:-1]:
        scene.puppets.register(host, stored)
    usable = step.activations.codes.usable()
    assert usable is not None
    assert usable.room < len(step.activations.missing_hosts())

    (change,) = scene.changes(step)

    assert isinstance(change, Create)
    assert key_of(change) == "activation/servers"


def test_the_activation_of_a_wave_has_room_for_the_wave(scene: Scene) -> None:
    """
    It is kept while the wave fits in, and replaced once it does not.
    """
    step = step_of(scene.site)
    scene.apply(step)
    hosts = scene.site.params.hosts
    waves = WaveActivations(step.activations, scene.site.params)
    wave = wave_activation(scene.site.params, 2, [host.name for host in hosts])
    made = waves.create(wave)
    stored = step.activations.codes.stored()
    assert stored is not None

    assert made == waves.create(wave) == stored.activation_id
    assert {wave.key} == set(waves.find([wave]))
    for _ in range(wave.activation.limit - len(hosts) + 1):
        lost = scene.puppets.register(hosts[0], stored)
        scene.site.management.ssm.deregister_managed_instance(InstanceId=lost)
    assert {} == waves.find([wave])
    assert made != waves.create(wave)


def test_the_tier_is_not_touched_without_consent(scene: Scene) -> None:
    site = scene.believing(consents=("session-preferences",))
    with pytest.raises(PreconditionError, match="every hybrid node") as caught:
        step_of(site).desired()

    assert "consents: [advanced-instances-tier]" in caught.value.missing


def test_the_tier_stays_standard_where_nobody_wishes_more(scene: Scene) -> None:
    site = scene.having(wishes__session_manager=False, consents=[])
    step = step_of(site)
    scene.apply(step)

    assert "ssm:UpdateServiceSetting" not in scene.recording.writes
    assert step.verify().failures == ()


@pytest.mark.parametrize("store", ["secrets-manager", "file"])
def test_every_store_keeps_the_code(scene: Scene, store: str) -> None:
    file = {"activation__secret_file": "secrets/site.json"} if store == "file" else {}
    site = scene.having(activation__secret_store=store, **file)
    step = step_of(site)
    receipt = scene.apply(step)
    assert step.verify().failures == ()
    assert scene.changes(step) == ()

    scene.undo(step, receipt)
    assert step.activations.codes.stored() is None


def test_verify_sees_a_full_access_policy(scene: Scene) -> None:
    step = step_of(scene.site)
    scene.apply(step)
    scene.site.management.iam.put_role_policy(
        RoleName="closednet-managed-node",
        PolicyName="somebodys",
        PolicyDocument='{"Version":"2012-10-17","Statement":'
        '[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}',
    )

    (failure,) = step.verify().failures
    assert failure.evidence == "somebodys: s3:*"
