"""
What the operator must be allowed, and where.
"""

from __future__ import annotations

import json

from typing import Any

import pytest

from closednet.model.operator_policies import operator_policy
from closednet.model.step import Actions
from tests.unit.model.sites import params_with


KINDS = (
    Actions("network", find=("ec2:DescribeVpcs",), create=("ec2:CreateVpcEndpoint",)),
    Actions(
        "management",
        find=("iam:GetRole", "ssm:GetParameter"),
        create=("iam:CreateRole", "iam:PassRole", "ssm:CreateActivation"),
        update=("ssm:UpdateServiceSetting", "ssm:UpdateDocument"),
        delete=("iam:DeleteAccessKey", "secretsmanager:DeleteSecret"),
    ),
    Actions("hosts", create=("host:install",)),
)


def allowed(document: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for statement in document["Statement"]:
        for action in statement["Action"]:
            found.setdefault(action, []).append(statement)
    return found


@pytest.fixture(name="management")
def _management() -> dict[str, list[dict[str, Any]]]:
    params = params_with(cloudwatch__credentials="iam-user")
    return allowed(operator_policy(params, "management", KINDS))


def test_accounts_get_their_own_actions_only() -> None:
    network = allowed(operator_policy(params_with(), "network", KINDS))

    assert "ec2:CreateVpcEndpoint" in network
    assert not any(action.startswith(("ssm:", "host:")) for action in network)
    # Policies of endpoints are nobody's: IAM's simulator judges them in any account.
    assert ["iam:SimulateCustomPolicy"] == [a for a in network if a.startswith("iam:")]


def test_the_role_is_passed_to_systems_manager_alone(
    management: dict[str, list[dict[str, Any]]],
) -> None:
    (statement,) = management["iam:PassRole"]

    assert statement["Condition"] == {
        "StringEquals": {"iam:PassedToService": "ssm.amazonaws.com"}
    }
    assert statement["Resource"] == [
        "arn:aws:iam::222222222222:role/closednet-managed-node"
    ]


def test_commands_go_to_nodes_of_this_site_alone(
    management: dict[str, list[dict[str, Any]]],
) -> None:
    nodes, documents = management["ssm:SendCommand"]

    assert nodes["Condition"] == {
        "StringEquals": {"ssm:resourceTag/closednet:site": "tokyo-dc1"}
    }
    assert all("managed-instance" not in arn for arn in documents["Resource"])


@pytest.mark.parametrize(
    ("action", "part"),
    [
        ("iam:CreateRole", "role/closednet-managed-node"),
        ("iam:DeleteAccessKey", "user/closednet-cloudwatch-agent"),
        ("ssm:GetParameter", "parameter/closednet/tokyo-dc1/*"),
        ("ssm:UpdateServiceSetting", "servicesetting/ssm/managed-instance/*"),
        ("ssm:UpdateDocument", "document/SSM-SessionManagerRunShell"),
        ("secretsmanager:DeleteSecret", "secret:/closednet/tokyo-dc1/*"),
        ("kms:DescribeKey", "key/0c1053d0-0000-4000-8000-000000000001"),
        ("s3:GetObject", "closednet-rehearsal-output-222222222222/run-command/*"),
        ("s3:ListBucket", "closednet-rehearsal-output-222222222222"),
    ],
)
def test_actions_are_scoped_where_the_names_are_known(
    management: dict[str, list[dict[str, Any]]], action: str, part: str
) -> None:
    (statement,) = management[action]

    assert any(arn.endswith(part) for arn in statement["Resource"])
    assert "*" not in statement["Resource"]


def test_without_a_user_nothing_is_allowed_to_users() -> None:
    policy = allowed(operator_policy(params_with(), "management", KINDS))

    assert "iam:DeleteAccessKey" not in policy
    assert all(
        ":user/" not in arn
        for statements in policy.values()
        for statement in statements
        for arn in statement["Resource"]
    )


@pytest.mark.parametrize("account", ["network", "management"])
@pytest.mark.parametrize("credentials", ["ssm-role", "iam-user"])
def test_a_policy_fits_into_one_managed_policy(account: str, credentials: str) -> None:
    """
    IAM takes 6,144 characters, and names of statements that are their own.
    """
    params = params_with(cloudwatch__credentials=credentials)
    policy = operator_policy(params, account, KINDS)
    sids = [statement["Sid"] for statement in policy["Statement"]]

    assert 6144 > len(json.dumps(policy, separators=(",", ":")))
    assert len(set(sids)) == len(sids)
    assert all(sid.isalnum() for sid in sids)


def test_a_policy_is_the_same_every_time() -> None:
    first, second = (
        operator_policy(params_with(), "management", kinds)
        for kinds in (KINDS, reversed(KINDS))
    )

    assert first == second


def test_evidence_is_signed_and_laid_down_where_it_is_asked_for() -> None:
    params = params_with()
    key = "arn:aws:kms:ap-northeast-1:222222222222:key/2"
    asked = params.evidence.model_copy(
        update={
            "signature": params.evidence.signature.model_copy(
                update={"method": "kms", "kms_key_arn": key}
            ),
            "deposit": params.evidence.deposit.model_copy(update={"bucket": "kept"}),
        }
    )
    changed = params.model_copy(update={"evidence": asked})
    found = allowed(operator_policy(changed, "management", ()))

    assert [key] == found["kms:Sign"][0]["Resource"]
    assert [
        "arn:aws:s3:::kept",
        "arn:aws:s3:::kept/evidence/*",
    ] == found["s3:PutObjectRetention"][0]["Resource"]
    assert "kms:Sign" not in allowed(operator_policy(changed, "network", ()))
    assert "kms:Sign" not in allowed(operator_policy(params, "management", ()))
