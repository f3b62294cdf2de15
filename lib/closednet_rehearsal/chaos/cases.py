"""
What can go wrong with one call.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from closednet_rehearsal.faults import ANY, DROP, HOLD, HOLD_ANSWER


if TYPE_CHECKING:
    from collections.abc import Iterator

# The first attempt and the eight that botocore makes after it.
ATTEMPTS: Final = 9
HOSTS: Final = "on the servers"


@dataclass(frozen=True, slots=True)
class Kind:
    """
    A way to go wrong: what the service does, and whether the process is killed.
    """

    name: str
    error: str
    times: int = 1
    kills: bool = False


KINDS: Final = (
    Kind("fails before it acts", "InternalFailure"),
    Kind("acts, answer lost", DROP),
    Kind("throttled", "Throttling", times=ATTEMPTS),
    Kind("killed before it acts", HOLD, kills=True),
    Kind("killed after it acted", HOLD_ANSWER, kills=True),
)


@dataclass(frozen=True, slots=True)
class Target:
    """
    The n-th (from 0) call of those that `fault` names, within a step.

    It comes while the step is verified, or from a server, where that is said.
    """

    step: str
    operation: str
    fault: str
    n: int
    verifying: bool = False
    on_hosts: bool = False


@dataclass(frozen=True, slots=True)
class Case:
    """
    One call going wrong in one way.
    """

    target: Target
    kind: Kind

    def __str__(self) -> str:
        target = self.target
        return f"{target.step} {target.n + 1} {target.operation}: {self.kind.name}"


def targets(step: str, applying: list[str], verifying: list[str]) -> Iterator[Target]:
    """
    Yield the operator's writing calls of a step.
    """
    for n, operation in enumerate([*applying, *verifying]):
        yield Target(step, operation, ANY, n, verifying=n >= len(applying))


def on_hosts(step: str, operation: str, count: int) -> Iterator[Target]:
    """
    Yield the calls of one operation that servers make during a step.
    """
    for n in range(count):
        yield Target(step, f"{operation} {HOSTS}", operation, n, on_hosts=True)
