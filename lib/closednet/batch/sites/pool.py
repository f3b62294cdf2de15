"""
What a pool of workers is, whichever engine it belongs to.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol


if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Self

    from closednet.batch.sites.orders import Order, Result


@dataclass(frozen=True, slots=True)
class Begun:
    """
    A worker has begun an order; `where` names it for people.

    `instead` says of which one, if the engine itself has passed the order on.
    """

    site: str
    where: str
    instead: str = ""


@dataclass(frozen=True, slots=True)
class Stepped:
    """
    The next notebook of a site begins.
    """

    site: str
    step: str
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Ended:
    """
    An order has come to its end, well or not.
    """

    site: str
    result: Result


@dataclass(frozen=True, slots=True)
class Lost:
    """
    The worker of an order is gone, and nobody says how far it came.
    """

    site: str
    why: str


Event = Begun | Stepped | Ended | Lost


class Pool(Protocol):
    """
    A bounded number of workers; whoever uses it starts no more orders than `size`.
    """

    @property
    def size(self) -> int:
        """
        How many orders are worked on at a time.
        """

    def start(self, order: Order) -> None:
        """
        Give an order to a worker that is free.

        Raises:
            AdapterError: The pool itself is gone.
        """

    def events(self, timeout_s: float) -> Sequence[Event]:
        """
        Return what happened, at the latest after `timeout_s`.

        Raises:
            AdapterError: The pool itself is gone.
        """

    def interrupt(self) -> None:
        """
        Ask all workers to stop where they are, as Ctrl-C does.
        """

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...
