"""
Requests meet policies: the operator's, a user's, a key's, a bucket's, an endpoint's.
"""

from __future__ import annotations

import json

from typing import TYPE_CHECKING, Any

import pytest

from moto.iam.models import iam_backends

from closednet_rehearsal.settings import (
    KMS_KEY_ARN,
    MANAGEMENT_ACCOUNT,
    NETWORK_ACCOUNT,
    OUTPUT_BUCKET,
    REGION,
    SUBNETS,
    VPC_ID,
)
from tests.rehearsal_permissions.conftest import ROLE, Person, document, text
from tests.rehearsal_permissions.policies import statement


if TYPE_CHECKING:
    from collections.abc import Iterator

    from tests.rehearsal_permissions.conftest import Site

READ = {"service": "ssm", "operation": "describe_activations"}
OPERATOR = f"arn:aws:sts::{MANAGEMENT_ACCOUNT}:assumed-role/closednet-operator/tests"
GROUP = f"arn:aws:logs:{REGION}:{MANAGEMENT_ACCOUNT}:log-group"


@pytest.fixture(name="agent")
def _agent(site: Site) -> Iterator[Person]:
    """
    A user of the management account, without any policy.
    """
    admin = site.administrator(MANAGEMENT_ACCOUNT)
    iam = admin.client("iam")
    iam.create_user(UserName="agent")
    key = iam.create_access_key(UserName="agent")["AccessKey"]
    yield Person(admin.url, (key["AccessKeyId"], key["SecretAccessKey"]))
    iam.delete_access_key(UserName="agent", AccessKeyId=key["AccessKeyId"])
    for name in iam.list_user_policies(UserName="agent")["PolicyNames"]:
        iam.delete_user_policy(UserName="agent", PolicyName=name)
    iam.delete_user(UserName="agent")


def put(site: Site, *statements: dict[str, Any]) -> None:
    """
    Give the user `agent` one policy.
    """
    iam = site.administrator(MANAGEMENT_ACCOUNT).client("iam")
    iam.put_user_policy(
        UserName="agent", PolicyName="own", PolicyDocument=text(*statements)
    )


@pytest.mark.parametrize(
    ("service", "operation", "members", "refused"),
    [
        ("ssm", "describe_activations", {}, "AccessDeniedException: User: "),
        ("logs", "describe_log_groups", {}, "AccessDeniedException: User: "),
        ("cloudwatch", "list_metrics", {}, "AccessDenied"),
        ("iam", "get_role", {"RoleName": "x"}, "AccessDenied: User: "),
        ("route53", "list_hosted_zones", {}, "AccessDenied: User: "),
        (
            "ec2",
            "describe_vpcs",
            {},
            "UnauthorizedOperation: You are not authorized to perform this operation.",
        ),
        (
            "s3",
            "list_objects_v2",
            {"Bucket": OUTPUT_BUCKET},
            "AccessDenied: User: ",
        ),
        ("s3", "head_bucket", {"Bucket": OUTPUT_BUCKET}, "403: Forbidden"),
    ],
)
def test_every_protocol_says_no_in_its_own_words(
    site: Site, service: str, operation: str, members: dict[str, str], refused: str
) -> None:
    said = site.role(MANAGEMENT_ACCOUNT).tries(service, operation, **members)

    assert said.startswith(refused)


def test_a_refusal_names_caller_action_resource_and_reason(site: Site) -> None:
    operator = site.role(MANAGEMENT_ACCOUNT)
    missing = operator.tries("ssm", "get_parameter", Name="/closednet/x")
    site.give(management=document(statement("ssm:GetParameter", "Deny")))
    denied = operator.tries("ssm", "get_parameter", Name="/closednet/x")

    start = (
        f"AccessDeniedException: User: {OPERATOR} is not authorized to perform:"
        f" ssm:GetParameter on resource: arn:aws:ssm:{REGION}:{MANAGEMENT_ACCOUNT}"
        ":parameter/closednet/x "
    )
    allows = "because no identity-based policy allows the ssm:GetParameter action"
    assert f"{start}{allows}" == missing
    assert f"{start}with an explicit deny in an identity-based policy" == denied


def test_everybody_may_ask_who_they_are(site: Site) -> None:
    assert not site.operator.tries("sts", "get_caller_identity")


def test_the_operator_is_nobody_without_a_role(site: Site) -> None:
    site.give(network=document(statement()), management=document(statement()))
    other = ROLE.format(account=MANAGEMENT_ACCOUNT).replace("operator", "other")
    named = {"RoleArn": other, "RoleSessionName": "tests"}

    assert "UnauthorizedOperation" in site.operator.tries("ec2", "describe_vpcs")
    assert not site.role(NETWORK_ACCOUNT).tries("ec2", "describe_vpcs")
    assert "AccessDenied" in site.operator.tries("sts", "assume_role", **named)


def test_a_role_has_to_trust_and_the_caller_has_to_be_allowed(
    site: Site, agent: Person
) -> None:
    """
    The management account's own user is not trusted by its operator's role.
    """
    named = {
        "RoleArn": ROLE.format(account=MANAGEMENT_ACCOUNT),
        "RoleSessionName": "tests",
    }
    put(site, statement("sts:AssumeRole"))
    untrusted = agent.tries("sts", "assume_role", **named)
    iam = site.administrator(MANAGEMENT_ACCOUNT).client("iam")
    before = iam.get_role(RoleName="closednet-operator")["Role"]
    trust = [
        *before["AssumeRolePolicyDocument"]["Statement"],
        statement(
            "sts:AssumeRole",
            Resource=None,
            Principal={"AWS": f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:root"},
        ),
    ]
    iam.update_assume_role_policy(
        RoleName="closednet-operator", PolicyDocument=text(*trust)
    )
    trusted = agent.tries("sts", "assume_role", **named)
    put(site, statement("ssm:*"))
    forbidden = agent.tries("sts", "assume_role", **named)
    iam.update_assume_role_policy(
        RoleName="closednet-operator",
        PolicyDocument=json.dumps(before["AssumeRolePolicyDocument"]),
    )

    assert "AccessDenied" in untrusted
    assert not trusted
    assert "AccessDenied" in forbidden


def test_a_session_policy_narrows_a_session(site: Site) -> None:
    site.give(management=document(statement()))
    narrow = site.operator.becomes(
        ROLE.format(account=MANAGEMENT_ACCOUNT), Policy=text(statement("logs:*"))
    )

    assert not narrow.tries("logs", "describe_log_groups")
    assert "because no session policy allows" in narrow.tries(**READ)


def test_a_boundary_narrows_a_role(site: Site) -> None:
    admin = site.administrator(MANAGEMENT_ACCOUNT).client("iam")
    boundary = admin.create_policy(
        PolicyName="boundary", PolicyDocument=text(statement("logs:*"))
    )["Policy"]["Arn"]
    site.give(management=document(statement()))
    role = {"RoleName": "closednet-operator"}
    admin.put_role_permissions_boundary(**role, PermissionsBoundary=boundary)
    operator = site.role(MANAGEMENT_ACCOUNT)
    within, beyond = (
        operator.tries("logs", "describe_log_groups"),
        operator.tries(**READ),
    )
    # The boundary keeps the administrator from undoing it, as it would on AWS.
    backend = iam_backends[MANAGEMENT_ACCOUNT]["aws"]
    backend.get_role("closednet-operator").permissions_boundary_arn = None
    admin.delete_policy(PolicyArn=boundary)

    assert not within
    assert "because no permissions boundary allows" in beyond


@pytest.mark.parametrize(
    ("statements", "needed"),
    [
        ([statement("ssm:CreateActivation")], "iam:PassRole"),
        (
            [
                statement("ssm:CreateActivation"),
                statement(
                    "iam:PassRole",
                    Condition={
                        "StringEquals": {"iam:PassedToService": "ec2.amazonaws.com"}
                    },
                ),
            ],
            "iam:PassRole",
        ),
        (
            [statement("ssm:CreateActivation"), statement("iam:PassRole")],
            "ssm:AddTagsToResource",
        ),
        ([statement(["ssm:*", "iam:PassRole"])], ""),
    ],
)
def test_an_activation_passes_its_role_and_tags(
    site: Site, statements: list[dict[str, Any]], needed: str
) -> None:
    site.give(management=document(*statements))
    said = site.role(MANAGEMENT_ACCOUNT).tries(
        "ssm",
        "create_activation",
        IamRole="closednet-operator",
        Tags=[{"Key": "closednet:site", "Value": "x"}],
    )

    if needed:
        assert f"not authorized to perform: {needed} on resource" in said
    else:
        # That the role does not trust Systems Manager is another matter.
        assert said.startswith("ValidationException: Nonexistent role")


def test_tags_of_a_request_can_be_a_condition(site: Site) -> None:
    site.give(
        network=document(
            statement("ec2:*"),
            statement(
                "ec2:CreateTags",
                "Deny",
                Condition={
                    "StringNotEqualsIfExists": {"aws:RequestTag/closednet:site": "x"}
                },
            ),
        )
    )
    operator = site.role(NETWORK_ACCOUNT)
    said = [
        operator.tries(
            "ec2",
            "create_security_group",
            GroupName=name,
            Description="tests",
            VpcId=VPC_ID,
            TagSpecifications=[
                {
                    "ResourceType": "security-group",
                    "Tags": [{"Key": "closednet:site", "Value": value}],
                }
            ],
        )
        for name, value in (("good", "x"), ("bad", "y"))
    ]

    assert not said[0]
    assert "ec2:CreateTags" in said[1]
    assert "explicit deny" in said[1]


def test_tags_of_a_resource_can_be_a_condition(site: Site) -> None:
    condition = {"StringEquals": {"aws:ResourceTag/Name": "rehearsal-network"}}
    site.give(network=document(statement("ec2:*", Condition=condition)))
    operator = site.role(NETWORK_ACCOUNT)
    ask = {"Attribute": "enableDnsSupport"}

    assert not operator.tries("ec2", "describe_vpc_attribute", VpcId=VPC_ID, **ask)
    assert "vpc/vpc-0" in operator.tries(
        "ec2", "describe_vpc_attribute", VpcId="vpc-0", **ask
    )


def test_a_bucket_policy_opens_a_bucket_to_a_user(site: Site, agent: Person) -> None:
    named = {"Bucket": OUTPUT_BUCKET}
    before = agent.tries("s3", "list_objects_v2", **named)
    s3 = site.administrator(MANAGEMENT_ACCOUNT).client("s3")
    arn = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:user/agent"
    s3.put_bucket_policy(
        **named,
        Policy=text(
            statement(
                "s3:ListBucket",
                Principal={"AWS": arn},
                Resource=f"arn:aws:s3:::{OUTPUT_BUCKET}",
            )
        ),
    )
    after = agent.tries("s3", "list_objects_v2", **named)
    other = agent.tries("s3", "get_object", **named, Key="a")
    s3.delete_bucket_policy(**named)

    assert "s3:ListBucket" in before
    assert not after
    assert "s3:GetObject" in other


def test_another_accounts_bucket_needs_both_sides(site: Site) -> None:
    site.give(network=document(statement()))
    operator, named = site.role(NETWORK_ACCOUNT), {"Bucket": OUTPUT_BUCKET}

    said = operator.tries("s3", "list_objects_v2", **named)

    assert "because no resource-based policy allows the s3:ListBucket action" in said


def test_a_key_policy_has_the_last_word(site: Site) -> None:
    site.give(management=document(statement()))
    operator = site.role(MANAGEMENT_ACCOUNT)
    named = {"KeyId": KMS_KEY_ARN}
    kms = operator.client("kms")
    before = kms.get_key_policy(**named, PolicyName="default")["Policy"]
    allowed = operator.tries("kms", "describe_key", KeyId="alias/closednet-session")
    kms.put_key_policy(
        **named,
        PolicyName="default",
        Policy=text(statement(["kms:Get*", "kms:Put*"], Principal="*")),
    )
    closed = operator.tries("kms", "describe_key", KeyId="alias/closednet-session")
    kms.put_key_policy(**named, PolicyName="default", Policy=before)

    assert not allowed
    assert f"on resource: {KMS_KEY_ARN} because no resource-based policy" in closed


@pytest.mark.parametrize(
    ("resource", "allowed"),
    [
        (f"{GROUP}:messages:*", True),
        (f"{GROUP}:*", True),
        ("*", True),
        # AWS knows a group by this ARN only where its tags are concerned.
        (f"{GROUP}:messages", False),
        (f"{GROUP}:other:*", False),
    ],
)
def test_log_groups_are_named_with_their_streams(
    site: Site, agent: Person, *, resource: str, allowed: bool
) -> None:
    put(site, statement("logs:CreateLogGroup", Resource=resource))
    said = agent.tries("logs", "create_log_group", logGroupName="messages")
    if not said:
        logs = site.administrator(MANAGEMENT_ACCOUNT).client("logs")
        logs.delete_log_group(logGroupName="messages")

    assert allowed == (not said)


def test_metrics_are_limited_to_a_namespace(site: Site, agent: Person) -> None:
    put(
        site,
        statement(
            "cloudwatch:PutMetricData",
            Condition={"StringEquals": {"cloudwatch:namespace": "CWAgent"}},
        ),
    )
    data = {"MetricData": [{"MetricName": "m", "Value": 1.0}]}

    assert not agent.tries("cloudwatch", "put_metric_data", Namespace="CWAgent", **data)
    assert "PutMetricData" in agent.tries(
        "cloudwatch", "put_metric_data", Namespace="Other", **data
    )


def test_policies_of_aws_hold_as_they_are(site: Site, agent: Person) -> None:
    data = {"Namespace": "Any", "MetricData": [{"MetricName": "m", "Value": 1.0}]}
    before = agent.tries("cloudwatch", "put_metric_data", **data)
    iam = site.administrator(MANAGEMENT_ACCOUNT).client("iam")
    named = {
        "UserName": "agent",
        "PolicyArn": "arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy",
    }
    iam.attach_user_policy(**named)
    after = agent.tries("cloudwatch", "put_metric_data", **data)
    other = agent.tries("cloudwatch", "list_metrics")
    iam.detach_user_policy(**named)

    assert "cloudwatch:PutMetricData" in before
    assert not after
    assert "cloudwatch:ListMetrics" in other


def test_policies_of_a_group_are_those_of_its_users(site: Site, agent: Person) -> None:
    iam = site.administrator(MANAGEMENT_ACCOUNT).client("iam")
    iam.create_group(GroupName="readers")
    iam.put_group_policy(
        GroupName="readers", PolicyName="read", PolicyDocument=text(statement("ssm:*"))
    )
    before = agent.tries(**READ)
    iam.add_user_to_group(GroupName="readers", UserName="agent")
    after = agent.tries(**READ)
    iam.remove_user_from_group(GroupName="readers", UserName="agent")
    iam.delete_group_policy(GroupName="readers", PolicyName="read")
    iam.delete_group(GroupName="readers")

    assert "ssm:DescribeActivations" in before
    assert not after


@pytest.fixture(name="address")
def _address(site: Site) -> Iterator[str]:
    """
    The address of an endpoint for logs that lets only the management account in.
    """
    ec2 = site.administrator(NETWORK_ACCOUNT).client("ec2")
    group = ec2.describe_security_groups()["SecurityGroups"][0]
    if not any(rule.get("FromPort") == 443 for rule in group["IpPermissions"]):
        ec2.authorize_security_group_ingress(
            GroupId=group["GroupId"],
            IpProtocol="tcp",
            FromPort=443,
            ToPort=443,
            CidrIp="192.168.10.0/24",
        )
    made = ec2.create_vpc_endpoint(
        VpcEndpointType="Interface",
        VpcId=VPC_ID,
        ServiceName=f"com.amazonaws.{REGION}.logs",
        SubnetIds=[SUBNETS[0].subnet_id],
        PrivateDnsEnabled=False,
        SecurityGroupIds=[group["GroupId"]],
        PolicyDocument=text(
            statement(
                ["logs:DescribeLogGroups", "logs:PutLogEvents"],
                Principal="*",
                Condition={
                    "StringEquals": {"aws:PrincipalAccount": MANAGEMENT_ACCOUNT}
                },
            )
        ),
    )["VpcEndpoint"]
    found = ec2.describe_network_interfaces(
        NetworkInterfaceIds=made["NetworkInterfaceIds"]
    )
    yield found["NetworkInterfaces"][0]["PrivateIpAddress"]
    ec2 = site.administrator(NETWORK_ACCOUNT).client("ec2")
    ec2.delete_vpc_endpoints(VpcEndpointIds=[made["VpcEndpointId"]])


def test_an_endpoint_lets_through_what_its_policy_admits(
    site: Site, address: str
) -> None:
    site.give(network=document(statement()), management=document(statement()))
    management, network = site.role(MANAGEMENT_ACCOUNT), site.role(NETWORK_ACCOUNT)
    group = {"logGroupName": "none"}

    assert not management.through(address).tries("logs", "describe_log_groups")
    for person, operation, members in (
        (management, "delete_log_group", group),
        (network, "describe_log_groups", {}),
    ):
        said = person.through(address).tries("logs", operation, **members)
        assert "because no VPC endpoint policy allows the logs:" in said
    assert "ResourceNotFound" in management.tries("logs", "delete_log_group", **group)


def test_the_endpoint_itself_can_be_a_condition(site: Site, address: str) -> None:
    condition = {"Null": {"aws:SourceVpce": "false"}}
    site.give(
        management=document(statement("logs:DescribeLogGroups", Condition=condition))
    )
    operator = site.role(MANAGEMENT_ACCOUNT)

    assert not operator.through(address).tries("logs", "describe_log_groups")
    assert "not authorized" in operator.tries("logs", "describe_log_groups")


def test_what_was_decided_is_kept_with_the_statements(site: Site) -> None:
    allow = statement("ssm:Describe*", Sid="Reads")
    site.give(management=document(allow, statement("ssm:*", Sid="All")))
    site.server.control.ledger.seen.clear()
    operator = site.role(MANAGEMENT_ACCOUNT)
    operator.tries(**READ)
    operator.tries(**READ)
    operator.tries("logs", "describe_log_groups")

    noted = {each["action"]: each for each in site.server.control.ledger.shown()}

    read, denied = noted["ssm:DescribeActivations"], noted["logs:DescribeLogGroups"]
    assert [["operator-management/All", "operator-management/Reads"]] == read["grants"]
    assert 2 == read["times"]
    assert "identity-based policy" == denied["because"]
