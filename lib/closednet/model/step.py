"""
The five verbs of a step, and what a step is made of.

A step is one notebook's worth of a rollout. It *desires* some specs; each kind
of spec (an interface endpoint, a role, an agent on a server) knows how to find,
create, update and delete its resources. From that all five verbs follow:

1. `inspect` asks every kind what exists. It reads and never writes. Resources
   are found again by their ownership tags and natural names: there is no state
   file that could be lost or lie.
2. `plan` is pure: the difference between what is desired and what was observed,
   as data. Specs name each other logically, so everything can be planned before
   anything exists, and the digest of a plan does not depend on ids.
3. `apply` accepts an approved plan only, and writes exactly that: first every
   change of a kind, then one wait until the kind's resources are usable. Every
   write can be repeated after a crash (tokens, tags), and is told to a listener
   before and after it happens.
4. `verify` goes by another road than the writer's: DNS answers, the server
   itself, data that arrived in CloudWatch.
5. `rollback` turns a receipt into a plan like any other: inspected, approved and
   applied in the same way. It undoes only what the receipt says we did.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import (
    TYPE_CHECKING,
    Any,
    ClassVar,
    Final,
    Protocol,
    TypeVar,
    runtime_checkable,
)

from closednet.model.change import AnyChange, Found, Spec


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.model.report import Report


S = TypeVar("S", bound=Spec)
OWNER: Final = "owner of the resource"


@dataclass(frozen=True, slots=True)
class Actions:
    """
    The IAM actions that a kind needs, verb by verb, such as `ec2:CreateTags`.
    """

    account: str  # "network", "management" or "hosts"
    find: tuple[str, ...] = ()
    create: tuple[str, ...] = ()
    update: tuple[str, ...] = ()
    delete: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Work:
    """
    Who does what by hand where software may not.
    """

    who: str
    instruction: str


class Kind(Protocol[S]):
    """
    How resources of one type of spec are found and written.
    """

    spec_type: type[S]
    actions: Actions

    def find(self, wanted: Iterable[S]) -> Mapping[str, Found[S]]:
        """
        Return the resources that exist among the wanted ones, by key. Reads only.
        """

    def create(self, spec: S) -> str:
        """
        Make the resource, or find the one that an interrupted run made.

        Returns its id. Does not wait until it is usable.
        """

    def update(self, old: S, new: S) -> str:
        """
        Change the resource in place and return its id.
        """

    def delete(self, spec: S, resource_id: str) -> None:
        """
        Remove the resource; one that is gone already is fine.
        """

    def settle(self, specs: Iterable[S]) -> None:
        """
        Wait until what was created or updated is usable.
        """

    def settle_deleted(self, specs: Iterable[S]) -> None:
        """
        Wait until what was deleted is really gone.
        """

    def by_hand(self, spec: S) -> Work | None:
        """
        Say who does this by hand, or None if software does it.
        """

    def irreversible(self, spec: S) -> str:
        """
        Say what a rollback of this resource cannot bring back, or "".
        """


AnyKind = Kind[Any]


@runtime_checkable
class Lingering(Protocol):
    """
    A kind whose resources may still exist though they are of no more use.
    """

    def remaining(self, wanted: Iterable[Any]) -> Mapping[str, Found[Any]]:
        """
        Return what a rollback has to remove, by key. Reads only.
        """


@runtime_checkable
class Tolerant(Protocol):
    """
    A step that goes on when single servers fail, within an error budget.
    """

    def conclude(self) -> None:
        """
        Say what failed on the way, once all else is done.

        Raises:
            HostError: Something did; every server is named with its cause.
        """


class Gating(Protocol):
    """
    A kind of work of people that later changes of the same plan must wait for.
    """

    def settle_by_hand(self, specs: Iterable[Any], *, undo: bool) -> None:
        """
        Wait until the work shows, or say that it does not.
        """


class Rearranging(Protocol):
    """
    A step that takes back what another choice in the parameters had made.
    """

    def beside(self) -> tuple[Spec, ...]:
        """
        What to look for besides what is desired.
        """

    def superseded(self, observed: Mapping[str, Found[Spec]]) -> tuple[AnyChange, ...]:
        """
        Return what takes back what is not desired any more. Pure.
        """

    def arranged(
        self, changes: tuple[AnyChange, ...], observed: Mapping[str, Found[Spec]]
    ) -> tuple[AnyChange, ...]:
        """
        Return the changes in an order in which nothing is missing meanwhile. Pure.
        """


class PlainKind:
    """
    What most kinds answer: nothing to wait for, software does it, all comes back.
    """

    def settle(self, specs: Iterable[Any]) -> None:
        """
        Resources of this kind are usable at once.
        """

    def settle_deleted(self, specs: Iterable[Any]) -> None:
        """
        Resources of this kind are gone at once.
        """

    def by_hand(self, spec: Any) -> Work | None:
        """
        Software does it.
        """
        return None

    def irreversible(self, spec: Any) -> str:
        """
        A rollback brings everything back.
        """
        return ""


class Step(Protocol):
    """
    One notebook's worth of a rollout.
    """

    name: ClassVar[str]

    def kinds(self) -> tuple[AnyKind, ...]:
        """
        The kinds of this step, in the order in which they are applied.
        """

    def desired(self) -> tuple[Spec, ...]:
        """
        What this step wants to exist.
        """

    def verify(self) -> Report:
        """
        Check every claim of this step by another road than the writer's.
        """
