"""
The simulated AWS as one HTTP server on loopback.
"""

from __future__ import annotations

import threading

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from waitress import wasyncore
from waitress.server import create_server

from closednet_rehearsal.control import Control
from closednet_rehearsal.front import Application, Front, Locked
from closednet_rehearsal.identity import forget_keys
from closednet_rehearsal.install import forget, install
from closednet_rehearsal.seed import seed
from closednet_rehearsal.settings import (
    DELAYS,
    ON_PREMISES_CIDR,
    SERVER_THREADS,
    Delays,
)
from closednet_rehearsal.systems_manager import SystemsManager
from closednet_rehearsal.world import World


if TYPE_CHECKING:
    from collections.abc import Sequence


@dataclass(slots=True)
class Server:
    """
    A running server; `address` says where.
    """

    world: World
    control: Control
    systems_manager: SystemsManager
    listener: Any
    thread: threading.Thread

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
        self.systems_manager.close()
        self.listener.task_dispatcher.shutdown(timeout=1)
        self.listener.close()
        wasyncore.close_all(self.listener._map)  # noqa: SLF001 - the loop's own way
        self.thread.join(timeout=2)
        forget()
        forget_keys()


def start_server(
    port: int = 0,
    hosts: int = 0,
    on_premises: Sequence[str] = (ON_PREMISES_CIDR,),
    delays: Delays = DELAYS,
) -> Server:
    """
    Start a freshly seeded world on `port` (0: any free one).
    """
    world = World(delays=delays)
    forget_keys()
    moto = Locked(world, install(world))
    seed(on_premises)
    systems_manager = SystemsManager(world, moto)
    control = Control(world, systems_manager.snapshot)
    front = Front(world, systems_manager.application, control)
    listener = _listen(front, port, SERVER_THREADS + 2 * hosts)
    thread = threading.Thread(target=listener.run, name="rehearsal-http", daemon=True)
    thread.start()
    return Server(world, control, systems_manager, listener, thread)


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
        asyncore_loop_timeout=0.2,
        ident="rehearsal",
        clear_untrusted_proxy_headers=True,
    )
