"""
Names that are found again.
"""

from __future__ import annotations

from closednet.model import naming


def test_a_token_is_the_same_for_every_retry() -> None:
    first = naming.token("site", "key", 1, "vpc-1")

    assert first == naming.token("site", "key", 1, "vpc-1")
    assert len(first) <= 64
    assert len({first, naming.token("site", "key", 2, "vpc-1")}) == 2


def test_successors_begin_with_the_token_itself() -> None:
    tokens = list(naming.successors("t"))

    assert ["t", "t-2", "t-3"] == tokens[:3]
    assert len(tokens) == len(set(tokens)) == naming.ATTEMPTS


def test_tokens_of_earlier_generations_are_ours() -> None:
    old = f"{naming.token('site', 'key', 1)}-2"

    assert naming.is_token_of(old, "site", "key", 3)
    assert not naming.is_token_of(old, "other", "key", 3)
    assert not naming.is_token_of(naming.token("site", "key", 4), "site", "key", 3)


def test_only_our_tags_are_ours() -> None:
    ours = naming.tags("site", "key")

    assert naming.is_ours(ours, "site")
    assert not naming.is_ours(ours, "other")
    assert not naming.is_ours(ours | {"ManagedBy": "somebody"}, "site")
