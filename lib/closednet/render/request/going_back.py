"""
The rollback plan: what is undone, in which order, and what stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.model.change import Manual, key_of
from closednet.render.request.blocks import Block, Heading, Line, Points, Sheet


if TYPE_CHECKING:
    from collections.abc import Iterator

    from closednet.model.change import AnyChange
    from closednet.model.change_request import ChangeRequest
    from closednet.model.plan import RolloutPlan
    from closednet.render.request.vocabulary import Words


def blocks(
    words: Words, rollout: RolloutPlan, request: ChangeRequest
) -> Iterator[Block]:
    """
    Yield how to go back; a rollback itself is undone by applying the rollout again.
    """
    say = words.say
    yield Heading(2, say("rollback"))
    if request.undoes:
        yield Line(say("rollback.undo"))
        yield from _lasting(words, rollout, request)
        return
    yield Line(say("rollback.lead"))
    yield Points(tuple(say(f"rollback.{n}") for n in range(1, 5)), numbered=True)
    said = (_row(words, change, request) for change in _backwards(rollout))
    rows = tuple(dict.fromkeys(said))
    yield Sheet(
        tuple(say(f"column.{name}") for name in ("undone", "reversible", "lasting")),
        rows,
        tuple("lasting" if row[2] else "" for row in rows),
        kind="undo",
    )


def _backwards(rollout: RolloutPlan) -> list[AnyChange]:
    """
    Return the changes newest first, but the work of people before all others.
    """
    changes = list(reversed(rollout.changes))
    by_hand = [change for change in changes if isinstance(change, Manual)]
    return [*by_hand, *(c for c in changes if not isinstance(c, Manual))]


def _row(
    words: Words, change: AnyChange, request: ChangeRequest
) -> tuple[str, str, str]:
    stays = _stays(words, change, request)
    if isinstance(change, Manual):
        return (words.undone(change), words.say("reversible.by_hand"), stays)
    key = "reversible.partly" if stays else "reversible.yes"
    return (words.undone(change), words.say(key), stays)


def _stays(words: Words, change: AnyChange, request: ChangeRequest) -> str:
    """
    Say what a rollback does not bring back: by the sort of the resource.
    """
    key = key_of(change)
    for step in request.steps:
        for lasting in step.lasting:
            if lasting.key == key:
                kind = key.partition("/")[0]
                name = f"lasting.{kind}"
                if kind == "log-group":
                    name += ".kept" if "keeps" in lasting.what else ".deleted"
                return words.say(name) if name in words.texts else lasting.what
    return ""


def _lasting(
    words: Words, rollout: RolloutPlan, request: ChangeRequest
) -> Iterator[Block]:
    said = {
        key_of(change): f"{key_of(change)}: {stays}"
        for change in rollout.changes
        if (stays := _stays(words, change, request))
    }
    if said:
        yield Line(words.say("rollback.stays"))
        yield Points(tuple(said.values()))
