"""
A pool without processes: sites end as they were told to.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Self

from closednet.batch.sites.orders import Order, Result
from closednet.batch.sites.pool import Begun, Ended, Lost, Stepped
from closednet.batch.sites.rows import Row


if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from closednet.batch.sites.pool import Event

STEP = "30-hosted-zone"
DIED = "worker process 7 was killed by signal 9"


class ToldPool:
    """
    Ends one order a look, oldest first; `ends` holds what comes before all is well.
    """

    def __init__(self, size: int, ends: Mapping[str, Iterable[object]]) -> None:
        self.size = size
        self.started: list[str] = []
        self.most = 0
        self.interrupted = False
        self._ends = {site: deque(what) for site, what in ends.items()}
        self._open: deque[Order] = deque()
        self._told: list[Event] = []

    def start(self, order: Order) -> None:
        self.started.append(order.site)
        self._open.append(order)
        self.most = max(self.most, len(self._open))
        self._told.append(Begun(order.site, "process 7 on here"))

    def events(self, timeout_s: float) -> list[Event]:
        told, self._told = self._told, []
        if told or not self._open:
            return told
        site = self._open.popleft().site
        ends = self._ends.get(site)
        end = ends.popleft() if ends else Result(site, 0, run="20260101T000000Z-aa")
        match end:
            case Exception():
                raise end
            case Result():
                return [Stepped(site, STEP, 4, 10), Ended(site, end)]
            case _:
                return [Stepped(site, STEP, 4, 10), Lost(site, str(end))]

    def interrupt(self) -> None:
        self.interrupted = True

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.clear()


def rows_of(*sites: str) -> list[Row]:
    """
    Return a row with an order for each site.
    """
    return [
        Row(site, f"{site}.yaml", Order("apply", site, f"/{site}.yaml", "/log"))
        for site in sites
    ]


def failed(site: str, error: str = "AwsDenied", said: str = "no") -> Result:
    """
    Return the result of a site at which something said no.
    """
    return Result(site, 5, error, said)
