from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from closednet.errors import ApplyError, UnsafePlanError
from closednet.model.change import Manual, Update
from closednet.model.cloudwatch_config import CONFIG_FILE
from closednet.model.specs.hosts import CloudWatchConfig, CloudWatchCredentials
from tests.contract.hosts.rollout import Rollout, cloudwatch_kinds


if TYPE_CHECKING:
    from tests.contract.hosts.conftest import Kept
    from tests.contract.hosts.worlds import Site, World


TEXT = '{"agent": {"region": "eu-west-1"}}\n'
DEFAULT = "[default]\naws_access_key_id = ASIA1\naws_session_token = t\n"
OTHERS = "[backup]\naws_access_key_id = AKIA2\n"
FOLDER = "opt/aws/amazon-cloudwatch-agent"
ROLE = CloudWatchCredentials("web1", "ssm-role", "default", "eu-west-1")
OWN = "opt/aws/amazon-cloudwatch-agent/etc/aws-credentials"
USER = CloudWatchCredentials(
    "web1", "iam-user", "AmazonCloudWatchAgent", "eu-west-1", f"/{OWN}", "1"
)
CONFIG = CloudWatchConfig("web1", f"file:{CONFIG_FILE}", TEXT)


@pytest.fixture(name="world")
def _world(site: Site) -> World:
    world = site.world("web1")
    site.host("web1")
    world.add_cloudwatch_agent()
    world.write("root/.aws/credentials", DEFAULT + OTHERS, 0o600)
    world.write("root/.aws/config", "[profile backup]\nregion = us-east-1\n", 0o600)
    world.write(f"{FOLDER}/etc/common-config.toml", "# [credentials]\n[ssl]\n  x = 1\n")
    return world


def rollout(
    site: Site, recorder: Kept, *wishes: CloudWatchCredentials | CloudWatchConfig
) -> Rollout:
    fleet = site.fleet(site.host("web1"), recorder=recorder)
    return Rollout(cloudwatch_kinds(fleet), wishes)


def test_the_nodes_own_credentials_need_no_key(
    site: Site, world: World, recorder: Kept
) -> None:
    before = world.read("root/.aws/credentials")
    rollout(site, recorder, ROLE, CONFIG).apply()
    common = world.read(f"{FOLDER}/etc/common-config.toml")
    assert 'shared_credential_profile = "default"' in common
    assert 'shared_credential_file = "/root/.aws/credentials"' in common
    assert "[ssl]\n  x = 1\n" in common
    assert world.read("root/.aws/credentials") == before
    assert rollout(site, recorder, ROLE, CONFIG).plan().changes == ()


def test_an_access_key_has_a_file_of_its_own(
    site: Site, world: World, recorder: Kept
) -> None:
    """
    The SSM Agent starts its own file anew if it cannot read it.
    """
    rollout(site, recorder, USER).apply()
    text = world.read(OWN)
    assert "[AmazonCloudWatchAgent]\naws_access_key_id = EXAMPLE-KEY-ID-0001" in text
    assert "aws_secret_access_key = secret/access+key=0001" in text
    assert "region = eu-west-1" in text
    assert (world.root / OWN).stat().st_mode & 0o777 == 0o600
    assert world.read("root/.aws/credentials") == DEFAULT + OTHERS
    common = world.read(f"{FOLDER}/etc/common-config.toml")
    assert f'shared_credential_file = "/{OWN}"' in common
    assert "secret/access+key=0001" not in repr(recorder.events)
    assert rollout(site, recorder, USER).plan().changes == ()


def test_setting_twice_changes_nothing_more(
    site: Site, world: World, recorder: Kept
) -> None:
    step = rollout(site, recorder, USER, CONFIG)
    step.apply()
    once = world.snapshot()
    (world.root / "var/lib/closednet/cloudwatch-credentials").unlink()
    (world.root / f"{FOLDER}/etc/common-config.toml").write_text(
        "# [credentials]\n[ssl]\n  x = 1\n"
    )
    step.apply()
    assert world.snapshot() == once


@pytest.mark.parametrize("wish", [ROLE, USER])
def test_a_rollback_leaves_every_file_as_it_was(
    site: Site, world: World, recorder: Kept, wish: CloudWatchCredentials
) -> None:
    before = world.snapshot()
    step = rollout(site, recorder, wish, CONFIG)
    receipt = step.apply()
    assert world.snapshot() != before
    step.undo(receipt)
    assert world.snapshot() == before


def test_a_key_that_an_older_run_put_beside_default_is_moved(
    site: Site, world: World, recorder: Kept
) -> None:
    mine = (
        "[AmazonCloudWatchAgent]\naws_access_key_id = OLD\naws_secret_access_key = s\n"
    )
    world.write("root/.aws/credentials", DEFAULT + OTHERS + mine, 0o600)
    common = (
        '[credentials]\n   shared_credential_profile = "AmazonCloudWatchAgent"\n'
        '   shared_credential_file = "/root/.aws/credentials"\n'
    )
    world.write(f"{FOLDER}/etc/common-config.toml", common)
    mark = "site=dc1 profile=AmazonCloudWatchAgent\n"
    step = rollout(site, recorder, USER)
    world.write("var/lib/closednet/cloudwatch-credentials", mark)
    assert isinstance(step.plan().changes[0], Update)
    step.apply()
    assert world.read("root/.aws/credentials") == DEFAULT + OTHERS
    assert "EXAMPLE-KEY-ID-0001" in world.read(OWN)
    assert rollout(site, recorder, USER).plan().changes == ()


def test_a_new_rotation_brings_the_new_key(
    site: Site, world: World, recorder: Kept
) -> None:
    rollout(site, recorder, USER).apply()
    again = replace(USER, rotation="2")
    (change,) = rollout(site, recorder, again).plan().changes
    assert isinstance(change, Update)
    rollout(site, recorder, again).apply()
    assert rollout(site, recorder, again).plan().changes == ()


def test_certificates_are_work_of_people(
    site: Site, world: World, recorder: Kept
) -> None:
    wish = CloudWatchCredentials(
        "web1", "roles-anywhere", "AmazonCloudWatchAgent", "eu-west-1", f"/{OWN}"
    )
    (change,) = rollout(site, recorder, wish).plan().changes
    assert isinstance(change, Manual)
    assert (
        f"AWS_SHARED_CREDENTIALS_FILE=/{OWN} aws_signing_helper" in change.instruction
    )
    keys = "[AmazonCloudWatchAgent]\naws_access_key_id = ASIA\n"
    world.write(OWN, keys, 0o600)
    common = (
        '[credentials]\n   shared_credential_profile = "AmazonCloudWatchAgent"\n'
        f'   shared_credential_file = "/{OWN}"\n'
    )
    world.write(f"{FOLDER}/etc/common-config.toml", common)
    assert rollout(site, recorder, wish).plan().changes == ()


def test_changing_the_mind_removes_the_key(
    site: Site, world: World, recorder: Kept
) -> None:
    rollout(site, recorder, USER, CONFIG).apply()
    rollout(site, recorder, ROLE, CONFIG).apply()
    assert world.read("root/.aws/credentials") == DEFAULT + OTHERS
    assert world.noted("ctl")[-3:] == ["status ", "stop ", "start "] or (
        "start " in world.noted("ctl")
    )


def test_credentials_of_others_stop_the_plan(
    site: Site, world: World, recorder: Kept
) -> None:
    text = '[credentials]\nshared_credential_profile = "theirs"\n'
    world.write(f"{FOLDER}/etc/common-config.toml", text)
    with pytest.raises(UnsafePlanError, match="theirs"):
        rollout(site, recorder, ROLE).plan()


def test_the_configuration_is_applied_on_premises(
    site: Site, world: World, recorder: Kept
) -> None:
    rollout(site, recorder, CONFIG).apply()
    assert world.read(f"{FOLDER}/bin/config.json") == TEXT
    assert f"fetch-config file:{CONFIG_FILE}" in world.noted("ctl")


def test_a_configuration_of_others_stops_the_plan(
    site: Site, world: World, recorder: Kept
) -> None:
    world.write(f"{FOLDER}/bin/config.json", '{"agent": {}}\n')
    world.set("configured")
    with pytest.raises(UnsafePlanError, match="cloudwatch-config/web1"):
        rollout(site, recorder, CONFIG).plan()


def test_a_refused_configuration_fails(
    site: Site, world: World, recorder: Kept
) -> None:
    world.set("refuse-config")
    with pytest.raises(ApplyError, match="refused its configuration"):
        rollout(site, recorder, CONFIG).apply()
