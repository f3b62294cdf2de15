"""
What a killed run did without being able to say so.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from closednet.evidence import codec
from closednet.evidence.listener import JournalListener
from closednet.model.change import AnyChange, Create, Delete, Update, key_of
from closednet.model.receipt import Done


if TYPE_CHECKING:
    from closednet.engine import Observed
    from closednet.evidence.run_folder import RunFolder


def reconcile(folder: RunFolder, step: str, observed: Observed) -> tuple[Done, ...]:
    """
    Record the writes that began, got no answer, and are found to have happened.
    """
    listener = JournalListener(folder.journal)
    found: list[Done] = []
    for change in pending(folder, step):
        done = _done(change, observed)
        if done is not None:
            listener.change_done(step, done)
            found.append(done)
    return tuple(found)


def pending(folder: RunFolder, step: str) -> tuple[AnyChange, ...]:
    """
    Return the changes of a step that were begun and never reported as done.
    """
    begun: dict[str, AnyChange] = {}
    for event in folder.events():
        if event.data.get("step") != step:
            continue
        if event.kind == "change-started":
            change = codec.decode_change(event.data["change"])
            begun[key_of(change)] = change
        elif event.kind == "change-done":
            begun.pop(key_of(codec.decode(event.data["done"], Done).change), None)
    return tuple(begun.values())


def _done(change: AnyChange, observed: Observed) -> Done | None:
    found = observed.get(key_of(change))
    match change:
        case Create(new=new) | Update(new=new):
            if found is not None and found.owned and found.spec == new:
                return Done(change, found.resource_id)
        case Delete():
            if found is None:
                return Done(change, "")
        case _:
            pass
    return None
