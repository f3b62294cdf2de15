"""
IAM's policy simulator in the rehearsal.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from closednet_rehearsal.settings import MANAGEMENT_ACCOUNT
from tests.rehearsal_permissions.conftest import ROLE, document, text
from tests.rehearsal_permissions.policies import statement


if TYPE_CHECKING:
    from tests.rehearsal_permissions.conftest import Site

OPERATOR = ROLE.format(account=MANAGEMENT_ACCOUNT)
METRICS = {"StringEquals": {"cloudwatch:namespace": "CWAgent"}}


def verdicts(answer: dict[str, Any]) -> dict[tuple[str, str], str]:
    """
    Return the decisions by action and resource.
    """
    return {
        (each["EvalActionName"], each["EvalResourceName"]): each["EvalDecision"]
        for each in answer["EvaluationResults"]
    }


def test_a_roles_policies_are_judged_without_a_call(site: Site) -> None:
    iam = site.administrator(MANAGEMENT_ACCOUNT).client("iam")
    site.give(
        management=document(
            statement("iam:Simulate*"),
            statement("ssm:*", Resource="arn:aws:ssm:r:1:document/a"),
            statement("ssm:DeleteDocument", "Deny"),
        )
    )

    answer = iam.simulate_principal_policy(
        PolicySourceArn=OPERATOR,
        ActionNames=["ssm:GetDocument", "ssm:DeleteDocument"],
        ResourceArns=["arn:aws:ssm:r:1:document/a", "arn:aws:ssm:r:1:document/b"],
    )

    assert {
        ("ssm:GetDocument", "arn:aws:ssm:r:1:document/a"): "allowed",
        ("ssm:GetDocument", "arn:aws:ssm:r:1:document/b"): "implicitDeny",
        ("ssm:DeleteDocument", "arn:aws:ssm:r:1:document/a"): "explicitDeny",
        ("ssm:DeleteDocument", "arn:aws:ssm:r:1:document/b"): "explicitDeny",
    } == verdicts(answer)
    (matched, *_) = answer["EvaluationResults"]
    assert "operator-management" == matched["MatchedStatements"][0]["SourcePolicyId"]


@pytest.mark.parametrize(
    ("value", "verdict"), [("CWAgent", "allowed"), ("x", "implicitDeny")]
)
def test_a_policy_of_nobody_is_judged_with_its_context(
    site: Site, value: str, verdict: str
) -> None:
    iam = site.administrator(MANAGEMENT_ACCOUNT).client("iam")

    answer = iam.simulate_custom_policy(
        PolicyInputList=[
            text(statement("cloudwatch:PutMetricData", Condition=METRICS))
        ],
        ActionNames=["cloudwatch:PutMetricData"],
        ContextEntries=[
            {
                "ContextKeyName": "cloudwatch:namespace",
                "ContextKeyValues": [value],
                "ContextKeyType": "string",
            }
        ],
    )

    assert {("cloudwatch:PutMetricData", "*"): verdict} == verdicts(answer)


def test_pages_are_as_small_as_asked_for(site: Site) -> None:
    iam = site.administrator(MANAGEMENT_ACCOUNT).client("iam")
    actions = [f"ssm:Action{letter}" for letter in "ABCDE"]

    pages = iam.get_paginator("simulate_custom_policy").paginate(
        PolicyInputList=[text(statement())], ActionNames=actions, MaxItems=2
    )
    seen = [
        each["EvalActionName"] for page in pages for each in page["EvaluationResults"]
    ]

    assert actions == seen


@pytest.mark.parametrize(
    ("operation", "members", "code"),
    [
        (
            "simulate_custom_policy",
            {"PolicyInputList": [text(statement(Principal="*"))]},
            "InvalidInput",
        ),
        (
            "simulate_principal_policy",
            {"PolicySourceArn": OPERATOR.replace("operator", "nobody")},
            "NoSuchEntity",
        ),
    ],
)
def test_what_cannot_be_judged_is_refused(
    site: Site, operation: str, members: dict[str, Any], code: str
) -> None:
    admin = site.administrator(MANAGEMENT_ACCOUNT)

    said = admin.tries("iam", operation, ActionNames=["ssm:GetDocument"], **members)

    assert said.startswith(code)
