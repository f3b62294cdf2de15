"""
Condition operators, absent keys, and keys with several values.
"""

from __future__ import annotations

from typing import Any

import pytest

from hypothesis import given
from hypothesis import strategies as st

from closednet_rehearsal.permissions.conditions import parsed
from tests.rehearsal_permissions.policies import known


VALUES = st.lists(st.sampled_from(["a", "b", "c"]), min_size=1, max_size=3)
CONTEXT = known(
    aws__PrincipalAccount="222222222222",
    aws__SourceArn="arn:aws:ssm:ap-northeast-1:222222222222:managed-instance/mi-1",
    aws__TagKeys=("closednet:site", "Owner"),
    aws__RequestTag___Owner="Ops",
    aws__SourceIp="203.0.113.7",
    aws__CurrentTime="2026-11-23T12:00:00Z",
    aws__SecureTransport="true",
    s3__max_keys="10",
)


@pytest.mark.parametrize(
    ("operator", "key", "values", "holds"),
    [
        ("StringEquals", "aws:PrincipalAccount", "222222222222", True),
        ("StringEquals", "AWS:principalaccount", "222222222222", True),
        ("StringEquals", "aws:PrincipalAccount", ["1", "222222222222"], True),
        ("StringEquals", "aws:PrincipalAccount", "2222*", False),
        ("StringLike", "aws:PrincipalAccount", "2222*", True),
        ("StringNotEquals", "aws:PrincipalAccount", "111111111111", True),
        ("StringNotEquals", "aws:PrincipalAccount", ["1", "222222222222"], False),
        ("StringNotLike", "aws:PrincipalAccount", "2*", False),
        ("StringEquals", "aws:RequestTag/Owner", "ops", False),
        ("StringEqualsIgnoreCase", "aws:RequestTag/owner", "OPS", True),
        ("StringNotEqualsIgnoreCase", "aws:RequestTag/owner", "OPS", False),
        ("ArnEquals", "aws:SourceArn", "arn:aws:ssm:*:222222222222:*", True),
        ("ArnLike", "aws:SourceArn", "arn:aws:ssm:*", False),
        ("ArnNotLike", "aws:SourceArn", "arn:aws:ssm:*:111111111111:*", True),
        ("IpAddress", "aws:SourceIp", "203.0.113.0/24", True),
        ("IpAddress", "aws:SourceIp", "no network", False),
        ("NotIpAddress", "aws:SourceIp", ["203.0.113.0/24"], False),
        ("NumericLessThanEquals", "s3:max_keys", "10", True),
        ("NumericGreaterThan", "s3:max_keys", 10, False),
        ("NumericEquals", "aws:RequestTag/Owner", "1", False),
        ("DateGreaterThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", True),
        ("DateLessThan", "aws:CurrentTime", "2026-01-01T00:00:00Z", False),
        ("DateLessThan", "aws:CurrentTime", "1800000000", True),
        ("Bool", "aws:SecureTransport", True, True),
        ("Bool", "aws:SecureTransport", "false", False),
        ("Null", "aws:SourceVpce", "true", True),
        ("Null", "aws:SourceVpce", False, False),
        ("Null", "aws:TagKeys", "false", True),
    ],
)
def test_operators(operator: str, key: str, values: Any, *, holds: bool) -> None:
    (condition,) = parsed({operator: {key: values}})

    assert holds == condition.holds(CONTEXT)


@pytest.mark.parametrize(
    ("operator", "holds"),
    [
        ("StringEquals", False),
        ("StringLike", False),
        ("ArnLike", False),
        ("Bool", False),
        ("StringNotEquals", True),
        ("ArnNotEquals", True),
        ("NotIpAddress", True),
        ("StringEqualsIfExists", True),
        ("StringNotEqualsIfExists", True),
        ("BoolIfExists", True),
        ("ForAllValues:StringEquals", True),
        ("ForAnyValue:StringEquals", False),
        ("ForAnyValue:StringNotEquals", False),
        ("ForAnyValue:StringEqualsIfExists", True),
    ],
)
def test_a_key_that_is_not_in_the_request(operator: str, *, holds: bool) -> None:
    (condition,) = parsed({operator: {"aws:SourceVpce": "vpce-1"}})

    assert holds == condition.holds(CONTEXT)


@pytest.mark.parametrize(
    ("operator", "values", "holds"),
    [
        ("ForAllValues:StringEquals", ["closednet:site", "Owner", "Env"], True),
        ("ForAllValues:StringEquals", ["closednet:site"], False),
        ("ForAllValues:StringLike", ["closednet:*", "O*"], True),
        ("ForAnyValue:StringEquals", ["Owner"], True),
        ("ForAnyValue:StringEquals", ["Env"], False),
        ("ForAllValues:StringNotEquals", ["Env"], True),
        ("ForAnyValue:StringNotEquals", ["Owner"], True),
    ],
)
def test_sets_of_values(operator: str, values: list[str], *, holds: bool) -> None:
    (condition,) = parsed({operator: {"aws:TagKeys": values}})

    assert holds == condition.holds(CONTEXT)


@given(VALUES, VALUES)
def test_a_negated_operator_says_the_opposite(
    wanted: list[str], actual: list[str]
) -> None:
    """
    Not one of them is wanted, or at least one is: never both, never neither.
    """
    (plain,) = parsed({"StringEquals": {"k": wanted}})
    (negated,) = parsed({"StringNotEquals": {"k": wanted}})
    context = known(k=tuple(actual))

    assert plain.holds(context) != negated.holds(context)


@given(VALUES, VALUES)
def test_all_values_means_that_none_is_outside(
    wanted: list[str], actual: list[str]
) -> None:
    (every,) = parsed({"ForAllValues:StringEquals": {"k": wanted}})
    (some,) = parsed({"ForAnyValue:StringEquals": {"k": wanted}})
    context = known(k=tuple(actual))

    assert (set(actual) <= set(wanted)) == every.holds(context)
    assert bool(set(actual) & set(wanted)) == some.holds(context)


@pytest.mark.parametrize(
    "operator", ["StringEqual", "ForSomeValues:StringEquals", "Equals"]
)
def test_an_operator_that_iam_does_not_know_is_refused(operator: str) -> None:
    with pytest.raises(ValueError, match=operator):
        parsed({operator: {"aws:SourceVpce": "vpce-1"}})


def test_every_condition_of_a_statement_is_kept() -> None:
    element = {"StringEquals": {"a": "1", "b": ["2", "3"]}, "Null": {"c": "true"}}

    assert ["a", "b", "c"] == [condition.key for condition in parsed(element)]
    assert () == parsed(None)
