"""
What all parts of a rehearsal share: clock, ids, the lock, and the call journal.
"""

from __future__ import annotations

import threading

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from closednet_rehearsal.clock import Clock
from closednet_rehearsal.ids import Ids
from closednet_rehearsal.quotas import Quotas
from closednet_rehearsal.settings import DELAYS, PACE, Delays
from closednet_rehearsal.throttling import Throttle
from closednet_rehearsal.way.site import SiteNetwork


if TYPE_CHECKING:
    from closednet_rehearsal.ssm.service import Service


@dataclass(frozen=True, slots=True)
class Call:
    """
    One API call that the rehearsal answered; `seconds` passed inside it.
    """

    n: int
    service: str
    operation: str
    account: str
    principal: str
    mutating: bool
    status: int
    error: str
    seconds: float


@dataclass(slots=True)
class World:
    """
    The shared state of one rehearsal; `lock` guards moto and our own state.
    """

    clock: Clock = field(default_factory=Clock)
    ids: Ids = field(default_factory=Ids)
    delays: Delays = DELAYS
    throttle: Throttle = field(init=False)
    quotas: Quotas = field(default_factory=Quotas)
    lock: threading.RLock = field(default_factory=threading.RLock)
    calls: list[Call] = field(default_factory=list)
    unsupported: list[str] = field(default_factory=list)
    written: dict[str, float] = field(default_factory=dict)
    # What lists that were begun still have to show, by the token of the next page.
    lists: dict[str, list[Any]] = field(default_factory=dict)
    site: SiteNetwork = field(default_factory=SiteNetwork)
    # Documents of the organisation's policies, by the account that they bind.
    organisation: dict[str, list[str]] = field(default_factory=dict)
    # Systems Manager's own state, once it is there.
    managed: Service | None = None

    def __post_init__(self) -> None:
        self.throttle = Throttle(self.clock, PACE)
