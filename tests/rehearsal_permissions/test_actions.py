"""
What calls need: their actions, the resources, and what they imply.
"""

from __future__ import annotations

import re

from typing import Any

import pytest

from moto.core.utils import get_service_model

from closednet_rehearsal.permissions import real
from closednet_rehearsal.permissions.actions import Call, needs, tags_of
from closednet_rehearsal.permissions.resources import TEMPLATES
from closednet_rehearsal.settings import MANAGEMENT_ACCOUNT as OWN
from closednet_rehearsal.settings import REGION


SSM = f"arn:aws:ssm:{REGION}:{OWN}"
EC2 = f"arn:aws:ec2:{REGION}:{OWN}"
LOGS = f"arn:aws:logs:{REGION}:{OWN}:log-group"
ROLE = f"arn:aws:iam::{OWN}:role/node"
TAGS = [{"Key": "closednet:site", "Value": "x"}]


def needed(service: str, operation: str, **members: Any) -> list[tuple[str, str]]:
    """
    Return actions and resources of a call in the management account.
    """
    call = Call(service, operation, OWN, REGION, members)
    return [(need.action, need.resource) for need in needs(call)]


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("sts", "GetCallerIdentity", {}), []),
        (("ssm", "DescribeActivations", {}), [("ssm:DescribeActivations", "*")]),
        (
            ("ssm", "GetParameter", {"Name": "/closednet/x"}),
            [("ssm:GetParameter", f"{SSM}:parameter/closednet/x")],
        ),
        (
            ("secretsmanager", "CreateSecret", {"Name": "/closednet/x"}),
            [
                (
                    "secretsmanager:CreateSecret",
                    f"arn:aws:secretsmanager:{REGION}:{OWN}:secret:/closednet/x",
                )
            ],
        ),
        (
            ("ssm", "GetParameter", {"Name": f"{SSM}:parameter/y"}),
            [("ssm:GetParameter", f"{SSM}:parameter/y")],
        ),
        (
            ("ssm", "GetParameters", {"Names": ["/a", "b"]}),
            [
                ("ssm:GetParameters", f"{SSM}:parameter/a"),
                ("ssm:GetParameters", f"{SSM}:parameter/b"),
            ],
        ),
        (
            ("ssm", "GetServiceSetting", {"SettingId": "/ssm/managed-instance/tier"}),
            [
                (
                    "ssm:GetServiceSetting",
                    f"{SSM}:servicesetting/ssm/managed-instance/tier",
                )
            ],
        ),
        (
            (
                "ssm",
                "SendCommand",
                {
                    "DocumentName": "AWS-RunShellScript",
                    "InstanceIds": ["mi-1", "mi-2"],
                    "OutputS3BucketName": "out",
                },
            ),
            [
                (
                    "ssm:SendCommand",
                    f"arn:aws:ssm:{REGION}::document/AWS-RunShellScript",
                ),
                ("ssm:SendCommand", f"{SSM}:managed-instance/mi-1"),
                ("ssm:SendCommand", f"{SSM}:managed-instance/mi-2"),
                ("ssm:SendCommand", "arn:aws:s3:::out"),
            ],
        ),
        (
            ("ssm", "CreateActivation", {"IamRole": "node", "Tags": TAGS}),
            [
                ("ssm:CreateActivation", "*"),
                ("iam:PassRole", ROLE),
                ("ssm:AddTagsToResource", "*"),
            ],
        ),
        (
            ("ssm", "PutParameter", {"Name": "/a", "Tags": TAGS}),
            [
                ("ssm:PutParameter", f"{SSM}:parameter/a"),
                ("ssm:AddTagsToResource", f"{SSM}:parameter/a"),
            ],
        ),
        (
            (
                "ssm",
                "AddTagsToResource",
                {"ResourceType": "Parameter", "ResourceId": "/a"},
            ),
            [("ssm:AddTagsToResource", f"{SSM}:parameter/a")],
        ),
        (
            (
                "ec2",
                "CreateVpcEndpoint",
                {
                    "VpcId": "vpc-1",
                    "SubnetIds": ["subnet-1"],
                    "SecurityGroupIds": ["sg-1"],
                    "PrivateDnsEnabled": True,
                    "TagSpecifications": [
                        {"ResourceType": "vpc-endpoint", "Tags": TAGS}
                    ],
                },
            ),
            [
                ("ec2:CreateVpcEndpoint", f"{EC2}:vpc-endpoint/*"),
                ("ec2:CreateVpcEndpoint", f"{EC2}:vpc/vpc-1"),
                ("ec2:CreateVpcEndpoint", f"{EC2}:subnet/subnet-1"),
                ("ec2:CreateVpcEndpoint", f"{EC2}:security-group/sg-1"),
                ("ec2:DescribeVpcs", "*"),
                ("ec2:DescribeSubnets", "*"),
                ("ec2:DescribeSecurityGroups", "*"),
                (
                    "route53:AssociateVPCWithHostedZone",
                    "arn:aws:route53:::hostedzone/*",
                ),
                ("ec2:CreateTags", f"{EC2}:vpc-endpoint/*"),
            ],
        ),
        (
            ("ec2", "CreateTags", {"Resources": ["sg-1", "vpce-2"]}),
            [
                ("ec2:CreateTags", f"{EC2}:security-group/sg-1"),
                ("ec2:CreateTags", f"{EC2}:vpc-endpoint/vpce-2"),
            ],
        ),
        (
            ("route53", "GetHostedZone", {"Id": "/hostedzone/Z1"}),
            [("route53:GetHostedZone", "arn:aws:route53:::hostedzone/Z1")],
        ),
        (
            ("route53", "CreateHostedZone", {"Name": "x", "VPC": {"VPCId": "vpc-1"}}),
            [("route53:CreateHostedZone", "*"), ("ec2:DescribeVpcs", "*")],
        ),
        (
            ("iam", "CreateRole", {"RoleName": "node", "Path": "/ops/", "Tags": TAGS}),
            [
                ("iam:CreateRole", f"arn:aws:iam::{OWN}:role/ops/node"),
                ("iam:TagRole", f"arn:aws:iam::{OWN}:role/ops/node"),
            ],
        ),
        (
            ("logs", "CreateLogGroup", {"logGroupName": "g", "tags": {"a": "b"}}),
            [
                ("logs:CreateLogGroup", f"{LOGS}:g:log-stream:"),
                ("logs:TagResource", f"{LOGS}:g"),
            ],
        ),
        (
            ("logs", "PutLogEvents", {"logGroupName": "g", "logStreamName": "s"}),
            [("logs:PutLogEvents", f"{LOGS}:g:log-stream:s")],
        ),
        (
            ("s3", "HeadBucket", {"Bucket": "b"}),
            [("s3:ListBucket", "arn:aws:s3:::b")],
        ),
        (
            ("s3", "PutObject", {"Bucket": "b", "Key": "k/x", "ACL": "private"}),
            [
                ("s3:PutObject", "arn:aws:s3:::b/k/x"),
                ("s3:PutObjectAcl", "arn:aws:s3:::b/k/x"),
            ],
        ),
        (
            (
                "service-quotas",
                "GetServiceQuota",
                {"ServiceCode": "vpc", "QuotaCode": "L"},
            ),
            [
                (
                    "servicequotas:GetServiceQuota",
                    f"arn:aws:servicequotas:{REGION}:{OWN}:vpc/L",
                )
            ],
        ),
    ],
    ids=lambda value: value[1] if isinstance(value, tuple) else "",
)
def test_a_call_needs(
    call: tuple[str, str, dict[str, Any]], expected: list[tuple[str, str]]
) -> None:
    service, operation, members = call

    assert expected == needed(service, operation, **members)


@pytest.mark.parametrize("service", sorted(TEMPLATES))
def test_the_table_names_operations_and_members_of_the_service(service: str) -> None:
    """
    botocore's model knows each operation of the table and each member in braces.
    """
    model = get_service_model(service)
    described = set(TEMPLATES[service]) & set(model.operation_names)
    unknown = [
        f"{operation} {member}"
        for operation in sorted(described)
        for member in re.findall(r"\{(\w+)\}", " ".join(TEMPLATES[service][operation]))
        if member != "account"
        and member not in model.operation_model(operation).input_shape.members
    ]

    assert set(TEMPLATES[service]) - described <= AGENTS_OWN
    assert [] == unknown


# Operations of the agent's protocol, which no public model describes.
AGENTS_OWN = {
    *("ListInstanceAssociations", "UpdateInstanceAssociationStatus"),
    "UpdateInstanceInformation",
}


@pytest.mark.parametrize(
    ("members", "tags"),
    [
        ({}, {}),
        ({"Tags": TAGS}, {"closednet:site": "x"}),
        ({"tags": {"a": "b"}}, {"a": "b"}),
        ({"AddTags": TAGS}, {"closednet:site": "x"}),
        ({"TagSpecifications": [{"Tags": TAGS}, {}]}, {"closednet:site": "x"}),
        ({"Tags": [{"Key": "empty"}]}, {"empty": ""}),
    ],
)
def test_tags_are_found_in_every_spelling(
    members: dict[str, Any], tags: dict[str, str]
) -> None:
    assert tags == tags_of(members)


def test_tags_of_a_node_are_those_of_systems_manager() -> None:
    nodes = {"mi-1": {"closednet:site": "x"}}

    def known(account: str, region: str) -> dict[str, dict[str, str]]:
        return nodes if (account, region) == (OWN, REGION) else {}

    assert nodes["mi-1"] == real.tags(f"{SSM}:managed-instance/mi-1", known)
    assert {} == real.tags(f"{SSM}:managed-instance/mi-2", known)
    assert {} == real.tags(f"{SSM}:parameter/x", known)
    assert {} == real.tags("*", known)
