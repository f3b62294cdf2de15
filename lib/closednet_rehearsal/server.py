"""
The simulated AWS as one HTTP server on loopback.
"""

from __future__ import annotations

import threading

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from waitress import wasyncore
from waitress.server import create_server

from closednet_rehearsal.control import Control
from closednet_rehearsal.front import Application, Front, Locked
from closednet_rehearsal.identity import forget_keys
from closednet_rehearsal.install import forget, install
from closednet_rehearsal.operator import ADMINISTRATOR, Documents, attach
from closednet_rehearsal.permissions.gate import Gate
from closednet_rehearsal.seed import seed
from closednet_rehearsal.settings import (
    DELAYS,
    ON_PREMISES_CIDR,
    SERVER_THREADS,
    Delays,
)
from closednet_rehearsal.systems_manager import SystemsManager
from closednet_rehearsal.upgrades import Upgrades
from closednet_rehearsal.world import World


if TYPE_CHECKING:
    from collections.abc import Sequence


# How long it sleeps while nobody asks; a pulled trigger wakes it at once.
LOOK_UP_S: Final = 30.0
# So many agents at most poll at once: the others hold a channel, which needs no thread.
POLLING: Final = 200


@dataclass(slots=True)
class Server:
    """
    A running server; `address` says where.
    """

    world: World
    control: Control
    systems_manager: SystemsManager
    listener: Any
    stopping: threading.Event = field(default_factory=threading.Event)
    thread: threading.Thread = field(init=False)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(
            target=self._listen, name="rehearsal-http", daemon=True
        )
        self.thread.start()

    @property
    def endpoint_url(self) -> str:
        """
        Return the URL that stands for every AWS endpoint.
        """
        return f"http://127.0.0.1:{self.listener.effective_port}"

    def stop(self) -> None:
        """
        Stop answering and forget all state.
        """
        self.pause()
        forget()
        forget_keys()

    def pause(self) -> None:
        """
        Stop answering; the world stays as it is.
        """
        self.systems_manager.close()
        self.listener.task_dispatcher.shutdown(timeout=1)
        self.stopping.set()
        self.listener.pull_trigger()
        self.thread.join()
        wasyncore.close_all(self._sockets)

    @property
    def _sockets(self) -> Any:
        return self.listener._map  # noqa: SLF001 - the loop's own way

    def _listen(self) -> None:
        # waitress has a loop of its own, which nobody can end from outside.
        while not self.stopping.is_set():
            wasyncore.loop(LOOK_UP_S, use_poll=True, map=self._sockets, count=1)


@dataclass(slots=True)
class Services:
    """
    A seeded world and what answers for it; nobody listens yet.
    """

    world: World
    control: Control
    systems_manager: SystemsManager
    front: Front

    def serve(self, port: int = 0, hosts: int = 0) -> Server:
        """
        Listen on `port` (0: any free one) in a thread.
        """
        self.systems_manager.open()
        listener = _listen(
            Upgrades(self.front), port, SERVER_THREADS + 2 * min(hosts, POLLING)
        )
        return Server(self.world, self.control, self.systems_manager, listener)


def prepare(
    on_premises: Sequence[str] = (ON_PREMISES_CIDR,),
    operator: Documents = ADMINISTRATOR,
    delays: Delays = DELAYS,
) -> Services:
    """
    Make a freshly seeded world.

    Whoever builds on single services is not held up by rights; a whole rehearsal
    attaches the policies that closednet generates.
    """
    world = World(delays=delays)
    forget_keys()
    moto = Locked(world, install(world))
    seed(on_premises)
    attach(operator)
    systems_manager = SystemsManager(world, moto)
    gate = Gate(world, systems_manager.tags_of_nodes)
    control = Control(world, systems_manager.snapshot, ledger=gate.ledger)
    front = Front(world, systems_manager.application, control, gate)
    return Services(world, control, systems_manager, front)


def start_server(
    port: int = 0,
    hosts: int = 0,
    on_premises: Sequence[str] = (ON_PREMISES_CIDR,),
    operator: Documents = ADMINISTRATOR,
    delays: Delays = DELAYS,
) -> Server:
    """
    Start a freshly seeded world on `port` (0: any free one).
    """
    return prepare(on_premises, operator, delays).serve(port, hosts)


def _listen(application: Application, port: int, threads: int) -> Any:
    return create_server(
        application,
        host="127.0.0.1",
        port=port,
        threads=threads,
        connection_limit=4 * threads,
        channel_timeout=120,
        max_request_body_size=1 << 28,
        asyncore_use_poll=True,
        ident="rehearsal",
        clear_untrusted_proxy_headers=True,
    )
