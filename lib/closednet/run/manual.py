"""
Waiting for work that only people may do.
"""

from __future__ import annotations

import sys

from dataclasses import replace
from typing import TYPE_CHECKING

from closednet import engine
from closednet.errors import AdapterError
from closednet.model.change import AnyChange, Manual, key_of
from closednet.waiting import Waiting


if TYPE_CHECKING:
    from collections.abc import Iterable

    from closednet.model.change import Spec
    from closednet.model.plan import Plan
    from closednet.model.receipt import Receipt
    from closednet.model.step import Step
    from closednet.site import Site

MINUTE = 60


def wait_for_people(site: Site, step: Step, receipt: Receipt) -> Receipt:
    """
    Return the receipt once the work of people shows, or with it still waiting.
    """
    limit = site.params.rollout.manual_wait_minutes * MINUTE
    waiting = [c for c in receipt.waiting if isinstance(c, Manual)]
    if not waiting or not limit:
        return receipt
    people = sorted({change.who for change in waiting})
    print(f"waiting for: {', '.join(people)}", file=sys.stderr)
    patience = Waiting(site.waiting.poll_s, limit, fresh=site.reads.forget)
    try:
        patience.until(
            lambda: None if _still_open(step, receipt) else receipt,
            what="the work of people",
        )
    except AdapterError:
        left = _still_open(step, receipt)
        _tell(site, step, [change for change in waiting if change not in left])
        return replace(receipt, waiting=left)
    _tell(site, step, waiting)
    return replace(receipt, waiting=())


def done_since(
    site: Site, step: Step, receipts: Iterable[Receipt], plan: Plan
) -> Receipt | None:
    """
    Return a receipt for work of people that a run waited for and `plan` misses.

    None if the newest of `receipts` waits for nothing that was done meanwhile.
    """
    newest = {receipt.step: receipt for receipt in receipts}.get(step.name)
    open_still = {key_of(change) for change in plan.changes}
    waited = newest.waiting if newest else ()
    left = tuple(c for c in waited if key_of(c) in open_still)
    if newest is None or left == waited:
        return None
    seen = [c for c in waited if isinstance(c, Manual) and c not in left]
    _tell(site, step, seen)
    return replace(newest, done=(), waiting=left)


def _tell(site: Site, step: Step, seen: Iterable[Manual[Spec]]) -> None:
    keys = [key_of(change) for change in seen]
    site.recorder.record("work-of-people-seen", step=step.name, keys=[*keys])


def _still_open(step: Step, receipt: Receipt) -> tuple[AnyChange, ...]:
    observed = engine.inspect(step)
    return tuple(
        change
        for change in receipt.waiting
        if isinstance(change, Manual) and not _is_done(change, observed)
    )


def _is_done(change: Manual[Spec], observed: engine.Observed) -> bool:
    found = observed.get(key_of(change))
    if found is None or change.undo:
        return (found is None) == change.undo
    # What others made is there all along: it is done once it suits.
    return found.owned or found.spec == change.spec
