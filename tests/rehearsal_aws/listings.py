"""
A list operation, page by page.
"""

from __future__ import annotations

import json

from dataclasses import dataclass, field
from typing import Any

from closednet_rehearsal.settings import PAGE_SIZE


MANY = 2 * PAGE_SIZE + 2


@dataclass(frozen=True)
class Listing:
    """
    A list operation, what to ask it, what to look at, and how many there are.
    """

    service: str
    operation: str
    items: str
    params: dict[str, Any] = field(default_factory=dict)
    expected: int = MANY
    most: int = PAGE_SIZE
    by_hand: bool = False

    def pages(self, client: Any) -> list[list[Any]]:
        """
        Return all pages that a client gets.
        """
        if not self.by_hand:
            answers = client.get_paginator(self.operation).paginate(**self.params)
            return [self._of(answer) for answer in answers]
        found, params = [], dict(self.params)
        while True:
            answer = getattr(client, self.operation)(**params)
            found.append(self._of(answer))
            if not answer.get("NextToken"):
                return found
            params["NextToken"] = answer["NextToken"]

    def _of(self, answer: Any) -> list[Any]:
        key, _, fields = self.items.partition("[].")
        names = fields.strip("[]").split(", ")
        return [
            [item.get(name) for name in names] if fields else item
            for item in answer.get(key, [])
        ]


def judged(listing: Listing, pages: list[list[Any]]) -> None:
    """
    Assert that pages are small, more than one, and whole together.
    """
    items = [json.dumps(item, default=str) for page in pages for item in page]

    assert len(pages) > 1
    assert all(len(page) <= listing.most for page in pages)
    assert listing.expected <= len(items)
    assert len(items) == len(set(items))
