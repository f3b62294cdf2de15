"""
The appendix: policies and configurations in full, or what changes in them.
"""

from __future__ import annotations

import difflib
import json

from typing import TYPE_CHECKING

from closednet.model.change import key_of
from closednet.render.request.blocks import Block, Code, Heading, Line
from closednet.render.request.vocabulary import long_texts


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.plan import RolloutPlan
    from closednet.render.request.vocabulary import Words


def appendix(words: Words, rollout: RolloutPlan) -> Iterator[Block]:
    """
    Yield every long text once, under the names of all resources that have it.
    """
    texts: dict[tuple[str, str, str], list[str]] = {}
    for change in rollout.changes:
        for field, before, after in long_texts(change):
            texts.setdefault((field, before, after), []).append(key_of(change))
    if not texts:
        return
    yield Heading(2, words.say("appendix"))
    yield Line(words.say("appendix.lead"))
    for (field, before, after), keys in texts.items():
        names = words.comma.join(dict.fromkeys(keys))
        title = f"{names}: {words.labels[field]}"
        yield Code(title, _difference(before, after) if before else _pretty(after))


def _pretty(text: str) -> str:
    try:
        return json.dumps(json.loads(text), indent=2, ensure_ascii=False)
    except ValueError:
        return text


def _difference(before: str, after: str) -> str:
    old, new = _pretty(before).splitlines(), _pretty(after).splitlines()
    return "\n".join(difflib.unified_diff(old, new, lineterm="", n=2))
