from __future__ import annotations

import pytest

from closednet.aws import denials, error_causes
from closednet.model.causes import CAUSES


SENTENCE = (
    "User: arn:aws:sts::222222222222:assumed-role/ops/me is not authorized to perform: "
)


@pytest.mark.parametrize(
    ("reason", "causes"),
    [
        ("ssm:CreateActivation because no identity-based policy allows the ssm:CreateActivation action", "operator-lacks-right"),
        ("iam:PassRole on resource: arn:aws:iam::222222222222:role/x because no identity-based policy allows the iam:PassRole action", "operator-lacks-passrole"),
        ("ssm:CreateActivation with an explicit deny in a service control policy", "organisation-denies"),
        ("ssm:CreateActivation with an explicit deny in an identity-based policy", "operator-denied"),
        ("ssm:CreateActivation because no permissions boundary allows the ssm:CreateActivation action", "operator-boundary"),
        ("ssm:CreateActivation because no VPC endpoint policy allows the ssm:CreateActivation action", "endpoint-policy-stops-operator"),
        ("kms:DescribeKey because no resource-based policy allows the kms:DescribeKey action", "resource-policy-denies"),
        ("ssm:CreateActivation because no session policy allows the ssm:CreateActivation action", "operator-session-policy"),
    ],
)  # fmt: skip
def test_the_kind_of_policy_that_aws_names_is_the_cause(
    reason: str, causes: str
) -> None:
    found = error_causes.of_denial(denials.read(SENTENCE + reason, "x:Y"))

    assert (causes,) == found.causes
    assert not found.left_open


@pytest.mark.parametrize(
    "said", ["Access Denied", SENTENCE + "sts:AssumeRole on resource: arn:aws:x"]
)
def test_a_denial_without_a_reason_leaves_its_causes_open(said: str) -> None:
    found = error_causes.of_denial(denials.read(said, "s3:ListBucket"))

    assert not found.causes
    assert 1 < len(found.left_open)


@pytest.mark.parametrize(
    ("code", "operation", "cause"),
    [
        ("ExpiredToken", "sts:GetCallerIdentity", "credentials-expired"),
        ("RequestExpired", "ec2:DescribeVpcs", "operator-clock-wrong"),
        ("Throttling", "route53:GetHostedZone", "api-throttled"),
        ("VpcEndpointLimitExceeded", "ec2:CreateVpcEndpoint", "quota-of-endpoints"),
        (
            "LimitExceededException",
            "route53resolver:CreateResolverEndpoint",
            "quota-of-resolver-endpoints",
        ),
        ("LimitExceeded", "iam:CreateRole", "quota-of-roles"),
        ("LimitExceeded", "iam:CreateUser", ""),
        ("InternalFailure", "ssm:SendCommand", ""),
    ],
)
def test_a_code_names_a_cause_where_it_means_one_thing(
    code: str, operation: str, cause: str
) -> None:
    assert (
        tuple(filter(None, [cause]))
        == error_causes.of_code(code, operation, "no").causes
    )


def test_every_cause_that_is_left_open_exists() -> None:
    named = {c for causes in error_causes.OPEN.values() for c in causes}

    assert {*named, *error_causes.UNSAID, *error_causes.NOT_ASSUMED} <= set(CAUSES)
