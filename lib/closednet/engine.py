"""
The verbs that are the same for every step: inspect, plan, apply, rollback.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol, TypeGuard, assert_never

from closednet.errors import ApplyError, ClosednetError, DriftError
from closednet.model.change import (
    AnyChange,
    Create,
    Delete,
    Found,
    Kept,
    Manual,
    Spec,
    Update,
    diff,
    inverse,
    key_of,
)
from closednet.model.plan import ApprovedPlan, Plan, Scope
from closednet.model.receipt import Done, Receipt
from closednet.model.step import Lingering, Tolerant


if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from closednet.model.step import AnyKind, Gating, Rearranging, Step, Work


Observed = dict[str, Found[Spec]]
MOST_NAMES: Final = 12
Needed = Callable[[Spec], str]


class Listener(Protocol):
    """
    Is told of every write before it happens and after it did.
    """

    def change_started(self, step: str, change: AnyChange) -> None: ...

    def change_done(self, step: str, done: Done) -> None: ...


def nobody_needs(_spec: Spec) -> str:
    """
    Know nobody else who needs what stands.
    """
    return ""


def inspect(step: Step) -> Observed:
    """
    Return what exists of what the step desires.
    """
    return observe(step, (*step.desired(), *_beside(step)))


def plan(step: Step, observed: Observed, scope: Scope) -> Plan:
    """
    Return what would turn `observed` into what the step desires.
    """
    difference = diff(step.desired(), observed, partial(_by_owner, step))
    changes = (*difference.changes, *_superseded(step, observed))
    arranged = _arranged(step, changes, observed)
    return Plan(step.name, scope, arranged, difference.kept)


def rollback(
    step: Step,
    receipts: Iterable[Receipt],
    scope: Scope,
    run: str,
    needed: Needed = nobody_needs,
) -> Plan:
    """
    Return the plan that undoes what `receipts` say was done, newest first.

    What stands and is `needed` by others stays as it is.

    Raises:
        DriftError: A resource is no longer what we made of it.
    """
    done = net(item for receipt in receipts for item in receipt.done)
    undo = _work_of_people(step)
    undo += [_manual_if_by_hand(step, inverse(d.change)) for d in reversed(done)]
    looked_for = [*(spec_of(change) for change in undo), *_beside(step)]
    observed = remaining(step, looked_for)
    changes: list[AnyChange] = []
    kept: list[Kept] = []
    drifted: list[str] = []
    for change in undo:
        found = observed.get(key_of(change))
        verdict = _undo_verdict(change, found)
        if found is not None and (why := needed(found.spec)):
            kept.append(Kept(key_of(change), why))
        elif verdict == "undo":
            changes.append(change)
        elif verdict == "gone":
            kept.append(Kept(key_of(change), "is undone already"))
        else:
            drifted.append(f"{key_of(change)}: {verdict}")
    if drifted:
        raise DriftError(
            "rollback refuses, because resources changed since the run:\n  - "
            + "\n  - ".join(drifted),
            hint="somebody else worked on them: decide with their owner, then"
            " put them back or remove them by hand",
        )
    arranged = _arranged(step, tuple(changes), observed)
    return Plan(step.name, scope, arranged, tuple(kept), undoes=run)


def apply(step: Step, approved: ApprovedPlan, listener: Listener) -> Receipt:
    """
    Write exactly the approved plan and return what was done.

    Raises:
        ApplyError: A change failed; its receipt holds what was done before.
    """
    target = approved.plan
    receipt = Receipt(
        target.step,
        target.digest,
        approved.approved_by_digest,
        undoes=target.undoes,
    )
    for kind, changes in _by_kind(step, target.changes):
        for change in changes:
            with _failing(target.step, key_of(change), receipt):
                receipt = _one(kind, change, receipt, listener)
        with _failing(target.step, _names(changes), receipt):
            _settle(kind, changes)
    if isinstance(step, Tolerant):
        with _failing(target.step, "part of the work", receipt):
            step.conclude()
    return receipt


def _names(changes: tuple[AnyChange, ...]) -> str:
    keys = [key_of(change) for change in changes]
    more = len(keys) - MOST_NAMES
    return ", ".join(keys[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")


@contextmanager
def _failing(step: str, what: str, receipt: Receipt) -> Iterator[None]:
    """
    Turn what goes wrong into an error that carries the receipt so far.
    """
    try:
        yield
    except ClosednetError as err:
        raise ApplyError(
            f"{step}: {what} failed: {err.message}",
            receipt=receipt,
            hint=err.hint or "mend the cause and run this step again",
        ).because(err.causes, err.left_open) from err


def _by_kind(
    step: Step, changes: tuple[AnyChange, ...]
) -> list[tuple[AnyKind, tuple[AnyChange, ...]]]:
    """
    Group neighbouring changes of one kind, keeping the plan's order.
    """
    # Asked once: a step may answer with new kinds each time, which are no neighbours.
    kinds = step.kinds()
    groups: list[tuple[AnyKind, list[AnyChange]]] = []
    for change in changes:
        kind = _among(kinds, step, spec_of(change))
        if groups and groups[-1][0] is kind:
            groups[-1][1].append(change)
        else:
            groups.append((kind, [change]))
    return [(kind, tuple(grouped)) for kind, grouped in groups]


def kind_of(step: Step, change: AnyChange) -> AnyKind:
    """
    Return the kind that writes `change`.
    """
    return _kind(step, spec_of(change))


def _kind(step: Step, spec: Spec) -> AnyKind:
    return _among(step.kinds(), step, spec)


def _among(kinds: Iterable[AnyKind], step: Step, spec: Spec) -> AnyKind:
    for kind in kinds:
        if isinstance(spec, kind.spec_type):
            return kind
    raise TypeError(f"{step.name} has no kind for {type(spec).__name__}")


def _one(
    kind: AnyKind, change: AnyChange, receipt: Receipt, listener: Listener
) -> Receipt:
    if isinstance(change, Manual):
        return replace(receipt, waiting=(*receipt.waiting, change))
    listener.change_started(receipt.step, change)
    done = Done(change, _write(kind, change))
    listener.change_done(receipt.step, done)
    return replace(receipt, done=(*receipt.done, done))


def _write(kind: AnyKind, change: Create[Spec] | Update[Spec] | Delete[Spec]) -> str:
    match change:
        case Create(new=new):
            return kind.create(new)
        case Update(old=old, new=new):
            return kind.update(old, new)
        case Delete(old=old):
            found = _remaining(kind, [old]).get(old.key)
            if found is None:
                return ""
            kind.delete(old, found.resource_id)
            return found.resource_id
        case _:
            assert_never(change)


def _by_owner(step: Step, found: Found[Spec], wanted: Spec) -> Manual[Spec] | None:
    """
    Return what the owner of a resource has to change so that it suits the site.
    """
    knows = getattr(_kind(step, wanted), "by_owner", None)
    work: Work | None = knows(found, wanted) if knows else None
    return None if work is None else Manual(work.who, work.instruction, wanted)


def _beside(step: Step) -> tuple[Spec, ...]:
    return step.beside() if _rearranges(step) else ()


def _superseded(step: Step, observed: Observed) -> tuple[AnyChange, ...]:
    return step.superseded(observed) if _rearranges(step) else ()


def _arranged(
    step: Step, changes: tuple[AnyChange, ...], observed: Observed
) -> tuple[AnyChange, ...]:
    ordered = step.arranged(changes, observed) if _rearranges(step) else changes
    return tuple(_manual_if_by_hand(step, change) for change in ordered)


def _rearranges(step: Step) -> TypeGuard[Rearranging]:
    # A step with people in front passes on what it does not know itself.
    return hasattr(step, "arranged")


def _gates(kind: object) -> TypeGuard[Gating]:
    return hasattr(kind, "settle_by_hand")


def _settle(kind: AnyKind, changes: tuple[AnyChange, ...]) -> None:
    made = [c.new for c in changes if isinstance(c, Create | Update)]
    gone = [c.old for c in changes if isinstance(c, Delete)]
    if made:
        kind.settle(made)
    if gone:
        kind.settle_deleted(gone)
    for change in changes:
        if isinstance(change, Manual) and _gates(kind):
            kind.settle_by_hand([change.spec], undo=change.undo)


def spec_of(change: AnyChange) -> Spec:
    """
    Return the spec that `change` is about: the new one, or what is removed.
    """
    match change:
        case Create(new=spec) | Update(new=spec) | Delete(old=spec):
            return spec
        case Manual(spec=spec):
            return spec
        case _:
            assert_never(change)


def _manual_if_by_hand(step: Step, change: AnyChange) -> AnyChange:
    if isinstance(change, Manual):
        return change
    spec = spec_of(change)
    work = kind_of(step, change).by_hand(spec)
    if work is None:
        return change
    return Manual(work.who, work.instruction, spec, undo=isinstance(change, Delete))


def _work_of_people(step: Step) -> list[AnyChange]:
    """
    Return the work of people that a rollback asks to be taken back, if it shows.
    """
    specs = [spec for spec in step.desired() if _kind(step, spec).by_hand(spec)]
    return [_manual_if_by_hand(step, Delete(spec)) for spec in specs]


def observe(step: Step, specs: Iterable[Spec]) -> Observed:
    """
    Return what exists of `specs`.
    """
    return _looked_up(step, specs, lambda kind, wanted: kind.find(wanted))


def remaining(step: Step, specs: Iterable[Spec]) -> Observed:
    """
    Return what exists of `specs`, also where it is of no more use.
    """
    return _looked_up(step, specs, _remaining)


def _looked_up(
    step: Step,
    specs: Iterable[Spec],
    look: Callable[[AnyKind, list[Spec]], Mapping[str, Found[Spec]]],
) -> Observed:
    listed = list(specs)
    observed: Observed = {}
    for kind in step.kinds():
        wanted = [spec for spec in listed if isinstance(spec, kind.spec_type)]
        if wanted:
            observed.update(look(kind, wanted))
    return observed


def _remaining(kind: AnyKind, wanted: list[Spec]) -> Mapping[str, Found[Spec]]:
    return kind.remaining(wanted) if isinstance(kind, Lingering) else kind.find(wanted)


def _undo_verdict(change: AnyChange, found: Found[Spec] | None) -> str:
    match change:
        case Delete(old=old):
            if found is None:
                return "gone"
            return _as_made(found, old)
        case Update(old=old, new=new):
            if found is not None and found.spec == new:
                return "gone"
            return "vanished" if found is None else _as_made(found, old)
        case Create():
            return "undo" if found is None else "gone"
        case Manual(undo=undo):
            return "undo" if (found is not None) == undo else "gone"
        case _:
            assert_never(change)


def _as_made(found: Found[Spec], made: Spec) -> str:
    if not found.owned:
        return f"{found.resource_id} is not ours any more"
    return "undo" if found.spec == made else f"{found.resource_id} was changed"


def net(done: Iterable[Done]) -> list[Done]:
    """
    Fold several changes of one resource into the one that undoes them all.
    """
    net: dict[str, Done] = {}
    for item in done:
        if isinstance(item.change, Manual):
            continue
        key = key_of(item.change)
        before = net.get(key)
        if before is None:
            net[key] = item
            continue
        folded = _fold(before.change, item.change)
        if folded is None:
            del net[key]
        else:
            net[key] = Done(folded, item.resource_id or before.resource_id)
    return list(net.values())


def _fold(first: AnyChange, second: AnyChange) -> AnyChange | None:
    match (first, second):
        case (Create(), Update(new=new)) | (Create(), Create(new=new)):
            return Create(new)
        case (Update(old=old), Update(new=new)):
            return Update(old, new)
        case (Create(), Delete()):
            return None
        case (Update(old=old), Delete()):
            return Delete(old)
        case (Delete(old=old), Create(new=new)):
            return None if old == new else Update(old, new)
        case _:
            return second
