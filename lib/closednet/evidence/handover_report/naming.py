"""
How a report calls the steps of a run.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet import registry


if TYPE_CHECKING:
    from closednet.render.request.vocabulary import Words


def step_name(words: Words, step: str) -> str:
    """
    Return a step's number and name, such as `10 Interface endpoints`.
    """
    key = f"step.{step}"
    if key not in words.texts:
        return step
    numbers = {entry.name: entry.notebook[:2] for entry in registry.STEPS}
    return f"{numbers.get(step, '90')} {words.say(key)}"
