"""
What holds for every request: validated, journalled, never a 5xx.
"""

from __future__ import annotations

import time

from typing import TYPE_CHECKING, Any

import pytest

from botocore.exceptions import ClientError, ConnectionClosedError

from closednet_rehearsal.settings import MANAGEMENT_ACCOUNT, VPC_ID
from tests.rehearsal_aws.refusals import refusal


if TYPE_CHECKING:
    from tests.rehearsal_aws.conftest import Aws, Control


@pytest.mark.parametrize(
    ("service", "operation", "params"),
    [
        ("ec2", "describe_vpc_block_public_access_options", {}),
        ("route53", "list_traffic_policies", {}),
        ("kms", "describe_custom_key_stores", {}),
        ("iam", "get_service_last_accessed_details", {"JobId": "0" * 36}),
    ],
)
def test_what_is_missing_says_so_once_and_is_counted(
    network: Aws,
    control: Control,
    service: str,
    operation: str,
    params: dict[str, Any],
) -> None:
    before = len(control.get("unsupported"))
    with pytest.raises(ClientError) as caught:
        getattr(network.client(service), operation)(**params)

    assert "RehearsalNotImplemented" == caught.value.response["Error"]["Code"]
    assert 400 == caught.value.response["ResponseMetadata"]["HTTPStatusCode"]
    assert before + 1 == len(control.get("unsupported"))


def test_model_limits_hold(network: Aws, management: Aws) -> None:
    enum, _ = refusal(
        network.client("ec2").describe_vpc_attribute,
        VpcId=VPC_ID,
        Attribute="enableEverything",
    )
    pattern, message = refusal(management.client("iam").get_role, RoleName="no spaces")
    name, _ = refusal(
        management.client("logs").put_retention_policy,
        logGroupName="bad*name",
        retentionInDays=5,
    )

    retention, _ = refusal(
        management.client("logs").put_retention_policy,
        logGroupName="messages",
        retentionInDays=6,
    )

    assert "InvalidParameterException" == retention
    assert "InvalidParameterValue" == enum
    assert "ValidationError" == pattern
    assert "regular expression" in message
    assert "InvalidParameterException" == name


def test_calls_are_journalled(management: Aws, control: Control) -> None:
    management.client("iam").list_roles()
    refusal(management.client("iam").delete_role, RoleName="nobody")
    listed, deleted = control.get("calls")[-2:]

    assert ("iam", "ListRoles", False, 200, "") == _told(listed)
    assert ("iam", "DeleteRole", True, 404, "NoSuchEntity") == _told(deleted)
    assert MANAGEMENT_ACCOUNT == listed["account"]
    assert listed["principal"].endswith("assumed-role/closednet-operator/tests")


def test_the_rehearsal_s_own_share_is_told(management: Aws, control: Control) -> None:
    """
    Every call carries its seconds, and the process its CPU seconds.
    """
    began = time.monotonic()
    management.client("iam").list_users()
    took = time.monotonic() - began

    assert 0.0 < control.get("calls")[-1]["seconds"] < took
    assert 0.0 < control.get("usage")["cpu_seconds"] <= time.process_time()


def _told(call: dict[str, Any]) -> tuple[Any, ...]:
    keys = ("service", "operation", "mutating", "status", "error")
    return tuple(call[key] for key in keys)


def test_fault_fails_the_next_calls_only(network: Aws, control: Control) -> None:
    control.post("fault", operation="ec2:DescribeVpcs", error="RequestLimitExceeded")
    code, _ = refusal(network.client("ec2").describe_vpcs)

    assert "RequestLimitExceeded" == code
    assert [VPC_ID] == [
        vpc["VpcId"] for vpc in network.client("ec2").describe_vpcs()["Vpcs"]
    ]


def test_dropped_answer_comes_after_the_act(network: Aws, control: Control) -> None:
    ec2 = network.client("ec2")
    control.post("fault", operation="CreateSecurityGroup", error="drop")
    asked = {"GroupName": "dropped", "Description": "tests", "VpcId": VPC_ID}
    with pytest.raises(ConnectionClosedError):
        ec2.create_security_group(**asked)
    code, _ = refusal(ec2.create_security_group, **asked)
    groups = ec2.describe_security_groups(
        Filters=[{"Name": "group-name", "Values": ["dropped"]}]
    )["SecurityGroups"]
    ec2.delete_security_group(GroupId=groups[0]["GroupId"])

    assert "InvalidGroup.Duplicate" == code


def test_lists_of_other_services_are_short_too(management: Aws) -> None:
    logs = management.client("logs")
    names = [f"tests-{number}" for number in range(7)]
    for name in names:
        logs.create_log_group(logGroupName=name)
    first = logs.describe_log_groups()["logGroups"]
    pages = logs.get_paginator("describe_log_groups").paginate()
    found = [group["logGroupName"] for page in pages for group in page["logGroups"]]
    for name in names:
        logs.delete_log_group(logGroupName=name)

    assert 5 == len(first)
    assert set(names) <= set(found)


def test_metrics_can_be_put_and_listed(management: Aws) -> None:
    cloudwatch = management.client("cloudwatch")
    cloudwatch.put_metric_data(
        Namespace="tests", MetricData=[{"MetricName": "mem_used_percent", "Value": 1.0}]
    )
    metrics = cloudwatch.list_metrics(Namespace="tests")["Metrics"]

    assert ["mem_used_percent"] == [metric["MetricName"] for metric in metrics]


def test_state_is_the_same_when_everything_is_undone(
    management: Aws, control: Control
) -> None:
    before = control.get("state")
    iam = management.client("iam")
    iam.create_user(UserName="passing")
    during = control.get("state")
    iam.delete_user(UserName="passing")

    assert before != during
    assert before == control.get("state")


def test_health_says_what_this_is(control: Control) -> None:
    assert control.get("health")["simulated"]


def test_answers_take_as_long_as_the_line_is_said_to(
    network: Aws, control: Control
) -> None:
    """
    Of AWS alone: the control API is at hand.
    """
    assert {"latency_s": 0.3} == control.post("latency", seconds=0.3)
    began = time.monotonic()
    network.client("sts").get_caller_identity()
    took = time.monotonic() - began
    control.post("latency", seconds=0)

    assert took >= 0.3
