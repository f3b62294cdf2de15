"""
What becomes of AWS's denials: the missing action, and the next move.
"""

from __future__ import annotations

import pytest

from botocore.exceptions import ClientError

from closednet.aws import denials
from closednet.aws.translate import translate
from closednet.errors import AwsDenied


WHO = "arn:aws:sts::222222222222:assumed-role/closednet-operator/closednet-tokyo"
ROLE = "arn:aws:iam::222222222222:role/closednet-managed-node"
BECAUSE = "because no identity-based policy allows the"


def said(action: str, resource: str = "*", why: str = "") -> str:
    """
    Return AWS's sentence.
    """
    return (
        f"User: {WHO} is not authorized to perform: {action} on resource: {resource}"
        f"{why}"
    )


@pytest.mark.parametrize(
    ("message", "action", "resource", "kind"),
    [
        (
            said("iam:PassRole", ROLE, f" {BECAUSE} iam:PassRole action"),
            "iam:PassRole",
            ROLE,
            "identity-based policy",
        ),
        (
            said("ec2:CreateTags", "*", f" {BECAUSE} ec2:CreateTags action. Encoded"),
            "ec2:CreateTags",
            "*",
            "identity-based policy",
        ),
        (
            said("s3:GetObject", '"arn:aws:s3:::b/k"', ""),
            "s3:GetObject",
            "arn:aws:s3:::b/k",
            "",
        ),
        (
            said(
                "ssm:SendCommand",
                "*",
                " with an explicit deny in a service control policy",
            ),
            "ssm:SendCommand",
            "*",
            "service control policy",
        ),
        (f"User: {WHO} is not authorized to perform: ssm:X", "ssm:X", "", ""),
        ("Access Denied", "s3:ListBucket", "", ""),
    ],
)
def test_aws_sentences_are_read(
    message: str, action: str, resource: str, kind: str
) -> None:
    denial = denials.read(message, "s3:ListBucket")

    assert (action, resource) == (denial.action, denial.resource)
    assert kind == denial.lacking + denial.denying


@pytest.mark.parametrize(
    ("why", "parts"),
    [
        (
            f" {BECAUSE} iam:PassRole action",
            (
                f"allow iam:PassRole on {ROLE}",
                "for closednet-operator in the management account 222222222222",
                "`closednet policies PARAMS --account management`",
            ),
        ),
        (
            " with an explicit deny in a service control policy",
            ("a service control policy denies iam:PassRole", "the organisation"),
        ),
        (
            " because no VPC endpoint policy allows the iam:PassRole action",
            ("the VPC endpoint on the way", "public API"),
        ),
        (
            " because no permissions boundary allows the iam:PassRole action",
            ("no permissions boundary allows iam:PassRole", "boundary of the"),
        ),
        (
            " because no resource-based policy allows the iam:PassRole action",
            ("no resource-based policy allows", "the owner of the resource"),
        ),
    ],
)
def test_the_hint_names_the_action_and_who_can_mend_it(
    why: str, parts: tuple[str, ...]
) -> None:
    hint = denials.read(said("iam:PassRole", ROLE, why), "x:Y").hint("management")

    for part in parts:
        assert part in hint


def test_an_error_carries_the_action_that_really_lacked() -> None:
    """
    `CreateActivation` was asked for, and `PassRole` is what is missing.
    """
    message = said("iam:PassRole", ROLE, f" {BECAUSE} iam:PassRole action")
    raised = ClientError(
        {"Error": {"Code": "AccessDeniedException", "Message": message}},
        "CreateActivation",
    )

    error = translate(raised, "ssm:CreateActivation", "role", "management")

    assert isinstance(error, AwsDenied)
    assert "ssm:CreateActivation" == error.operation
    assert f"allow iam:PassRole on {ROLE} for" in error.hint


@pytest.mark.parametrize("code", ["403", "UnauthorizedOperation", "AccessDenied"])
def test_a_denial_without_words_names_what_was_asked_for(code: str) -> None:
    raised = ClientError(
        {"Error": {"Code": code, "Message": "Forbidden"}}, "HeadBucket"
    )

    error = translate(raised, "s3:ListBucket", "bucket", "network")

    assert isinstance(error, AwsDenied)
    assert "allow s3:ListBucket for the operator in the network account" in error.hint


def test_a_role_that_cannot_be_assumed_has_two_sides() -> None:
    message = f"User: {WHO} is not authorized to perform: sts:AssumeRole on resource: r"
    raised = ClientError(
        {"Error": {"Code": "AccessDenied", "Message": message}}, "AssumeRole"
    )

    error = translate(raised, "ssm:GetParameter", "p", "management")

    assert "sts:AssumeRole" == error.operation
    assert "trust you" in error.hint
