"""
Who calls, whose keys are good, and which roles are there.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import boto3

from closednet_rehearsal.iam import find_role
from closednet_rehearsal.settings import MANAGEMENT_ACCOUNT, REGION
from tests.rehearsal_aws.conftest import CONFIG
from tests.rehearsal_aws.refusals import refusal


if TYPE_CHECKING:
    from closednet_rehearsal.server import Server
    from tests.rehearsal_aws.conftest import Aws, Control

TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {"Service": "ssm.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        ],
    }
)
CORE = "arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"


def identity(server: Server, keys: dict[str, str], name: str = "sts") -> Any:
    """
    Return a client with these keys.
    """
    session: Any = boto3.Session(
        keys["AccessKeyId"],
        keys["SecretAccessKey"],
        keys.get("SessionToken"),
        region_name=REGION,
    )
    return session.client(name, endpoint_url=server.endpoint_url, config=CONFIG)


def test_two_accounts_are_told_apart(network: Aws, management: Aws) -> None:
    callers = [aws.client("sts").get_caller_identity() for aws in (network, management)]

    assert ["111111111111", "222222222222"] == [each["Account"] for each in callers]
    assert (
        "arn:aws:sts::222222222222:assumed-role/closednet-operator/tests"
        == (callers[1]["Arn"])
    )


def test_role_that_does_not_exist_is_denied(network: Aws) -> None:
    code, message = refusal(
        network.client("sts").assume_role,
        RoleArn="arn:aws:iam::222222222222:role/nobody",
        RoleSessionName="tests",
    )

    assert "AccessDenied" == code
    assert "sts:AssumeRole" in message


def test_role_is_seen_by_others_only_later(
    server: Server, management: Aws, control: Control
) -> None:
    iam = management.client("iam")
    iam.create_role(RoleName="fresh", AssumeRolePolicyDocument=TRUST)
    role = find_role(MANAGEMENT_ACCOUNT, "fresh")
    visible_at_once = role is None or role.visible_since <= server.world.clock.now()
    control.advance()
    visible_later = role is not None and role.visible_since <= server.world.clock.now()
    iam.delete_role(RoleName="fresh")

    assert not visible_at_once
    assert visible_later
    assert find_role(MANAGEMENT_ACCOUNT, "fresh") is None


def test_role_with_policies_cannot_be_deleted(management: Aws) -> None:
    iam = management.client("iam")
    iam.create_role(RoleName="node", AssumeRolePolicyDocument=TRUST)
    iam.attach_role_policy(RoleName="node", PolicyArn=CORE)
    code, _ = refusal(iam.delete_role, RoleName="node")
    iam.detach_role_policy(RoleName="node", PolicyArn=CORE)
    iam.delete_role(RoleName="node")

    assert "DeleteConflict" == code


def test_deleted_and_inactive_keys_are_dead(server: Server, management: Aws) -> None:
    iam = management.client("iam")
    iam.create_user(UserName="agent")
    key = iam.create_access_key(UserName="agent")["AccessKey"]
    sts = identity(server, key)
    alive = sts.get_caller_identity()["Arn"]
    named = {"UserName": "agent", "AccessKeyId": key["AccessKeyId"]}
    iam.update_access_key(**named, Status="Inactive")
    inactive, _ = refusal(sts.get_caller_identity)
    iam.delete_access_key(**named)
    deleted, _ = refusal(sts.get_caller_identity)
    iam.delete_user(UserName="agent")

    assert "arn:aws:iam::222222222222:user/agent" == alive
    assert "InvalidClientTokenId" == inactive == deleted


def test_session_expires(server: Server, network: Aws, control: Control) -> None:
    keys = network.client("sts").assume_role(
        RoleArn="arn:aws:iam::111111111111:role/closednet-operator",
        RoleSessionName="short",
        DurationSeconds=900,
    )["Credentials"]
    sts = identity(server, keys)
    before = sts.get_caller_identity()["Account"]
    control.advance(901)
    code, _ = refusal(sts.get_caller_identity)

    assert "111111111111" == before
    assert "ExpiredToken" == code
