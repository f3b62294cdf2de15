"""
A change is data, and the difference of two worlds is a tuple of changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar, assert_never

from closednet.errors import UnsafePlanError


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


class Spec(Protocol):
    """
    What one resource should be, naming other resources logically.

    A spec is a frozen dataclass. `key` is its logical name, such as
    `interface-endpoint/ssm`, unique in a site.
    """

    @property
    def key(self) -> str: ...


S = TypeVar("S", bound=Spec)
S_co = TypeVar("S_co", bound=Spec, covariant=True)


@dataclass(frozen=True, slots=True)
class Create(Generic[S_co]):
    """
    Make what does not exist.
    """

    new: S_co


@dataclass(frozen=True, slots=True)
class Update(Generic[S_co]):
    """
    Turn what is into what should be.
    """

    old: S_co
    new: S_co


@dataclass(frozen=True, slots=True)
class Delete(Generic[S_co]):
    """
    Remove what we made.
    """

    old: S_co


@dataclass(frozen=True, slots=True)
class Manual(Generic[S_co]):
    """
    Work of a person outside AWS: planned and verified, never executed.
    """

    who: str
    instruction: str
    spec: S_co
    undo: bool = False


Change = Create[S] | Update[S] | Delete[S] | Manual[S]
AnyChange = Create[Spec] | Update[Spec] | Delete[Spec] | Manual[Spec]


@dataclass(frozen=True, slots=True)
class Found(Generic[S_co]):
    """
    A resource as it is: its spec, its real id, and whether we made it.
    """

    spec: S_co
    resource_id: str
    owned: bool


@dataclass(frozen=True, slots=True)
class Kept:
    """
    A resource that stays as it is, and why.
    """

    key: str
    reason: str


@dataclass(frozen=True, slots=True)
class Diff:
    """
    What would change and what would not.
    """

    changes: tuple[AnyChange, ...]
    kept: tuple[Kept, ...]


def key_of(change: AnyChange) -> str:
    """
    Return the logical name of the resource that `change` is about.
    """
    match change:
        case Create(new=spec) | Update(new=spec) | Delete(old=spec):
            return spec.key
        case Manual(spec=spec):
            return spec.key
        case _:
            assert_never(change)


Owners = Callable[[Found[Spec], Spec], "Manual[Spec] | None"]


def nobody(_found: Found[Spec], _wanted: Spec) -> None:
    """
    Know no owner who could be asked.
    """


def diff(
    desired: Iterable[Spec],
    observed: Mapping[str, Found[Spec]],
    by_owner: Owners = nobody,
) -> Diff:
    """
    Return what turns `observed` into `desired`, in the order of `desired`.

    What is observed but not desired is left alone: it is not ours to judge. What
    others made is changed by its owner, if `by_owner` knows how.

    Raises:
        UnsafePlanError: A resource that we did not make differs beyond that.
    """
    changes: list[AnyChange] = []
    kept: list[Kept] = []
    foreign: list[str] = []
    for spec in desired:
        found = observed.get(spec.key)
        if found is None:
            changes.append(Create(spec))
        elif found.spec == spec:
            whose = "made by this runbook" if found.owned else "adopted, not ours"
            kept.append(Kept(spec.key, f"is as desired ({whose})"))
        elif found.owned:
            changes.append(Update(found.spec, spec))
        elif (work := by_owner(found, spec)) is not None:
            changes.append(work)
        else:
            foreign.append(describe_difference(found, spec))
    if foreign:
        raise UnsafePlanError(
            "resources of others are in the way:\n  - " + "\n  - ".join(foreign),
            hint="have their owner change them, or choose other names in the"
            " parameters; this runbook never changes what it did not make",
        ).because(["resource-of-others"])
    return Diff(tuple(changes), tuple(kept))


def describe_difference(found: Found[Spec], wanted: Spec) -> str:
    """
    Say in one line how a found resource differs from the wanted one.
    """
    names = getattr(wanted, "__dataclass_fields__", {})
    parts = [
        f"{name} is {getattr(found.spec, name, None)!r}, not {getattr(wanted, name)!r}"
        for name in names
        if getattr(found.spec, name, None) != getattr(wanted, name)
    ]
    return f"{wanted.key} ({found.resource_id}): {'; '.join(parts)}"


def inverse(change: AnyChange) -> AnyChange:
    """
    Return the change that undoes `change`.
    """
    match change:
        case Create(new=new):
            return Delete(new)
        case Update(old=old, new=new):
            return Update(new, old)
        case Delete(old=old):
            return Create(old)
        case Manual(who=who, instruction=instruction, spec=spec, undo=undo):
            return Manual(who, instruction, spec, undo=not undo)
        case _:
            assert_never(change)
