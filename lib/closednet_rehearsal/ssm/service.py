"""
The service as a whole: state of all accounts, issued credentials, and waiting.
"""

from __future__ import annotations

import threading
import time

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from closednet_rehearsal.ssm.errors import SsmError
from closednet_rehearsal.ssm.seams import TIMINGS, Timings
from closednet_rehearsal.ssm.state import Scope


if TYPE_CHECKING:
    from collections.abc import Callable

    from closednet_rehearsal.ssm.seams import Caller, Roles, RoleToken
    from closednet_rehearsal.ssm.state import Node
    from closednet_rehearsal.world import World


@dataclass(slots=True)
class Service:
    """
    Shared by all requests; `arrivals` wraps the world's lock.

    Hosts keep their own time and are not skipped with the rehearsal's clock, so
    the lifetime of their credentials and their signatures is judged by `wall`.
    """

    world: World
    roles: Roles
    timings: Timings = TIMINGS
    wall: Callable[[], float] = time.time
    scopes: dict[tuple[str, str], Scope] = field(default_factory=dict)
    tokens: dict[str, RoleToken] = field(default_factory=dict)
    arrivals: threading.Condition = field(init=False)
    watchers: list[Callable[[], None]] = field(default_factory=list)
    closed: bool = False

    def __post_init__(self) -> None:
        self.arrivals = threading.Condition(self.world.lock)

    @property
    def now(self) -> float:
        """
        Seconds since the epoch on the rehearsal's clock.
        """
        return self.world.clock.now()

    def announce(self) -> None:
        """
        Wake whoever waits for messages; the caller holds the world's lock.
        """
        self.arrivals.notify_all()
        for wake in self.watchers:
            wake()

    def scope(self, account: str, region: str) -> Scope:
        """
        Return the state of an account in a Region.
        """
        return self.scopes.setdefault((account, region), Scope(account, region))

    def find_node(self, node_id: str) -> tuple[Scope, Node] | None:
        """
        Return a managed node and where it lives, in whichever account.
        """
        for scope in self.scopes.values():
            if node_id in scope.nodes:
                return scope, scope.nodes[node_id]
        return None


@dataclass(frozen=True, slots=True)
class Context:
    """
    One request of an operator: the service, the caller, and the caller's scope.
    """

    service: Service
    caller: Caller
    scope: Scope

    @property
    def now(self) -> float:
        """
        Seconds since the epoch on the rehearsal's clock.
        """
        return self.service.now

    def node(self, node_id: str) -> Node:
        """
        Return a managed node of the caller, or refuse.
        """
        if node_id not in self.scope.nodes:
            raise SsmError("InvalidInstanceId", f"{node_id} is not a managed node here")
        return self.scope.nodes[node_id]
