"""
What a run did, from its receipts and, where it was killed, from its journal.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from closednet.evidence import codec
from closednet.model import canonical
from closednet.model.plan import RolloutPlan
from closednet.model.receipt import Done, Receipt


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.evidence.journal import Event

ROLLOUT: Final = "rollout"
Pending = dict[str, dict[str, Done]]
Approved = dict[str, Path]


def of(folder: Path, events: Iterable[Event]) -> tuple[Receipt, ...]:
    """
    Return all receipts of a run, oldest first.

    A change that was started and of which nothing more is known counts as done
    without an id: a rollback looks at the resource before it undoes anything.
    """
    found: list[Receipt] = []
    pending: Pending = {}
    approved: Approved = {}
    for event in events:
        step = str(event.data.get("step", ""))
        match event.kind:
            case "approval":
                _approve(approved, step, event, folder)
            case "change-started" | "change-done":
                _note(pending.setdefault(step, {}), event)
            case "receipt":
                path = folder / str(event.data["file"])
                receipt = codec.decode(codec.read_json(path), Receipt)
                found += _left(pending, step, approved, receipt)
                found.append(receipt)
            case _:
                pass
    for step in tuple(pending):
        found += _left(pending, step, approved, None)
    return tuple(found)


def _note(pending: dict[str, Done], event: Event) -> None:
    if event.kind == "change-done":
        done = codec.decode(event.data["done"], Done)
    else:
        change = codec.decode(event.data["change"], object)
        done = Done(change, "")  # type: ignore[arg-type]
    key = canonical.text(done.change)
    if done.resource_id or key not in pending:
        pending[key] = done


def _left(
    pending: Pending, step: str, approved: Approved, receipt: Receipt | None
) -> list[Receipt]:
    """
    Return a receipt of what is pending and not in `receipt`, if there is such.
    """
    covered = {canonical.text(d.change) for d in receipt.done} if receipt else set()
    started = pending.pop(step, {})
    rest = tuple(done for key, done in started.items() if key not in covered)
    if not rest:
        return []
    file = approved.get(step, approved.get(ROLLOUT))
    digest, undoes = _approved(file) if file else ("", "")
    return [Receipt(step, "", digest, rest, undoes=undoes)]


def _approve(approved: Approved, step: str, event: Event, folder: Path) -> None:
    """
    Note what was approved last; it is read only if a run was killed under it.
    """
    if step == ROLLOUT:
        approved.clear()
    approved[step] = folder / str(event.data["file"])


def _approved(file: Path) -> tuple[str, str]:
    """
    Return the digest of an approved plan, and the run that it undoes.
    """
    plan = codec.read_plan(file)
    parts = plan.plans if isinstance(plan, RolloutPlan) else (plan,)
    return plan.digest, next((part.undoes for part in parts), "")
