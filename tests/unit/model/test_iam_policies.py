"""
What nodes and the CloudWatch agent's user may do.
"""

from __future__ import annotations

import json

from typing import Any

import pytest

from closednet.model import iam_policies
from tests.unit.model.sites import params_with


def statements(document: str) -> dict[str, Any]:
    return {item["Sid"]: item for item in json.loads(document)["Statement"]}


def actions(document: str) -> set[str]:
    return {a for item in statements(document).values() for a in item["Action"]}


def every_policy() -> list[str]:
    params = params_with()
    return [
        iam_policies.core(params),
        iam_policies.operations(params),
        iam_policies.cloudwatch_user(params),
    ]


def test_only_systems_manager_of_this_account_and_region_is_trusted() -> None:
    (statement,) = json.loads(iam_policies.trust("eu-west-1", "333333333333"))[
        "Statement"
    ]

    assert statement["Principal"] == {"Service": "ssm.amazonaws.com"}
    assert statement["Condition"] == {
        "StringEquals": {"aws:SourceAccount": "333333333333"},
        "ArnEquals": {"aws:SourceArn": "arn:aws:ssm:eu-west-1:333333333333:*"},
    }


@pytest.mark.parametrize("document", every_policy())
def test_no_policy_allows_all_actions_of_a_service(document: str) -> None:
    assert iam_policies.too_wide(document) == ()
    assert not any("*" in action for action in actions(document))


@pytest.mark.parametrize("document", every_policy())
def test_statement_names_are_what_iam_takes(document: str) -> None:
    assert all(sid.isalnum() for sid in statements(document))


def test_a_node_reads_no_parameters_by_default() -> None:
    assert "ssm:GetParameter" not in actions(iam_policies.core(params_with()))
    assert "ssm:GetParameter" not in actions(iam_policies.operations(params_with()))


def test_output_goes_to_the_bucket_and_prefix_of_the_site_alone() -> None:
    found = statements(iam_policies.operations(params_with(output__prefix="site-a")))

    assert found["CommandOutput"]["Resource"] == [
        "arn:aws:s3:::closednet-rehearsal-output-222222222222/site-a/*"
    ]


def test_the_role_sends_metrics_only_if_the_agent_uses_it() -> None:
    with_role = iam_policies.operations(params_with())
    params = params_with(cloudwatch__credentials="iam-user")
    without, user = (
        iam_policies.operations(params),
        iam_policies.cloudwatch_user(params),
    )

    assert "cloudwatch:PutMetricData" in actions(with_role) & actions(user)
    assert "cloudwatch:PutMetricData" not in actions(without)


def test_metrics_are_limited_to_the_namespace() -> None:
    params = params_with(cloudwatch__namespace="Factory")
    found = statements(iam_policies.operations(params))

    assert found["Metrics"]["Condition"] == {
        "StringEquals": {"cloudwatch:namespace": "Factory"}
    }


def test_the_agent_reads_its_own_configuration_from_parameter_store() -> None:
    params = params_with(cloudwatch__config_store="parameter-store")
    found = statements(iam_policies.operations(params))

    assert found["AgentConfiguration"]["Resource"] == [
        "arn:aws:ssm:ap-northeast-1:222222222222:parameter/AmazonCloudWatch-*"
    ]


def test_no_log_files_need_no_rights_to_logs_of_the_agent() -> None:
    found = statements(iam_policies.operations(params_with(cloudwatch__logs=[])))

    assert "AgentLogs" not in found


@pytest.mark.parametrize(
    ("statement", "wide"),
    [
        ({"Effect": "Allow", "Action": "*", "Resource": "*"}, ("*",)),
        ({"Effect": "Allow", "Action": ["s3:*"], "Resource": "*"}, ("s3:*",)),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, ("NotAction",)),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, ()),
        ({"Effect": "Allow", "Action": "s3:Get*", "Resource": "*"}, ()),
    ],
)
def test_wide_statements_are_seen(
    statement: dict[str, Any], wide: tuple[str, ...]
) -> None:
    for content in (statement, [statement]):
        document = json.dumps({"Version": "2012-10-17", "Statement": content})

        assert iam_policies.too_wide(document) == wide


def test_a_policy_read_back_has_the_spelling_it_was_written_in() -> None:
    written = iam_policies.core(params_with())

    assert iam_policies.text_of(json.loads(written)) == written
    assert iam_policies.text_of(json.dumps(json.loads(written), indent=4)) == written
