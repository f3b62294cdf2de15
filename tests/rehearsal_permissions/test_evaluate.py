"""
IAM's evaluation logic, case by case as the IAM User Guide tells it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from closednet_rehearsal.permissions.documents import parsed
from closednet_rehearsal.permissions.evaluate import (
    BOUNDARY,
    ENDPOINT,
    IDENTITY,
    RESOURCE,
    SESSION,
    Ceiling,
    Rules,
    decide,
)
from tests.rehearsal_permissions.policies import (
    NOBODY,
    NODE,
    OBJECT,
    OTHER,
    OWN,
    ROLE,
    ROLE_ARN,
    USER,
    access,
    known,
    policy,
    statement,
)


ALLOW = policy(statement())
ROOT = {"AWS": f"arn:aws:iam::{OWN}:root"}


@pytest.mark.parametrize(
    ("elements", "allowed"),
    [
        ({"action": "s3:GetObject"}, True),
        ({"action": "S3:getobject"}, True),
        ({"action": ["s3:Put*", "s3:Get*"]}, True),
        ({"action": "s3:Get?bject"}, True),
        ({"action": "s3:PutObject"}, False),
        ({"action": "ssm:*"}, False),
        ({"Action": None, "NotAction": "iam:*"}, True),
        ({"Action": None, "NotAction": ["s3:*", "iam:*"]}, False),
        ({"Resource": "arn:aws:s3:::bucket/run-command/*"}, True),
        ({"Resource": ["arn:aws:s3:::x", "arn:aws:s3:::bucket"]}, False),
        ({"Resource": None, "NotResource": "arn:aws:s3:::other/*"}, True),
        ({"Resource": None, "NotResource": "arn:aws:s3:::bucket/*"}, False),
        ({"Condition": {"StringEquals": {"aws:SourceVpce": "vpce-1"}}}, False),
        ({"Condition": {"Null": {"aws:SourceVpce": "true"}}}, True),
    ],
)
def test_a_statement_allows_what_it_is_about(
    elements: dict[str, Any], *, allowed: bool
) -> None:
    rules = Rules(identity=(policy(statement(**elements)),))

    decision = decide(ROLE, access(), rules)

    assert allowed == decision.allowed
    assert ("" if allowed else IDENTITY) == decision.because
    assert not decision.explicit


def test_nothing_is_allowed_by_default() -> None:
    assert not decide(ROLE, access(), Rules()).allowed


@pytest.mark.parametrize("where", ["identity", "resource", "ceiling"])
def test_an_explicit_deny_wins_wherever_it_stands(where: str) -> None:
    deny = policy(statement("s3:*", "Deny"))
    named = policy(statement("s3:*", "Deny", Principal="*"))
    rules = {
        "identity": Rules(identity=(ALLOW, deny)),
        "resource": Rules(identity=(ALLOW,), resource=(named,)),
        "ceiling": Rules(
            identity=(ALLOW,), ceilings=(Ceiling(ENDPOINT, (ALLOW, deny)),)
        ),
    }[where]

    decision = decide(ROLE, access(), rules)

    assert decision.explicit
    assert not decision.allowed
    assert decide(ROLE, access("ssm:GetDocument", "*"), rules).allowed


@pytest.mark.parametrize(
    ("principal", "allowed"),
    [
        ("*", True),
        ({"AWS": "*"}, True),
        ({"AWS": ROLE_ARN}, True),
        ({"AWS": [ROLE.principal]}, True),
        ({"AWS": f"arn:aws:iam::{OWN}:role/other"}, False),
        # Naming the account only leaves it to the policies of the caller.
        (ROOT, False),
        ({"AWS": OWN}, False),
        ({"Service": "ssm.amazonaws.com"}, False),
    ],
)
def test_within_an_account_either_side_is_enough(
    principal: Any, *, allowed: bool
) -> None:
    bucket = policy(statement("s3:*", Principal=principal))
    rules = Rules(resource=(bucket,), role_arn=ROLE_ARN)

    assert allowed == decide(ROLE, access(), rules).allowed
    assert decide(ROLE, access(), replace(rules, identity=(ALLOW,))).allowed


@pytest.mark.parametrize("principal", ["*", {"AWS": ROLE_ARN}, ROOT])
@pytest.mark.parametrize(
    ("identity", "resource", "because"),
    [
        (True, True, ""),
        (True, False, RESOURCE),
        (False, True, IDENTITY),
        (False, False, IDENTITY),
    ],
)
def test_across_accounts_both_sides_have_to_allow(
    principal: Any, *, identity: bool, resource: bool, because: str
) -> None:
    bucket = policy(statement("s3:*", Principal=principal))
    rules = Rules(
        identity=(ALLOW,) if identity else (),
        resource=(bucket,) if resource else (),
        role_arn=ROLE_ARN,
    )

    decision = decide(ROLE, access(owner=OTHER), rules)

    assert because == decision.because
    assert decision.allowed == (not because)


@pytest.mark.parametrize(
    ("principal", "identity", "allowed"),
    [
        (ROOT, True, True),
        (ROOT, False, False),
        ({"AWS": ROLE_ARN}, False, True),
        ({"AWS": f"arn:aws:iam::{OTHER}:root"}, True, False),
        (None, True, False),
    ],
)
def test_keys_and_roles_have_to_allow_by_themselves(
    principal: Any, *, identity: bool, allowed: bool
) -> None:
    """
    An identity policy alone opens no key and no role.
    """
    key = policy(statement("kms:*", Principal=principal)) if principal else policy()
    rules = Rules(
        identity=(ALLOW,) if identity else (),
        resource=(key,),
        sovereign=True,
        role_arn=ROLE_ARN,
    )

    assert allowed == decide(ROLE, access("kms:Decrypt"), rules).allowed


@pytest.mark.parametrize(
    ("service", "allowed"), [("s3:*", True), ("*", True), ("logs:*", False)]
)
def test_a_ceiling_grants_nothing_and_limits_everything(
    service: str, *, allowed: bool
) -> None:
    ceiling = Ceiling(ENDPOINT, (policy(statement(service, Principal="*")),))
    limited = Rules(identity=(ALLOW,), ceilings=(ceiling,))

    decision = decide(ROLE, access(), limited)

    assert allowed == decision.allowed
    assert ("" if allowed else ENDPOINT) == decision.because
    assert not decide(ROLE, access(), Rules(ceilings=(ceiling,))).allowed


def test_every_ceiling_has_to_allow() -> None:
    ceilings = (Ceiling(ENDPOINT, (ALLOW,)), Ceiling(BOUNDARY, ()))

    decision = decide(ROLE, access(), Rules(identity=(ALLOW,), ceilings=ceilings))

    assert BOUNDARY == decision.because


@pytest.mark.parametrize(
    ("kind", "principal", "owner", "allowed"),
    [
        (BOUNDARY, ROLE.principal, OWN, True),
        (SESSION, ROLE.principal, OWN, True),
        (ENDPOINT, ROLE.principal, OWN, False),
        (BOUNDARY, ROLE_ARN, OWN, False),
        (BOUNDARY, "*", OWN, False),
        (BOUNDARY, ROLE.principal, OTHER, False),
    ],
)
def test_a_resource_that_names_the_session_itself_is_not_limited(
    kind: str, principal: str, owner: str, *, allowed: bool
) -> None:
    """
    Nor by a boundary or a session policy that is silent; the way limits it still.
    """
    bucket = policy(statement(Principal={"AWS": principal}))
    rules = Rules((ALLOW,), (bucket,), (Ceiling(kind, ()),), role_arn=ROLE_ARN)

    assert allowed == decide(ROLE, access(owner=owner), rules).allowed


@pytest.mark.parametrize("caller", [NOBODY, NODE])
def test_whoever_iam_does_not_know_needs_an_open_resource(caller: Any) -> None:
    """
    Downloads are unsigned, and a node's own key is no principal of IAM.
    """
    public = policy(statement("s3:GetObject", Principal="*"))
    ours = policy(
        statement(
            Principal="*",
            Condition={"StringEquals": {"aws:PrincipalAccount": OWN}},
        )
    )
    through = Rules(resource=(public,), ceilings=(Ceiling(ENDPOINT, (ours,)),))

    assert decide(caller, access(owner="amazon"), Rules(resource=(public,))).allowed
    assert not decide(caller, access(), Rules(identity=(ALLOW,))).allowed
    assert ENDPOINT == decide(caller, access(), through).because


def test_not_principal_excepts_whom_it_names() -> None:
    deny = policy(statement("*", "Deny", NotPrincipal={"AWS": ROLE_ARN}))
    rules = Rules(identity=(ALLOW,), resource=(deny,), role_arn=ROLE_ARN)

    assert decide(ROLE, access(), rules).allowed
    assert not decide(USER, access(), replace(rules, role_arn="")).allowed


def test_a_statement_of_a_resource_names_somebody() -> None:
    """
    Without a principal it is no statement of a resource policy.
    """
    assert not decide(ROLE, access(), Rules(resource=(ALLOW,))).allowed


def test_variables_stand_in_resources_and_conditions() -> None:
    own = statement(
        Resource="arn:aws:s3:::bucket/${aws:username}/*",
        Condition={"StringEquals": {"s3:prefix": "${aws:username}"}},
    )
    rules = Rules(identity=(policy(own),))
    ask = access(resource="arn:aws:s3:::bucket/agent/a")
    agent = replace(ask, context=known(aws__username="agent", s3__prefix="agent"))
    other = replace(ask, context=known(aws__username="other", s3__prefix="other"))

    assert decide(USER, agent, rules).allowed
    assert not decide(USER, other, rules).allowed
    assert not decide(USER, ask, rules).allowed


def test_a_decision_names_the_statements_without_which_it_turns() -> None:
    twice = policy(
        statement("s3:GetObject", Sid="Exact"),
        statement("s3:*", Sid="Wide"),
        statement("ssm:*", Sid="Other"),
    )
    gate = policy(statement(Sid="Gate", Principal="*"), name="endpoint")
    rules = Rules(identity=(twice,), ceilings=(Ceiling(ENDPOINT, (gate,)),))

    decision = decide(ROLE, access(), rules)

    labels = [[each.label for each in group] for group in decision.grants]
    assert [["p/Exact", "p/Wide"], ["endpoint/Gate"]] == labels


ACTIONS = st.sampled_from(["s3:GetObject", "s3:*", "*", "ssm:*"])
EFFECTS = st.sampled_from(["Allow", "Deny"])
STATEMENTS = st.lists(st.builds(statement, ACTIONS, EFFECTS), max_size=4)


@given(STATEMENTS, STATEMENTS)
def test_more_statements_of_denial_never_allow_more(
    some: list[dict[str, Any]], more: list[dict[str, Any]]
) -> None:
    denials = [each for each in more if each["Effect"] == "Deny"]
    before = decide(ROLE, access(), Rules(identity=(policy(*some),)))
    after = decide(ROLE, access(), Rules(identity=(policy(*some, *denials),)))

    assert before.allowed or not after.allowed


@given(STATEMENTS)
def test_the_order_of_statements_does_not_matter(some: list[dict[str, Any]]) -> None:
    forwards = decide(ROLE, access(), Rules(identity=(policy(*some),)))
    backwards = decide(ROLE, access(), Rules(identity=(policy(*reversed(some)),)))

    assert forwards.allowed == backwards.allowed


@given(STATEMENTS)
def test_the_statements_named_are_enough_alone(some: list[dict[str, Any]]) -> None:
    numbered = [each | {"Sid": f"S{n}"} for n, each in enumerate(some)]
    decision = decide(ROLE, access(), Rules(identity=(policy(*numbered),)))
    for group in decision.grants:
        for each in group:
            alone = [one for one in numbered if one["Sid"] == each.sid]

            assert decide(ROLE, access(), Rules(identity=(policy(*alone),))).allowed


@pytest.mark.parametrize("text", ["{}x", '{"Statement": [{"Action": "*"}]}'])
def test_what_is_no_policy_is_refused(text: str) -> None:
    with pytest.raises((ValueError, KeyError)):
        parsed("p", text)


def test_statements_without_sid_are_numbered() -> None:
    (decision,) = decide(ROLE, access(resource=OBJECT), Rules(identity=(ALLOW,))).grants

    assert ["p/#1"] == [each.label for each in decision]
