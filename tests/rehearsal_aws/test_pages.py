"""
Every list that the product reads comes in small pages, and is whole over all pages.
"""

from __future__ import annotations

import json
import re
import time

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

import closednet

from closednet_rehearsal.settings import (
    LONG_PAGE_SIZE,
    MANAGEMENT_ACCOUNT,
    OUTPUT_BUCKET,
    PAGE_SIZE,
    REGION,
)
from closednet_rehearsal.ssm.state import Node
from tests.rehearsal_aws.listings import MANY, Listing, judged
from tests.rehearsal_aws.test_identity import TRUST


if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from closednet_rehearsal.server import Server
    from tests.rehearsal_aws.conftest import Aws

NOW = datetime.now(UTC)


def _named(operation: str) -> str:
    return f"rehearsal-{operation.replace('_', '-')}"


GROUP = _named("describe_log_groups")
ROLE = _named("list_role_policies")
METRIC = {
    "Namespace": "pages",
    "MetricName": "m",
    "Dimensions": [{"Name": "host", "Value": "0"}],
}
STAT = {"Metric": METRIC, "Period": 60, "Stat": "Average"}
QUERIES = [{"Id": f"m{n}", "MetricStat": STAT} for n in range(2 * LONG_PAGE_SIZE)]
SPAN = {"StartTime": NOW - timedelta(hours=1), "EndTime": NOW + timedelta(hours=1)}
MANAGEMENT = (
    Listing("ssm", "describe_activations", "ActivationList[].ActivationId"),
    Listing(
        *("ssm", "describe_instance_information"),
        "InstanceInformationList[].InstanceId",
    ),
    Listing("ssm", "list_commands", "Commands[].CommandId"),
    Listing(
        *("ssm", "list_command_invocations"),
        "CommandInvocations[].[CommandId, InstanceId]",
        expected=MANY * MANY,
    ),
    Listing("ssm", "list_associations", "Associations[].AssociationId"),
    Listing("logs", "describe_log_groups", "logGroups[].logGroupName"),
    Listing(
        *("logs", "filter_log_events", "events[].message", {"logGroupName": GROUP}),
        expected=2 * LONG_PAGE_SIZE,
        most=LONG_PAGE_SIZE,
    ),
    Listing(
        *("cloudwatch", "list_metrics", "Metrics[].Dimensions", {"Namespace": "pages"}),
        expected=2 * LONG_PAGE_SIZE,
        most=LONG_PAGE_SIZE,
    ),
    Listing(
        *("cloudwatch", "get_metric_data", "MetricDataResults[].Id"),
        {"MetricDataQueries": QUERIES, **SPAN},
        expected=2 * LONG_PAGE_SIZE,
        most=LONG_PAGE_SIZE,
    ),
    Listing("iam", "list_role_policies", "PolicyNames", {"RoleName": ROLE}),
    Listing(
        *("iam", "list_attached_role_policies", "AttachedPolicies[].PolicyArn"),
        {"RoleName": ROLE},
        expected=2 * PAGE_SIZE,
    ),
    Listing(
        *("s3", "list_objects_v2", "Contents[].Key"),
        {"Bucket": OUTPUT_BUCKET, "Prefix": "pages/"},
    ),
)


@pytest.fixture(name="filled", scope="module")
def _filled(server: Server, management: Aws) -> Iterator[Callable[[str], Any]]:
    """
    Fill the management account, each kind with more than fits on two pages.
    """
    client = management.client
    scope = server.systems_manager.application.service.scope(MANAGEMENT_ACCOUNT, REGION)
    _fill_iam(client("iam"))
    for n in range(MANY):
        node = Node(f"mi-{n:017x}", "none", ROLE, f"host{n}", "", "", time.time(), {})
        node.last_ping = node.last_poll = server.world.clock.now()
        scope.nodes[node.node_id] = node
    server.world.clock.advance(1)
    _fill_ssm(client("ssm"), sorted(scope.nodes))
    _fill_telemetry(client("logs"), client("cloudwatch"))
    for n in range(MANY):
        client("s3").put_object(Bucket=OUTPUT_BUCKET, Key=f"pages/{n}", Body=b"-")
    server.world.clock.advance(1)
    yield client
    for held in (scope.nodes, scope.commands, scope.associations, scope.activations):
        held.clear()
    scope.open_commands.clear()
    for n in range(MANY):
        client("s3").delete_object(Bucket=OUTPUT_BUCKET, Key=f"pages/{n}")
        client("logs").delete_log_group(logGroupName=f"pages-{n}")


def _fill_iam(iam: Any) -> None:
    iam.create_role(RoleName=ROLE, AssumeRolePolicyDocument=TRUST)
    statement = {"Effect": "Allow", "Action": "ssm:*", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    for n in range(MANY):
        names = {"RoleName": ROLE, "PolicyName": f"p{n}"}
        iam.put_role_policy(**names, PolicyDocument=document)
    for n in range(2 * PAGE_SIZE):
        made = iam.create_policy(PolicyName=f"pages{n}", PolicyDocument=document)
        iam.attach_role_policy(RoleName=ROLE, PolicyArn=made["Policy"]["Arn"])


def _fill_ssm(ssm: Any, node_ids: list[str]) -> None:
    for n in range(MANY):
        ssm.create_activation(IamRole=ROLE, Description=f"pages {n}")
        ssm.send_command(
            DocumentName="AWS-RunShellScript",
            InstanceIds=node_ids,
            Parameters={"commands": [f"echo {n}"]},
        )
        ssm.create_association(
            Name="AWS-UpdateSSMAgent",
            AssociationName=f"pages-{n}",
            Targets=[{"Key": "tag:none", "Values": ["none"]}],
        )


def _fill_telemetry(logs: Any, cloudwatch: Any) -> None:
    for n in range(MANY):
        logs.create_log_group(logGroupName=f"pages-{n}")
    logs.create_log_group(logGroupName=GROUP)
    logs.create_log_stream(logGroupName=GROUP, logStreamName="s")
    now = int(NOW.timestamp() * 1000)
    events = [
        {"timestamp": now + n, "message": f"line {n}"}
        for n in range(2 * LONG_PAGE_SIZE)
    ]
    logs.put_log_events(logGroupName=GROUP, logStreamName="s", logEvents=events)
    data = [
        {
            "MetricName": "m",
            "Dimensions": [{"Name": "host", "Value": str(n)}],
            "Value": n,
        }
        for n in range(2 * LONG_PAGE_SIZE)
    ]
    cloudwatch.put_metric_data(Namespace="pages", MetricData=data)


@pytest.mark.parametrize("listing", MANAGEMENT, ids=lambda each: each.operation)
def test_pages_of_the_management_account(
    filled: Callable[[str], Any], listing: Listing
) -> None:
    judged(listing, listing.pages(filled(listing.service)))


def test_pages_of_an_associations_history(filled: Callable[[str], Any]) -> None:
    ssm = filled("ssm")
    made = ssm.create_association(
        Name="AWS-UpdateSSMAgent",
        AssociationName="pages-history",
        Targets=[{"Key": "InstanceIds", "Values": ["*"]}],
    )["AssociationDescription"]["AssociationId"]
    for _ in range(MANY):
        ssm.start_associations_once(AssociationIds=[made])
    of = {"AssociationId": made}
    executions = Listing(
        *("ssm", "describe_association_executions"),
        "AssociationExecutions[].ExecutionId",
        of,
    )
    pages = executions.pages(ssm)
    judged(executions, pages)
    targets = Listing(
        *("ssm", "describe_association_execution_targets"),
        "AssociationExecutionTargets[].ResourceId",
        of | {"ExecutionId": pages[0][0][0]},
    )
    judged(targets, targets.pages(ssm))


def test_every_list_that_the_product_reads_is_here() -> None:
    """Access keys, judged actions and what Resolver has fit on one page."""
    folder = Path(closednet.__file__).parent
    asked = {
        name
        for file in folder.rglob("*.py")
        for name in re.findall(r'get_paginator\(\s*"(\w+)"', file.read_text())
    }
    here = Path(__file__)
    text = here.read_text() + here.with_name("test_network_pages.py").read_text()
    tried = set(re.findall(r'"((?:list|describe|filter|get)_\w+)"', text))
    few = {
        # A dozen of actions are judged at a time.
        "simulate_custom_policy",
        "simulate_principal_policy",
        "list_access_keys",
        # The transit gateway of a rehearsal has an attachment or two.
        "describe_transit_gateway_attachments",
        # A zone is opened to a VPC or two at a time.
        "list_vpc_association_authorizations",
        "list_resolver_endpoints",
        "list_resolver_rules",
        "list_resolver_rule_associations",
    }

    assert asked
    assert asked - few <= tried
