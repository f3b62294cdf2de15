"""
Wildcards, ARNs and variables, as IAM reads them.
"""

from __future__ import annotations

import fnmatch
import re

import pytest

from hypothesis import given
from hypothesis import strategies as st

from closednet_rehearsal.permissions.patterns import (
    expanded,
    is_arn_like,
    is_like,
    no_context,
)
from tests.rehearsal_permissions.policies import known


TEXTS = st.text(alphabet="ab*?:/.", max_size=8)
PLAIN = st.text(alphabet="ab:/.[", max_size=8)


@pytest.mark.parametrize(
    ("pattern", "arn", "fits"),
    [
        ("*", "*", True),
        ("*", "arn:aws:s3:::bucket/key", True),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket/a/b", True),
        ("arn:aws:s3:::bucket/*", "arn:aws:s3:::bucket", False),
        ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/a", False),
        ("arn:aws:s3:::b*", "arn:aws:s3:::bucket/a", True),
        ("arn:aws:ssm:*:*:document/AWS-*", "arn:aws:ssm:r::document/AWS-Run", True),
        # A star stays between two colons, but for the last part.
        ("arn:aws:ssm:*", "arn:aws:ssm:r:1:document/a", False),
        ("arn:aws:*:document/a", "arn:aws:ssm:r:1:document/a", False),
        ("arn:aws:logs:r:1:log-group:g:*", "arn:aws:logs:r:1:log-group:g:x:y", True),
        ("arn:aws:logs:r:1:log-group:g", "arn:aws:logs:r:1:log-group:g:x", False),
        ("arn:aws:iam::1:role/No?e", "arn:aws:iam::1:role/Node", True),
        ("arn:aws:iam::1:role/node", "arn:aws:iam::1:role/Node", False),
        ("arn:aws:iam::1:role/node", "*", False),
    ],
)
def test_arns_are_compared_part_by_part(pattern: str, arn: str, *, fits: bool) -> None:
    assert fits == is_arn_like(pattern, arn)


@given(PLAIN)
def test_text_is_like_itself_and_like_a_star(text: str) -> None:
    assert is_like(text, text)
    assert is_like("*", text)
    assert is_like(f"*{text}*", text)


@given(TEXTS, PLAIN)
def test_wildcards_are_those_of_the_shell(pattern: str, text: str) -> None:
    expression = fnmatch.translate(pattern)

    assert bool(re.match(expression, text)) == is_like(pattern, text)


@given(PLAIN, PLAIN, st.integers(0, 8))
def test_a_star_stands_for_whatever_is_cut_out(text: str, cut: str, place: int) -> None:
    start, end = text[:place], text[place:]

    assert is_like(f"{start}*{end}", f"{start}{cut}{end}")
    assert (len(cut) == 1) == is_like(f"{start}?{end}", f"{start}{cut}{end}")


@pytest.mark.parametrize(
    ("pattern", "filled"),
    [
        ("plain", "plain"),
        ("${aws:username}/*", "ops/*"),
        ("${AWS:UserName}", "ops"),
        ("${aws:missing}", None),
        ("${aws:missing, 'none'}", "none"),
        ("${aws:several}", None),
    ],
)
def test_variables_are_filled_from_the_request(
    pattern: str, filled: str | None
) -> None:
    context = known(aws__username="ops", aws__several=("a", "b"))

    assert filled == expanded(pattern, context)


@pytest.mark.parametrize(
    ("pattern", "text", "fits"),
    [
        ("${*}", "*", True),
        ("${*}", "anything", False),
        ("a${?}", "a?", True),
        ("a${?}", "ab", False),
        ("${$}{x}", "${x}", True),
    ],
)
def test_wildcards_can_be_meant_as_they_are(
    pattern: str, text: str, *, fits: bool
) -> None:
    filled = expanded(pattern, no_context)

    assert filled is not None
    assert fits == is_like(filled, text)


def test_a_star_that_a_caller_brings_along_matches_itself_only() -> None:
    filled = expanded("home/${aws:username}", known(aws__username="*"))

    assert filled is not None
    assert is_like(filled, "home/*")
    assert not is_like(filled, "home/ops")
