"""
A step whose changes people make: it goes on as far as answers allow.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from closednet.errors import HandsNeededError
from closednet.model.desk import Stopping


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.engine import Listener
    from closednet.model.change import AnyChange, Found, Spec
    from closednet.model.desk import Desk
    from closednet.model.receipt import Done
    from closednet.model.report import Report
    from closednet.model.step import AnyKind, Step


class KindByHand:
    """
    A kind that leaves a gap where an answer is missing, so that the next is asked too.
    """

    def __init__(self, kind: AnyKind, desk: Desk) -> None:
        self._kind = kind
        self._desk = desk

    def __getattr__(self, name: str) -> Any:
        return getattr(self._kind, name)

    def find(self, wanted: Iterable[Any]) -> Mapping[str, Found[Any]]:
        """
        Return what was found, as far as that is known.
        """
        self._enter("find")
        with Stopping(self._desk):
            return self._kind.find(wanted)
        return {}

    def create(self, spec: Any) -> str:
        """
        Return the id of what a person made, or nothing yet.
        """
        self._enter("create", spec)
        with Stopping(self._desk):
            return self._kind.create(spec)
        return ""

    def update(self, old: Any, new: Any) -> str:
        """
        Return the id of what a person changed, or nothing yet.
        """
        self._enter("update", new)
        with Stopping(self._desk):
            return self._kind.update(old, new)
        return ""

    def delete(self, spec: Any, resource_id: str) -> None:
        """
        Have a person remove it.
        """
        self._enter("delete", spec)
        with Stopping(self._desk):
            self._kind.delete(spec, resource_id)

    def settle(self, specs: Iterable[Any]) -> None:
        """
        Wait until it is usable, once all of it was made.
        """
        self._nothing_missing()
        self._enter("settle")
        self._kind.settle(specs)

    def settle_deleted(self, specs: Iterable[Any]) -> None:
        """
        Wait until it is gone, once all of it was removed.
        """
        self._nothing_missing()
        self._enter("settle-deleted")
        self._kind.settle_deleted(specs)

    def _enter(self, verb: str, spec: Any = None) -> None:
        about = self._kind.spec_type.__name__ if spec is None else spec.key
        self._desk.enter(f"{verb} {about}")

    def _nothing_missing(self) -> None:
        if self._desk.missing:
            raise HandsNeededError("what was asked for is not there yet")


class StepByHand:
    """
    A step whose kinds are done by hand.
    """

    def __init__(self, step: Step, desk: Desk) -> None:
        self._step = step
        self.name = step.name
        self._kinds = tuple(KindByHand(kind, desk) for kind in step.kinds())

    def __getattr__(self, name: str) -> Any:
        return getattr(self._step, name)

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        The kinds of the step, each with a person in front.
        """
        return self._kinds

    def desired(self) -> tuple[Spec, ...]:
        """
        What the step wants to exist.
        """
        return self._step.desired()

    def verify(self) -> Report:
        """
        Check every claim by what people saw.
        """
        return self._step.verify()


@dataclass(frozen=True, slots=True)
class ListenerByHand:
    """
    Says that something was done only once a person said so.
    """

    listener: Listener
    desk: Desk

    def change_started(self, step: str, change: AnyChange) -> None:
        """
        Say what is asked of a person.
        """
        if not self.desk.missing:
            self.listener.change_started(step, change)

    def change_done(self, step: str, done: Done) -> None:
        """
        Say what a person did.
        """
        if not self.desk.missing:
            self.listener.change_done(step, done)
