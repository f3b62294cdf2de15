"""
The process of a worker: `... DESCRIPTOR`, a socket on which orders come, a line each.

It ends with the socket: if whoever gives the orders is gone, nobody would be told. In
the middle of an order it ends at once: what is half done is found again, and the locks
go with the process.
"""

from __future__ import annotations

import contextlib
import json
import os
import queue
import signal
import socket
import sys
import threading

from typing import TYPE_CHECKING, Any

from closednet.batch import guarding
from closednet.batch.forking import SHARED
from closednet.batch.sites import orders


if TYPE_CHECKING:
    from closednet.batch.rollout import Stage
    from closednet.batch.sites.orders import Order, Result


def main(arguments: list[str]) -> None:
    """
    Do the orders that come, one after the other.
    """
    # Whoever started us in the background may have had it ignored.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    channel = socket.socket(fileno=int(arguments[0]))
    waiting: queue.SimpleQueue[Order | None] = queue.SimpleQueue()
    idle = threading.Event()
    idle.set()
    listener = threading.Thread(
        target=_listen, args=(channel, waiting, idle), daemon=True
    )
    listener.start()
    guarding.install()
    while (order := waiting.get()) is not None:
        try:
            result = _done(channel, order)
        except KeyboardInterrupt:
            # It came while we were still importing.
            result = orders.interrupted(order)
        # Before it is told: the next order comes as soon as it is.
        idle.set()
        _send(channel, result=orders.to_json(result))
    # Its time is ours, for whoever measures what a batch costs.
    SHARED.stop()


def _done(channel: socket.socket, order: Order) -> Result:
    if order.verb == "apply":
        # Imports what kernels need while we import what the batch needs.
        SHARED.prepare()
    from closednet.batch.sites import work  # noqa: PLC0415 - papermill is slow to import

    def tell(stage: Stage) -> None:
        _send(channel, step=stage._asdict())

    return work.do(order, tell)


def _listen(
    channel: socket.socket,
    waiting: queue.SimpleQueue[Order | None],
    idle: threading.Event,
) -> None:
    # A process that was killed with our words unread resets the channel.
    with contextlib.suppress(OSError), channel.makefile("rb") as lines:
        for line in lines:
            idle.clear()
            waiting.put(orders.order(json.loads(line)))
    if not idle.is_set():
        os._exit(1)
    waiting.put(None)


def _send(channel: socket.socket, **message: Any) -> None:
    # If nobody is there any more, the listener ends us.
    with contextlib.suppress(OSError):
        channel.sendall(json.dumps(message).encode() + b"\n")


if __name__ == "__main__":
    main(sys.argv[1:])
