"""
The CloudWatch agent's own user and key against the simulated AWS.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from closednet.aws.access_keys import AccessKeys, FormerKeys, key_secret
from closednet.aws.secret_store import ParameterStore
from closednet.aws.users import CloudWatchUsers
from closednet.errors import AwsError, PreconditionError
from closednet.model import iam_policies
from closednet.model.specs.management import AccessKey, CloudWatchUser, FormerKey
from closednet.redact import found_in


if TYPE_CHECKING:
    from tests.contract.management.conftest import Scene


pytestmark = pytest.mark.rehearsal


def user_of(scene: Scene) -> CloudWatchUser:
    policy = iam_policies.cloudwatch_user(scene.site.params)
    return CloudWatchUser("closednet-cloudwatch-agent", policy)


def key_of(scene: Scene) -> AccessKey:
    user = user_of(scene).name
    return AccessKey(user, key_secret(scene.site.params.site))


@pytest.fixture(name="users")
def _users(scene: Scene) -> CloudWatchUsers:
    return CloudWatchUsers(scene.site.management)


@pytest.fixture(name="keys")
def _keys(scene: Scene) -> AccessKeys:
    account = scene.site.management
    store = ParameterStore(account)
    return AccessKeys(account, store, "parameter-store", scene.recording)


def ids_of(scene: Scene) -> list[str]:
    iam = scene.site.management.iam
    raw = iam.list_access_keys(UserName=user_of(scene).name)
    return [key["AccessKeyId"] for key in raw["AccessKeyMetadata"]]


def test_user_and_key_are_found_again(
    scene: Scene, users: CloudWatchUsers, keys: AccessKeys
) -> None:
    user, key = user_of(scene), key_of(scene)
    users.create(user)
    made = keys.create(key)
    found, found_key = users.find([user])[user.key], keys.find([key])[key.key]

    assert (found.spec, found.owned) == (user, True)
    assert (found_key.spec, found_key.resource_id) == (key, made)
    assert found_in(repr(scene.recording.events)) == ()


def test_a_key_whose_secret_was_lost_is_retired(
    scene: Scene, users: CloudWatchUsers, keys: AccessKeys
) -> None:
    users.create(user_of(scene))
    for _ in range(2):
        scene.break_next("ssm:PutParameter", "AccessDeniedException")
        with pytest.raises(AwsError):
            keys.create(key_of(scene))
    made = keys.create(key_of(scene))

    assert [made] == ids_of(scene)
    assert len(scene.recording.of("orphan")) == 2


def test_a_key_that_was_made_twice_is_retired(
    scene: Scene, users: CloudWatchUsers, keys: AccessKeys
) -> None:
    """
    The answer was lost, botocore asked again, and nobody knows the first secret.
    """
    users.create(user_of(scene))
    scene.break_next("iam:CreateAccessKey", "drop")
    made = keys.create(key_of(scene))

    assert [made] == ids_of(scene)
    assert 1 == len(scene.recording.of("orphan"))


def test_only_what_was_made_twice_goes_from_a_user_of_others(
    scene: Scene, users: CloudWatchUsers, keys: AccessKeys
) -> None:
    """
    The key that was there before stays.
    """
    iam, name = scene.site.management.iam, user_of(scene).name
    iam.create_user(UserName=name)
    theirs = iam.create_access_key(UserName=name)["AccessKey"]["AccessKeyId"]

    made = keys.create(key_of(scene))

    assert {theirs, made} == set(ids_of(scene))
    assert [] == scene.recording.of("orphan")


def test_keys_of_a_user_of_others_are_never_deleted(
    scene: Scene, keys: AccessKeys
) -> None:
    iam, name = scene.site.management.iam, user_of(scene).name
    iam.create_user(UserName=name)
    for _ in range(2):
        iam.create_access_key(UserName=name)
    with pytest.raises(PreconditionError, match="is not ours"):
        keys.create(key_of(scene))

    assert len(ids_of(scene)) == 2


def test_a_half_made_user_is_finished(scene: Scene, users: CloudWatchUsers) -> None:
    user = user_of(scene)
    scene.break_next("iam:PutUserPolicy", "AccessDenied")
    with pytest.raises(AwsError):
        users.create(user)
    assert users.find([user]) == {}

    users.create(user)
    assert users.find([user])[user.key].spec == user


def test_deleting_removes_key_secret_and_user(
    scene: Scene, users: CloudWatchUsers, keys: AccessKeys
) -> None:
    user, key = user_of(scene), key_of(scene)
    before = scene.state()
    users.create(user)
    made = keys.create(key)
    keys.delete(key, made)
    users.delete(user, "")
    users.delete(user, "")

    assert scene.state() == before
    assert keys.stored(key.secret) is None


def test_a_rotation_leaves_no_moment_without_a_valid_key(
    scene: Scene, users: CloudWatchUsers, keys: AccessKeys
) -> None:
    """
    The new key is there and stored before the former one may go.
    """
    users.create(user_of(scene))
    old = key_of(scene)
    first = keys.create(old)
    new = replace(old, rotation=2)
    former = FormerKeys(scene.site.management, keys)
    gone = FormerKey(old.user, old.secret)
    assert {} == former.find([gone])

    second = keys.update(keys.find([new])[new.key].spec, new)

    stored = keys.stored(old.secret)
    assert {first, second} == set(ids_of(scene))
    assert stored is not None
    assert (second, 2) == (stored.access_key_id, stored.rotation)
    assert new == keys.find([new])[new.key].spec
    assert first == former.find([gone])[gone.key].resource_id
    former.delete(gone, first)
    former.delete(gone, first)
    assert [second] == ids_of(scene)
    assert {} == former.find([gone])


def test_a_rotation_that_was_interrupted_keeps_the_key_in_use(
    scene: Scene, users: CloudWatchUsers, keys: AccessKeys
) -> None:
    users.create(user_of(scene))
    old = key_of(scene)
    first = keys.create(old)
    new = replace(old, rotation=2)
    scene.break_next("ssm:PutParameter", "AccessDeniedException")
    with pytest.raises(AwsError):
        keys.update(old, new)

    stored = keys.stored(old.secret)
    assert stored is not None
    assert first == stored.access_key_id
    second = keys.update(old, new)
    assert {first, second} == set(ids_of(scene))
